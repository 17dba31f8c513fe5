import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from agent.chat.app import Chat
from agent.chat.leave_screen import LeaveScreen
from agent.chat.message_line import MessageLine
from agent.chat.transcript import MOUNTED
from protocol import events as e
from protocol.errors import Refused
from protocol.person import Person
from protocol.states import Idle

MakeChat = Callable[..., Chat]
Tell = Callable[..., object]
Until = Callable[[Pilot[Any], Callable[[], object]], Awaitable[None]]
Events = tuple[e.Move | e.Narrative, ...]


def told(text: str, n: int = 1) -> e.Entry:
    return e.Entry(n=n, at="2026-01-01T00:00:00Z", event=e.Told(text=text))


def texts(chat: Chat) -> list[str]:
    return [line.text for line in chat.desk.chat.transcript.lines]


async def test_words_reach_the_session_and_leaving_ends_it_with_its_code(make_chat: MakeChat, until: Until) -> None:
    heard: list[str | None] = []

    async def drive(person: Person) -> int:
        while heard[-1:] != [None]:
            heard.append(await person.listen())
        return 7

    chat = make_chat(drive)
    async with chat.run_test() as pilot:
        await until(pilot, lambda: chat.person.is_listening)
        await pilot.press(*"hello", "enter")
        await until(pilot, lambda: heard)
        await pilot.press(*"/quit", "enter")
        await until(pilot, lambda: chat.return_value is not None)

    assert heard == ["hello", None]
    assert chat.return_value == 7


async def test_what_is_sent_while_the_session_works_waits_its_turn(make_chat: MakeChat, until: Until) -> None:
    free, heard = asyncio.Event(), list[str | None]()

    async def drive(person: Person) -> int:
        await free.wait()
        heard.extend([await person.listen(), await person.listen()])
        return 0

    chat = make_chat(drive)
    async with chat.run_test() as pilot:
        await until(pilot, lambda: chat.session)
        chat.input_line.focus()
        await pilot.press("a", "enter", "b", "enter")
        free.set()
        await until(pilot, lambda: len(heard) == 2)

    assert heard == ["a", "b"]


async def test_an_error_is_shown_and_its_code_is_returned_when_the_person_leaves(
    make_chat: MakeChat, until: Until
) -> None:
    async def drive(_: Person) -> int:
        raise Refused("The backup is missing; nothing was changed.")

    chat = make_chat(drive)
    async with chat.run_test() as pilot:
        await until(pilot, lambda: texts(chat))
        still_open = chat.return_value is None
        await pilot.press("ctrl+q")
        await until(pilot, lambda: chat.return_value is not None)

    assert texts(chat) == ["The backup is missing; nothing was changed."]
    assert still_open
    assert chat.return_value == Refused.exit_code


async def test_leaving_in_the_middle_of_a_run_waits_for_its_clean_up(
    make_chat: MakeChat, tell: Tell, approved: Events, until: Until
) -> None:
    cleaned_up = False

    async def drive(person: Person) -> int:
        nonlocal cleaned_up
        tell(person, *approved, e.StepConfirmed(step="preflight", by="ada"), e.StepStarted(step="preflight"))
        try:
            await asyncio.Event().wait()
        finally:
            tell(person, e.RunPaused(reason="the person left"))
            await asyncio.to_thread(lambda: None)
            cleaned_up = True
        return 0

    chat = make_chat(drive)
    async with chat.run_test() as pilot:
        await until(pilot, lambda: chat.is_running)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: chat.return_value is not None)

    assert cleaned_up
    assert chat.return_value == 130


async def test_leaving_before_anything_was_asked_is_no_interruption(make_chat: MakeChat, until: Until) -> None:
    async def drive(_: Person) -> int:
        await asyncio.Event().wait()
        return 1

    chat = make_chat(drive)
    async with chat.run_test() as pilot:
        await until(pilot, lambda: chat.session)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: chat.return_value is not None)

    assert chat.return_value == 0


async def test_events_from_another_thread_are_shown_in_order(make_chat: MakeChat, until: Until) -> None:
    async def drive(person: Person) -> int:
        def work() -> None:
            for n in range(50):
                person.show(told(f"line {n}", n + 1), Idle())

        thread = threading.Thread(target=work)
        thread.start()
        await asyncio.to_thread(thread.join)
        await person.listen()
        return 0

    chat = make_chat(drive)
    async with chat.run_test() as pilot:
        await until(pilot, lambda: len(texts(chat)) == 50)

    assert texts(chat) == [f"line {n}" for n in range(50)]


