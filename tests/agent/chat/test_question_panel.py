from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import TabbedContent

from agent.chat.app import Chat
from agent.chat.question_field import NEEDED, QuestionField
from agent.chat.question_panel import QuestionPanel
from protocol.discovery import Question, Sheet
from protocol.person import Answers, Person

MakeChat = Callable[..., Chat]
Until = Callable[[Pilot[Any], Callable[[], object]], Awaitable[None]]


class Asking:
    """A session that asks the questions once."""

    def __init__(self, sheet: Sheet, questions: tuple[Question, ...], problems: dict[str, str] | None = None) -> None:
        self.asked = (sheet, questions, problems or {})
        self.answers: Answers | None = None

    async def __call__(self, person: Person) -> int:
        self.answers = await person.answer(*self.asked)
        await person.listen()
        return 0


@pytest.fixture
def asking(sheet: Sheet, questions: tuple[Question, ...]) -> Asking:
    return Asking(sheet, questions)


def field(chat: Chat, question: str) -> QuestionField:
    return chat.query_one(f"#question-{question}", QuestionField)


def in_focus(chat: Chat, question: str) -> Callable[[], bool]:
    return lambda: bool(chat.query(f"#question-{question}")) and field(chat, question).has_focus_within


async def test_the_first_question_that_needs_an_answer_has_the_focus(
    make_chat: MakeChat, asking: Asking, until: Until
) -> None:
    chat = make_chat(asking)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, in_focus(chat, "type"))

        assert field(chat, "type").has_class("-needed")


async def test_only_what_the_person_filled_in_is_handed_in(make_chat: MakeChat, asking: Asking, until: Until) -> None:
    chat = make_chat(asking)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, in_focus(chat, "type"))
        await pilot.press("7", "enter")
        field(chat, "nullable").take_focus()
        await until(pilot, in_focus(chat, "nullable"))
        await pilot.press("2", "enter")
        await until(pilot, in_focus(chat, "default"))
        await pilot.press(*"none", "ctrl+s")
        await until(pilot, lambda: asking.answers)

    assert asking.answers == Answers(given={"type": "uuid", "nullable": "no", "default": "none"})


async def test_handing_in_with_a_needed_answer_missing_goes_to_it(
    make_chat: MakeChat, asking: Asking, until: Until
) -> None:
    chat = make_chat(asking)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, in_focus(chat, "type"))
        await pilot.press(*"text", "ctrl+s")
        await until(pilot, in_focus(chat, "nullable"))

        assert asking.answers is None
        assert field(chat, "nullable").problem == NEEDED
        assert chat.query_one(TabbedContent).active == "group-handling"


async def test_what_does_not_parse_is_said_at_its_question(make_chat: MakeChat, asking: Asking, until: Until) -> None:
    chat = make_chat(asking)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, in_focus(chat, "type"))
        await pilot.press(*"int; drop", "enter")
        await until(pilot, lambda: field(chat, "type").has_class("-wrong"))

        assert "is not a column type" in (field(chat, "type").problem or "")


async def test_an_answer_from_elsewhere_shows_its_origin_and_can_be_corrected(
    make_chat: MakeChat, questions: tuple[Question, ...], sheet: Sheet, until: Until
) -> None:
    asking = Asking(sheet, tuple(q for q in questions if q.id in {"table", "column"}))
    chat = make_chat(asking)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, in_focus(chat, "table"))
        shown = str(field(chat, "table").query_one(".origin").render())
        await pilot.press("down", *"secret", "ctrl+s")
        await until(pilot, lambda: asking.answers)

    assert shown == "← your words: “add a token to users”"
    assert asking.answers == Answers(given={"column": "secret"})


async def test_a_known_answer_said_again_is_not_handed_in(
    make_chat: MakeChat, questions: tuple[Question, ...], sheet: Sheet, until: Until
) -> None:
    asking = Asking(sheet, tuple(q for q in questions if q.id == "environment"))
    chat = make_chat(asking)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, in_focus(chat, "environment"))
        await pilot.press("1", "ctrl+s")
        await until(pilot, lambda: asking.answers)

    assert asking.answers == Answers()


async def test_an_assumption_is_shown_and_stays_when_nothing_is_said(
    make_chat: MakeChat, questions: tuple[Question, ...], until: Until
) -> None:
    asking = Asking(Sheet(), tuple(q for q in questions if q.id == "old_code"))
    chat = make_chat(asking)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, in_focus(chat, "old_code"))
        placeholder = field(chat, "old_code").field.placeholder
        await pilot.press("enter", "enter")
        await until(pilot, lambda: asking.answers)

    assert placeholder == "yes"
    assert asking.answers == Answers()


async def test_a_problem_is_shown_at_its_question_and_comes_first(
    make_chat: MakeChat, questions: tuple[Question, ...], sheet: Sheet, until: Until
) -> None:
    asking = Asking(
        sheet, tuple(q for q in questions if q.id in {"table", "column"}), {"column": "it is there already"}
    )
    chat = make_chat(asking)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, in_focus(chat, "column"))

        assert field(chat, "column").has_class("-wrong")
        assert "it is there already" in str(field(chat, "column").wrong.render())


async def test_a_number_is_an_answer_where_a_number_may_be_meant(
    make_chat: MakeChat, questions: tuple[Question, ...], until: Until
) -> None:
    asking = Asking(Sheet(), tuple(q for q in questions if q.id == "default"))
    chat = make_chat(asking)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, in_focus(chat, "default"))
        await pilot.press("1", "ctrl+s")
        await until(pilot, lambda: asking.answers)

    assert asking.answers == Answers(given={"default": "1"})


async def test_free_words_come_with_the_answers_that_are_good_so_far(
    make_chat: MakeChat, asking: Asking, until: Until
) -> None:
    chat = make_chat(asking)
    async with chat.run_test(size=(120, 36)) as pilot:
        await until(pilot, in_focus(chat, "type"))
        await pilot.press(*"text")
        chat.input_line.focus()
        await pilot.press(*"as you like", "enter")
        await until(pilot, lambda: asking.answers)

    assert asking.answers == Answers(given={"type": "text"}, words="as you like")


async def test_the_panel_is_gone_once_it_is_answered(make_chat: MakeChat, asking: Asking, until: Until) -> None:
    chat = make_chat(asking)
    async with chat.run_test(size=(80, 24)) as pilot:
        await until(pilot, in_focus(chat, "type"))
        chat.input_line.focus()
        await pilot.press(*"go", "enter")
        await until(pilot, lambda: not chat.query(QuestionPanel))

        assert chat.input_line.has_focus
