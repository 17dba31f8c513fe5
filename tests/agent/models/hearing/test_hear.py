import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.models.hearing import LONGEST, HeardChange, hear
from protocol.changes import kinds
from protocol.questions import COMMON
from tests.agent.models.hearing.phrasings import ASKED_BACK, PASTED, RUNNING, UNDERSTOOD
from tests.agent.models.hearing.vocabulary import ALL
from tools.discover import Heard

Expected = tuple[tuple[str, dict[str, str]], ...]


def changes(lines: tuple[str, ...]) -> Expected:
    parts = [line.split(" | ") for line in lines]
    return tuple((kind, dict(answer.split("=", 1) for answer in answers)) for kind, *answers in parts)


def heard(words: str) -> Expected:
    hearing = hear(words, ALL)
    return tuple((change.kind, {one.question: one.value for one in change.heard}) for change in hearing.changes)


@pytest.mark.parametrize(("words", "expected"), (UNDERSTOOD | PASTED).items())
def test_what_is_said_is_heard_and_nothing_else(words: str, expected: tuple[str, ...]) -> None:
    assert heard(words) == changes(expected)


@pytest.mark.parametrize(("words", "reason"), ASKED_BACK.items())
def test_what_is_not_clear_is_asked_back_and_nothing_is_taken_from_it(words: str, reason: str) -> None:
    hearing = hear(words, ALL)

    assert hearing.changes == ()
    assert reason in hearing.problem


@pytest.mark.parametrize(("running", "words", "expected"), RUNNING)
def test_words_correct_the_change_they_are_about(running: str, words: str, expected: tuple[str, ...]) -> None:
    before = changes(tuple(running.split(" + ")))
    there = tuple(
        HeardChange(kind, tuple(Heard(question=name, value=value, quote="") for name, value in answers.items()), number)
        for number, (kind, answers) in enumerate(before, 1)
    )
    hearing = hear(words, ALL, there)

    found = tuple((f"{one.number} {one.kind}", {a.question: a.value for a in one.heard}) for one in hearing.changes)
    assert (found, hearing.problem) == (changes(expected), "")


@pytest.mark.parametrize("expected", sorted({line for lines in (UNDERSTOOD | PASTED).values() for line in lines}))
def test_every_answer_is_one_that_its_question_takes(expected: str) -> None:
    [(kind, answers)] = changes((expected,))
    questions = {question.id: question for question in (*COMMON, *kinds()[kind].questions())}
    for name, value in answers.items():
        assert questions[name].parse(value) is not None


@pytest.mark.parametrize("words", UNDERSTOOD | PASTED)
def test_every_quote_stands_in_the_words(words: str) -> None:
    assert all(one.quote and one.quote in words for one in hear(words, ALL).heard)


def test_a_kind_that_this_version_lacks_is_refused_with_the_nearest() -> None:
    hearing = hear("drop column legacy from users", {"add_column", "drop_table"})

    assert hearing.changes == ()
    assert "not something I can carry out yet. The nearest is: " in hearing.problem


def test_the_tables_say_every_kind_in_several_ways() -> None:
    said = [kind for expected in UNDERSTOOD.values() for kind, _ in changes(expected)]

    assert len(UNDERSTOOD | PASTED) >= 200
    assert len(ASKED_BACK) >= 60
    assert {kind for kind in ALL - {"run_sql"} if said.count(kind) < 3} == set()


def test_a_word_that_is_taken_as_a_type_is_told_with_its_reason() -> None:
    assert hear("change users.prefs to json", ALL).notes[0].startswith("“json” is taken as jsonb: ")


def test_how_a_column_is_split_is_asked_when_it_is_not_said() -> None:
    assert "How is each of first, last made of name?" in hear("split users.name into first and last", ALL).notes[0]


def test_no_more_changes_than_a_request_may_have_are_taken() -> None:
    hearing = hear("; ".join(f"drop users.c{number}" for number in range(30)), ALL)

    assert hearing.changes == ()
    assert "More than 20 changes" in hearing.problem


HARD = (
    "add a column ",
    "add a role column to users and ",
    "column ",
    "give ",
    "users needs ",
    "default 'a' || ",
    "'",
    "(",
    "default f(",
    "computed as (",
    "1 + ",
    "varchar(",
    "a.b.",
    '"',
    "to x ",
    "drop a, ",
    "drop column a and ",
    "[",
    "; ",
    "set a = b, ",
    "set a to 1 where b = ",
    "make it not null, ",
    "rename a to b, ",
    "index a by b, c, ",
    "then ",
    "```sql\n",
    "alter table a add b int; ",
    "create table a (",
    "from '1' to '2' ",
    "and and ",
    "in users, ",
    "a b c ",
    "users 's ",
    "update a set b = c ",
    "\n",
    ". ",
    "select ",
    "1. ",
    "“",
    "add a check (",
    "where a = 1 and ",
    "it ",
    "don't ",
)


@pytest.mark.parametrize("piece", [*HARD, '. "', "; a.b.", ". add a column ", "; 1 + ", "alter table a add b int; it "])
def test_no_text_takes_long_to_read(piece: str) -> None:
    hear("drop a from b", ALL)
    began = time.process_time()
    hear((piece * LONGEST)[:LONGEST], ALL)

    assert time.process_time() - began < 1


def test_ten_thousand_words_are_too_many_and_that_is_said_at_once() -> None:
    began = time.process_time()
    hearing = hear("drop users.role " + "and so on " * 3_333, ALL)

    assert time.process_time() - began < 0.1
    assert "characters long; say the change in a sentence" in hearing.problem


PIECES = sorted({word for words in UNDERSTOOD | ASKED_BACK | PASTED for word in words.split()})
GARBAGE = st.text(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join)


@given(GARBAGE, st.sampled_from([change for change, _, _ in RUNNING]))
@settings(deadline=1_000)
def test_any_text_is_read_without_harm(words: str, running: str) -> None:
    there = tuple(
        HeardChange(kind, tuple(Heard(question=name, value=value, quote="") for name, value in answers.items()), number)
        for number, (kind, answers) in enumerate(changes(tuple(running.split(" + "))), 1)
    )
    for before in ((), there):
        hearing = hear(words, ALL, before)

        assert all(one.quote in words for one in hearing.heard)
        assert bool(hearing.changes) != bool(hearing.problem)
