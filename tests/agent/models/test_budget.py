from dataclasses import dataclass

import pytest

from agent.models.base import Call, Reply, Usage
from agent.models.budget import Budget
from agent.settings import Budget as BudgetSettings
from protocol.errors import BudgetSpent


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def limits(**fields: float) -> BudgetSettings:
    return BudgetSettings.model_validate(
        {"turns": 10, "tokens": 1000, "usd": 1.0, "seconds": 60, "repeats": 3} | fields
    )


def calling(table: str, number: int = 1) -> Reply:
    return Reply(text="", calls=(Call(id=f"toolu_{number}", name="describe", arguments={"table": table}),))


def used(inputs: int, outputs: int, usd: float | None) -> Reply:
    return Reply(text="", usage=Usage(input_tokens=inputs, output_tokens=outputs, usd=usd))


def spent(budget: Budget) -> str:
    with pytest.raises(BudgetSpent) as raised:
        budget.check()
    return raised.value.message


def test_a_new_budget_is_not_spent() -> None:
    Budget(limits()).check()


def test_turns_end() -> None:
    budget = Budget(limits(turns=2))
    budget.spend(used(1, 1, None))
    budget.check()
    budget.spend(used(1, 1, None))

    assert spent(budget) == (
        "The model was stopped: it replied 2 times, and `budget.turns` is 2. Nothing was changed since the last step. "
        "Raise `budget.turns` in the settings and `whimbrel resume`, or go on with `--model guided`."
    )


def test_tokens_count_both_ways() -> None:
    budget = Budget(limits())
    budget.spend(used(900, 99, None))
    budget.check()
    budget.spend(used(0, 1, None))

    assert "it used 1,000 tokens, and `budget.tokens` is 1,000" in spent(budget)


def test_money_ends() -> None:
    budget = Budget(limits())
    budget.spend(used(1, 1, 0.99))
    budget.check()
    budget.spend(used(1, 1, 0.02))

    assert "it cost 1.01 US dollars, and `budget.usd` is 1.0" in spent(budget)


def test_an_unknown_price_is_not_taken_for_a_gift() -> None:
    budget = Budget(limits())
    budget.spend(used(1, 1, None))
    budget.spend(used(1, 1, 0.5))

    assert (budget.usd, budget.unpriced) == (0.5, 1)


def test_time_counts_from_the_first_request() -> None:
    clock = Clock()
    budget = Budget(limits(), clock)
    clock.now += 3600
    budget.check()
    clock.now += 59
    budget.check()
    clock.now += 1

    assert "60 seconds have passed, and `budget.seconds` is 60" in spent(budget)


def test_the_same_call_in_a_row_ends() -> None:
    budget = Budget(limits())
    for number in (1, 2):
        budget.spend(calling("orders", number))
        budget.check()
    budget.spend(calling("orders", 3))

    assert "it made the same call 3 times in a row, and `budget.repeats` is 3" in spent(budget)


@pytest.mark.parametrize("between", [calling("users"), used(1, 1, None)])
def test_another_call_or_words_between_start_anew(between: Reply) -> None:
    budget = Budget(limits(turns=99))
    for reply in (calling("orders"), calling("orders"), between, calling("orders"), calling("orders")):
        budget.spend(reply)
        budget.check()

    assert budget.repeats == 2