async def test_only_so_many_messages_are_mounted_and_earlier_ones_come_back(make_chat: MakeChat, until: Until) -> None:
    async def drive(person: Person) -> int:
        for n in range(200):
            person.show(told(f"line {n}", n + 1), Idle())
        await person.listen()
        return 0

    chat = make_chat(drive)
    async with chat.run_test() as pilot:
        await until(pilot, lambda: len(texts(chat)) == 200)
        transcript = chat.desk.chat.transcript
        mounted, first = len(transcript.query(MessageLine)), transcript.first
        transcript.focus()
        await pilot.press("e")
        await until(pilot, lambda: transcript.first == first - 30)

        assert (mounted, first) == (MOUNTED, 200 - MOUNTED)
        assert len(transcript.query(MessageLine)) == MOUNTED


async def test_a_streamed_message_becomes_one_finished_line(make_chat: MakeChat, until: Until) -> None:
    go_on = asyncio.Event()

    async def drive(person: Person) -> int:
        person.stream("One [b]two")
        await go_on.wait()
        reply = e.ModelReplied(text="One [b]two", model="guided", stop="end")
        person.show(e.Entry(n=1, at="2026-01-01T00:00:00Z", event=reply), Idle())
        await person.listen()
        return 0

    chat = make_chat(drive)
    async with chat.run_test() as pilot:
        transcript = chat.desk.chat.transcript
        await until(pilot, lambda: transcript.unwritten)
        await transcript.write_on()
        streamed = transcript.live.source if transcript.live else ""
        go_on.set()
        await until(pilot, lambda: texts(chat))

        assert streamed == "One [b]two"
        assert transcript.live is None
        assert texts(chat) == ["One [b]two"]


async def test_p_pauses_a_running_step_and_only_that(
    make_chat: MakeChat, tell: Tell, approved: Events, until: Until
) -> None:
    pauses: list[str] = []
    start = asyncio.Event()

    async def drive(person: Person) -> int:
        tell(person, *approved)
        await start.wait()
        tell(person, e.StepConfirmed(step="preflight", by="ada"), e.StepStarted(step="preflight"))
        await asyncio.Event().wait()
        return 0

    chat = make_chat(drive, pause=lambda: pauses.append("pause"))
    async with chat.run_test() as pilot:
        await until(pilot, lambda: chat.desk.view is chat.desk.run)
        await pilot.press("p")
        before = list(pauses)
        start.set()
        await until(pilot, lambda: chat.is_running)
        await pilot.press("p")
        chat.input_line.focus()
        await pilot.press("p")

        assert before == []
        assert pauses == ["pause"]
        assert chat.input_line.text == "p"


@pytest.mark.parametrize(("button", "paused", "left"), [("pause", 1, False), ("stay", 0, False), ("leave", 0, True)])
async def test_ctrl_c_kills_nothing_and_asks(
    make_chat: MakeChat, tell: Tell, approved: Events, until: Until, button: str, paused: int, left: bool
) -> None:
    pauses: list[str] = []

    async def drive(person: Person) -> int:
        tell(person, *approved, e.StepConfirmed(step="preflight", by="ada"), e.StepStarted(step="preflight"))
        await asyncio.Event().wait()
        return 0

    chat = make_chat(drive, pause=lambda: pauses.append("pause"))
    async with chat.run_test() as pilot:
        await until(pilot, lambda: chat.is_running)
        await pilot.press("ctrl+c")
        await until(pilot, lambda: isinstance(chat.screen, LeaveScreen))
        running_still = chat.session is not None
        await pilot.click(f"#{button}")
        await until(pilot, lambda: not isinstance(chat.screen, LeaveScreen) or chat.return_value is not None)
        await pilot.pause()

        assert running_still
        assert len(pauses) == paused
        assert (chat.return_value == 130) == left


async def test_a_paste_of_several_lines_waits_for_its_enter(make_chat: MakeChat, until: Until) -> None:
    heard: list[str | None] = []

    async def drive(person: Person) -> int:
        heard.append(await person.listen())
        return 0

    chat = make_chat(drive)
    async with chat.run_test() as pilot:
        await until(pilot, lambda: chat.person.is_listening)
        chat.post_message(events.Paste("ALTER TABLE t\rADD COLUMN c int;\r"))
        await pilot.pause()
        before = list(heard)
        await pilot.press("enter")
        await until(pilot, lambda: heard)

    assert before == []
    assert heard == ["ALTER TABLE t\nADD COLUMN c int;"]


async def test_the_view_follows_the_phase(
    make_chat: MakeChat, tell: Tell, approved: Events, up_to_approval: Events, until: Until
) -> None:
    async def drive(person: Person) -> int:
        tell(person, *up_to_approval)
        await person.listen()
        tell(person, approved[-1])
        await person.listen()
        return 0

    chat = make_chat(drive)
    async with chat.run_test() as pilot:
        await until(pilot, lambda: chat.person.is_listening)
        before = chat.desk.view
        await pilot.press("x", "enter")
        await until(pilot, lambda: chat.desk.view is chat.desk.run)

        assert before is chat.desk.chat
