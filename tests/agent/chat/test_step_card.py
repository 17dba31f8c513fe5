from collections.abc import Callable

import pytest
from rich.console import Console, RenderableType

from agent.chat.sql_card import sql_card
from agent.chat.step_card import step_brief, step_card
from agent.chat.strategy_table import strategy_table
from protocol.figure import Figure
from protocol.names import TableName
from protocol.plan import Plan
from protocol.recipes import index
from protocol.steps import Statements, Step


def drawn(renderable: RenderableType, width: int = 40) -> str:
    console = Console(width=width, no_color=True)
    with console.capture() as capture:
        console.print(renderable)
    return capture.get()


def test_a_long_statement_is_shown_to_its_last_character() -> None:
    sql = "ALTER TABLE public.users ADD COLUMN a text DEFAULT '" + "x" * 100 + "'; -- and the end"

    assert "".join(drawn(sql_card(sql)).split()) == "".join(f"{sql};".split())


def test_what_hides_in_sql_is_seen() -> None:
    assert "‹U+202E›" in drawn(sql_card("ALTER TABLE users /*\u202e*/ ADD COLUMN a text"))


@pytest.mark.parametrize("draw", [step_card, step_brief])
def test_a_step_says_why_lock_times_sql_and_undo(draw: Callable[[Step], RenderableType], plan: Plan) -> None:
    step = plan.steps[2]
    assert isinstance(step, Statements)
    text = " ".join(drawn(draw(step), 400).split())

    assert step.undo is not None
    for part in (step.why, step.lock, step.held.short, step.duration.short, *step.sql, *step.undo.sql, step.undo.costs):
        assert part in text


def test_a_statement_outside_a_transaction_says_whether_it_gives_way() -> None:
    free = index.drop("drop_index", TableName(name="i"), "CREATE INDEX i ON t (a)", rows=Figure.unknown("not counted"))
    bound = free.model_copy(update={"lock_timeout_ms": 100, "attempts": 20})

    assert "without a limit, outside a transaction" in drawn(step_card(free), 400)
    assert "100 ms for its lock, outside a transaction, then gives way; 20 tries" in drawn(step_card(bound), 400)


def test_the_chosen_strategy_is_marked_and_an_obstacle_is_said(plan: Plan) -> None:
    blocked = plan.strategies[1].model_copy(update={"obstacle": "it blocks the table"})
    text = drawn(strategy_table(plan.model_copy(update={"strategies": (plan.strategies[0], blocked)})), 120)

    assert "● Online, in batches (chosen)" in text
    assert "Not here: it blocks the table" in text
