from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input, RadioSet, Tabs

from agent.chat.app import Chat
from agent.chat.decision_bar import DecisionBar
from agent.chat.decline_screen import DeclineScreen
from agent.chat.modify_screen import ModifyScreen
from protocol.person import Answers, Approve, Decision, Decline, Modify, Person
from protocol.plan import Plan

MakeChat = Callable[..., Chat]
MakePlan = Callable[..., Plan]
Until = Callable[[Pilot[Any], Callable[[], object]], Awaitable[None]]


class Reviewing:
    """A session that asks for one decision."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.decision: Decision | None = None

    async def __call__(self, person: Person) -> int:
        self.decision = await person.review(self.plan)
        await person.listen()
        return 0


@pytest.fixture
def harmless(make_plan: MakePlan) -> Reviewing:
    return Reviewing(make_plan("development"))


@pytest.fixture
def production(plan: Plan) -> Reviewing:
    return Reviewing(plan)


def asked(chat: Chat) -> Callable[[], bool]:
    return lambda: bool(chat.query(DecisionBar)) and isinstance(chat.focused, Tabs)


async def test_nothing_dangerous_is_preselected(
    make_chat: MakeChat, harmless: Reviewing, until: Until, clock: list[float]
) -> None:
    chat = make_chat(harmless)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, asked(chat))
        clock[0] = 60
        await pilot.press("enter", "y", "p", "space", "enter")

        assert not isinstance(chat.focused, Button)
        assert harmless.decision is None


@pytest.mark.parametrize(("grace", "approves"), [(0.5, False), (0.0, True)])
async def test_keys_typed_ahead_do_not_approve_and_the_grace_period_is_why(
    make_chat: MakeChat, harmless: Reviewing, until: Until, grace: float, approves: bool
) -> None:
    chat = make_chat(harmless, grace=grace)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, asked(chat))
        chat.query_one("#proceed").focus()
        await pilot.press("enter")
        await pilot.pause()

        assert (harmless.decision is not None) == approves


async def test_after_the_grace_period_proceed_approves_the_digest_shown(
    make_chat: MakeChat, harmless: Reviewing, until: Until, clock: list[float]
) -> None:
    chat = make_chat(harmless)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, asked(chat))
        chat.query_one("#proceed").focus()
        clock[0] = 0.5
        await pilot.press("enter")
        await until(pilot, lambda: harmless.decision)

    assert harmless.decision == Approve(digest=harmless.plan.digest, by="ada")


async def test_on_production_the_button_is_locked_until_the_name_is_typed(
    make_chat: MakeChat, production: Reviewing, until: Until, clock: list[float]
) -> None:
    chat = make_chat(production)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, asked(chat))
        clock[0] = 60
        proceed, field = chat.query_one("#proceed", Button), chat.query_one("DecisionBar Input", Input)
        locked = [proceed.disabled]
        for typed in ("shop", "SHOP_MAIN", "shop_main"):
            field.value = typed
            await pilot.pause()
            locked.append(proceed.disabled)

        assert locked == [True, True, True, False]


async def test_on_production_the_enter_that_ends_the_name_does_not_approve(
    make_chat: MakeChat, production: Reviewing, until: Until, clock: list[float]
) -> None:
    chat = make_chat(production)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, asked(chat))
        clock[0] = 60
        chat.query_one("DecisionBar Input").focus()
        await pilot.press(*"shop_main", "enter", "enter")
        await pilot.pause()
        before = production.decision
        clock[0] = 61
        await pilot.press("enter")
        await until(pilot, lambda: production.decision)

    assert before is None
    assert production.decision == Approve(digest=production.plan.digest, by="ada")


async def test_a_press_without_the_name_approves_nothing_even_when_the_button_is_unlocked(
    make_chat: MakeChat, production: Reviewing, until: Until, clock: list[float]
) -> None:
    chat = make_chat(production)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, asked(chat))
        clock[0] = 60
        proceed = chat.query_one("#proceed", Button)
        proceed.disabled = False
        proceed.focus()
        await pilot.press("enter")
        await pilot.pause()

        assert production.decision is None


async def test_a_plan_with_lint_errors_cannot_be_approved(
    make_chat: MakeChat, make_plan: MakePlan, until: Until
) -> None:
    chat = make_chat(Reviewing(make_plan("development", errors=True)))
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, asked(chat))

        assert chat.query_one("#proceed", Button).disabled


async def test_decline_asks_why(make_chat: MakeChat, harmless: Reviewing, until: Until, clock: list[float]) -> None:
    chat = make_chat(harmless)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, asked(chat))
        clock[0] = 60
        chat.query_one("#decline").focus()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(chat.screen, DeclineScreen))
        await pilot.press(*"not today", "enter", "enter")
        await until(pilot, lambda: harmless.decision)

    assert harmless.decision == Decline(reason="not today")


async def test_modify_takes_another_strategy(
    make_chat: MakeChat, harmless: Reviewing, until: Until, clock: list[float]
) -> None:
    chat = make_chat(harmless)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, asked(chat))
        clock[0] = 60
        chat.query_one("#modify").focus()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(chat.screen, ModifyScreen))
        chat.screen.query_one(RadioSet).focus()
        await pilot.press("down", "enter")
        await pilot.click("#again")
        await until(pilot, lambda: harmless.decision)

    assert harmless.decision == Modify(strategy="rewrite")


async def test_modify_takes_words_and_refuses_to_change_nothing(
    make_chat: MakeChat, harmless: Reviewing, until: Until, clock: list[float]
) -> None:
    chat = make_chat(harmless)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, asked(chat))
        clock[0] = 60
        chat.query_one("#modify").focus()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(chat.screen, ModifyScreen))
        await pilot.click("#again")
        await pilot.pause()
        before = harmless.decision
        chat.screen.query_one(Input).focus()
        await pilot.press(*"allow NULL", "enter", "enter")
        await until(pilot, lambda: harmless.decision)

    assert before is None
    assert harmless.decision == Modify(answers=Answers(words="allow NULL"))


async def test_words_in_the_input_line_modify(make_chat: MakeChat, harmless: Reviewing, until: Until) -> None:
    chat = make_chat(harmless)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, asked(chat))
        chat.input_line.focus()
        await pilot.press(*"at night", "enter")
        await until(pilot, lambda: harmless.decision)

    assert harmless.decision == Modify(answers=Answers(words="at night"))


async def test_escape_leaves_the_plan_without_a_decision_and_f2_comes_back(
    make_chat: MakeChat, harmless: Reviewing, until: Until
) -> None:
    chat = make_chat(harmless)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, asked(chat))
        await pilot.press("escape")
        away = chat.desk.view
        await pilot.press("f2")

        assert away is chat.desk.chat
        assert chat.desk.view is chat.desk.plan
        assert harmless.decision is None
