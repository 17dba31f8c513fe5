import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from agent.chat.app import Chat
from agent.chat.step_panel import StepPanel
from agent.chat.trouble_panel import TroublePanel
from protocol.person import Confirm, Confirmation, Hold, Person, RollBack
from protocol.plan import Plan
from protocol.states import Idle

MakeChat = Callable[..., Chat]
Until = Callable[[Pilot[Any], Callable[[], object]], Awaitable[None]]


class Confirming:
    """A session that asks for the yes to one step."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.said: Confirmation | None = None

    async def __call__(self, person: Person) -> int:
        self.said = await person.confirm(self.plan.steps[2], self.plan)
        await person.listen()
        return 0


class InTrouble:
    """A session in which something failed."""

    def __init__(self) -> None:
        self.said: str | None = None

    async def __call__(self, person: Person) -> int:
        self.said = await person.after_trouble(Idle(), "the disk is full")
        await person.listen()
        return 0


@pytest.fixture
def confirming(plan: Plan) -> Confirming:
    return Confirming(plan)


def asked(chat: Chat) -> Callable[[], bool]:
    return lambda: chat.focused is not None and chat.focused.id == "detail"


@pytest.mark.parametrize(
    ("button", "said"),
    [
        ("confirm", Confirm(step="add_column", by="ada")),
        ("hold", Hold()),
        ("roll_back", RollBack(by="ada")),
    ],
)
async def test_each_button_says_what_it_is_called(
    make_chat: MakeChat,
    confirming: Confirming,
    until: Until,
    clock: list[float],
    button: str,
    said: Confirmation,
) -> None:
    chat = make_chat(confirming)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, asked(chat))
        clock[0] = 1
        chat.query_one(f"#{button}").focus()
        await pilot.press("enter")
        await until(pilot, lambda: confirming.said)

    assert confirming.said == said


@pytest.mark.parametrize(("grace", "confirms"), [(0.5, False), (0.0, True)])
async def test_keys_typed_ahead_do_not_confirm_and_the_grace_period_is_why(
    make_chat: MakeChat, confirming: Confirming, until: Until, grace: float, confirms: bool
) -> None:
    chat = make_chat(confirming, grace=grace)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, asked(chat))
        await pilot.press("tab", "enter")
        await pilot.pause()

        assert (confirming.said is not None) == confirms


async def test_a_click_within_the_grace_period_does_not_confirm(
    make_chat: MakeChat, confirming: Confirming, until: Until
) -> None:
    chat = make_chat(confirming)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, asked(chat))
        await pilot.click("#confirm")
        await pilot.pause()

        assert confirming.said is None


async def test_a_sentence_being_typed_keeps_the_focus_and_confirms_nothing(
    make_chat: MakeChat, plan: Plan, until: Until, clock: list[float]
) -> None:
    confirming, typed = Confirming(plan), asyncio.Event()

    async def drive(person: Person) -> int:
        await typed.wait()
        return await confirming(person)

    chat = make_chat(drive)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: chat.session)
        chat.input_line.focus()
        await pilot.press(*"yes do")
        typed.set()
        await until(pilot, lambda: chat.query(StepPanel))
        clock[0] = 60
        await pilot.press(*" it", "enter")
        await pilot.pause()

        assert chat.input_line.has_focus
        assert chat.input_line.text == "yes do it"
        assert confirming.said is None


async def test_nothing_is_preselected_and_letters_do_nothing(
    make_chat: MakeChat, confirming: Confirming, until: Until, clock: list[float]
) -> None:
    chat = make_chat(confirming)
    async with chat.run_test(size=(80, 24)) as pilot:
        await until(pilot, asked(chat))
        clock[0] = 60
        await pilot.press("c", "y", "enter", "space", "p")

        assert not isinstance(chat.focused, Button)
        assert confirming.said is None


@pytest.mark.parametrize("button", ["retry", "roll_back", "pause"])
async def test_after_trouble_each_button_says_what_it_is_called(
    make_chat: MakeChat, until: Until, clock: list[float], button: str
) -> None:
    trouble = InTrouble()
    chat = make_chat(trouble)
    async with chat.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: bool(chat.query(TroublePanel)) and asked(chat)())
        chat.query_one(f"#{button}").focus()
        await pilot.press("enter")
        await pilot.pause()
        too_quick = trouble.said
        clock[0] = 1
        await pilot.press("enter")
        await until(pilot, lambda: trouble.said)

    assert too_quick is None
    assert trouble.said == button
