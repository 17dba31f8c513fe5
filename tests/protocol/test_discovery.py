"""Every question of the protocol is asked, and what is said becomes a typed answer or a reason."""

import pytest

from protocol.changes import kinds
from protocol.changes.add_column import AddColumn
from protocol.discovery import Answer, Group, Option, Origin, Question, Scalar, Sheet, nearest
from protocol.errors import BadAnswer
from protocol.questions import COMMON, questions_of

CHOICES = (Option(value="none", label="None"), Option(value="window", label="A window"))

ADDING = questions_of((AddColumn.questions(),))
"""Everything that is asked when a column is added."""

ASKED: dict[Group, dict[str, tuple[str, ...]]] = {
    Group.KIND: {
        "What type of database migration? What are you changing?": ("table", "column", "type"),
        "Why is it changed?": ("purpose",),
    },
    Group.DATA: {
        "Is this for production database?": ("environment",),
        "How many rows in affected tables?": ("rows",),
        "Expected migration duration?": ("duration",),
        "Zero downtime required? Maintenance window available, when and how long?": ("downtime",),
    },
    Group.BREAKING: {
        "Is code already deployed that uses old schema?": ("old_code",),
        "Can app handle both old and new schema?": ("both_schemas",),
        "Does this affect API responses?": ("api",),
        "Will clients break?": ("clients",),
        "If migration fails, can we rollback?": ("rollback",),
        "Can app run with old schema after deploy?": ("old_schema",),
    },
    Group.HANDLING: {
        "New column: default value?": ("default",),
        "New column: NULL allowed?": ("nullable",),
        "Need to validate data before migration?": ("validation",),
        "Backfill required? Data transformation needed?": ("computed",),
    },
    Group.PERFORMANCE: {
        "Table lock duration: large table, long lock?": ("lock_limit",),
        "Index creation?": ("needs_index",),
        "How critical is performance during migration?": ("criticality",),
    },
}
"""The protocol's questions, as far as they concern adding a column, and the ids under which they are asked."""


def question(form: str, options: tuple[Option, ...] = ()) -> Question:
    return Question.model_validate({"id": "q", "group": Group.KIND, "text": "?", "form": form, "options": options})


def answer(value: Scalar, origin: Origin = Origin.PERSON, question: str = "column") -> Answer:
    return Answer(question=question, value=value, origin=origin)


# --- the questions -------------------------------------------------------------------------------------------------


def test_each_question_of_the_protocol_is_asked_in_its_group() -> None:
    asked = {group: {q.id for q in ADDING if q.group is group} for group in Group}

    assert asked == {group: {id_ for ids in lines.values() for id_ in ids} for group, lines in ASKED.items()}


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_of_change_asks_in_the_order_of_the_protocol(kind: str) -> None:
    groups = [q.group for q in questions_of((kinds()[kind].questions(),))]

    assert list(dict.fromkeys(groups)) == list(Group)
    assert groups == sorted(groups, key=list(Group).index)


def test_a_second_change_asks_its_own_questions_by_number_and_the_common_ones_not_again() -> None:
    questions = questions_of((AddColumn.questions(), AddColumn.questions()))
    second = [q for q in questions if q.id.endswith("_2")]

    assert len(questions) == 2 * len(AddColumn.questions()) + len(COMMON)
    assert {q.id for q in second} == {f"{q.id}_2" for q in AddColumn.questions()}
    assert all(q.of == "table_2" for q in second)


def test_a_change_sees_its_own_answers_under_plain_ids_and_the_common_ones() -> None:
    said = {"column": "role", "column_2": "token", "environment": "staging"}
    sheet = Sheet(answers=tuple(answer(value, question=question) for question, value in said.items()))

    assert sheet.of(1, AddColumn.questions()).text("column") == "role"
    assert sheet.of(2, AddColumn.questions()).text("column") == "token"
    assert sheet.of(2, AddColumn.questions()).text("environment") == "staging"
    assert sheet.of(3, AddColumn.questions()).text("column") is None


@pytest.mark.parametrize("kind", kinds())
def test_questions_are_sentences_with_ids_of_their_own(kind: str) -> None:
    questions = questions_of((kinds()[kind].questions(),))
    ids = [q.id for q in questions]

    assert sorted(set(ids)) == sorted(ids)
    assert [q.id for q in questions if "?" not in q.text] == []


@pytest.mark.parametrize("asked", ADDING, ids=lambda q: q.id)
def test_what_is_offered_recommended_or_assumed_is_an_answer(asked: Question) -> None:
    offered: list[Scalar] = [option.value for option in asked.options]
    offered += [value for value in (asked.recommended, asked.safe) if value is not None]

    assert [asked.parse(value) for value in offered] == offered


def test_what_would_name_or_shape_the_column_is_never_assumed() -> None:
    questions = ADDING

    assert {q.id for q in Sheet().must(questions)} == {
        *("table", "column", "type", "nullable", "default"),
        *("rows", "duration"),
    }


def test_the_safe_answers_are_the_careful_ones() -> None:
    assumed = {a.question: a.value for a in Sheet().assumed(ADDING)}

    assert assumed == {
        "purpose": "not said",
        "environment": "production",
        "downtime": "none",
        "old_code": True,
        "both_schemas": True,
        "api": False,
        "clients": False,
        "rollback": True,
        "old_schema": False,
        "validation": "none",
        "computed": "none",
        "criticality": "high",
        "lock_limit": 100,
        "needs_index": False,
    }


# --- what is said --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "said", "understood"),
    [
        ("yes_no", "yes", True),
        ("yes_no", " Y ", True),
        ("yes_no", True, True),
        ("yes_no", 1, True),
        ("yes_no", "on", True),
        ("yes_no", "NO", False),
        ("yes_no", "n", False),
        ("yes_no", False, False),
        ("yes_no", 0, False),
        ("choice", "window", "window"),
        ("choice", " WINDOW ", "window"),
        ("choice", "1", "none"),
        ("choice", 2, "window"),
        ("name", " role ", "role"),
        ("name", '"User"', "User"),
        ("table", "users", "users"),
        ("table", "app.users", "app.users"),
        ("table", '"App"."Users"', "App.Users"),
        ("type", " varchar(50) ", "varchar(50)"),
        ("type", "timestamp  with time zone", "timestamp with time zone"),
        ("default", "'user'", "'user'"),
        ("default", " None ", "none"),
        ("default", "no default", "none"),
        ("default", "NULL", "none"),
        ("default", True, "true"),
        ("default", 0, "0"),
        ("default", "now()", "now()"),
        ("expression", "lower(email)", "lower(email)"),
        ("milliseconds", "100", 100),
        ("milliseconds", 100, 100),
        ("milliseconds", "100 ms", 100),
        ("milliseconds", "2 s", 2000),
        ("milliseconds", "60S", 60_000),
        ("text", "  two \n words ", "two words"),
    ],
)
def test_what_is_said_becomes_a_typed_answer(form: str, said: Scalar, understood: Scalar) -> None:
    parsed = question(form, CHOICES if form == "choice" else ()).parse(said)

    assert (parsed, type(parsed)) == (understood, type(understood))


@pytest.mark.parametrize(
    ("form", "said", "reason"),
    [
        ("yes_no", "perhaps", "say yes or no"),
        ("yes_no", "", "say yes or no"),
        ("yes_no", 2, "say yes or no"),
        ("choice", "later", "choose one of none, window"),
        ("choice", "0", "choose one of none, window"),
        ("choice", "²", "choose one of none, window"),
        ("choice", "3", "choose one of none, window"),
        ("name", "", "a name needs at least one character and no NUL"),
        ("name", '""', "a name needs at least one character and no NUL"),
        ("name", "a" * 64, f"`{'a' * 64}` is longer than 63 bytes, PostgreSQL would cut it"),
        ("table", "", "a name needs at least one character and no NUL"),
        ("table", "app.", "a name needs at least one character and no NUL"),
        ("type", "int; drop", "`int; drop` is not a column type"),
        ("type", "int NOT NULL", "`int NOT NULL` is not a column type"),
        ("default", "1 -- x", "`1 -- x` is not one SQL expression: it holds a comment"),
        ("default", "(SELECT 1)", "`(SELECT 1)` holds a subquery; a column's value may depend on its own row only"),
        ("expression", "1)", "`1)` is not one SQL expression: a `)` closes nothing"),
        ("milliseconds", "9", "give a time between 10 ms and 60 s, such as `100 ms` or `2 s`"),
        ("milliseconds", "61 s", "give a time between 10 ms and 60 s, such as `100 ms` or `2 s`"),
        ("milliseconds", "soon", "give a time between 10 ms and 60 s, such as `100 ms` or `2 s`"),
        ("milliseconds", "-100", "give a time between 10 ms and 60 s, such as `100 ms` or `2 s`"),
        ("text", " \n ", "it is empty"),
    ],
)
def test_what_does_not_answer_is_refused_with_a_reason(form: str, said: Scalar, reason: str) -> None:
    with pytest.raises(BadAnswer) as refused:
        question(form, CHOICES if form == "choice" else ()).parse(said)

    assert refused.value.message == f"`{said}` does not answer `q`: {reason}"


# --- the sheet -----------------------------------------------------------------------------------------------------


def test_the_latest_answer_to_a_question_stands_alone() -> None:
    words, person = answer("rôle", Origin.WORDS), answer("role", Origin.PERSON)

    assert Sheet().with_answer(words).with_answer(person).answers == (person,)


def test_origins_are_listed_from_the_weakest_to_the_strongest() -> None:
    assert list(Origin) == [Origin.ASSUMPTION, Origin.SETTING, Origin.DATABASE, Origin.WORDS, Origin.PERSON]


def test_an_answer_of_any_origin_closes_its_question() -> None:
    questions = ADDING
    sheet = Sheet(answers=(answer("staging", Origin.SETTING, "environment"), answer("role", Origin.WORDS)))

    assert {"environment", "column"} & {q.id for q in sheet.open(questions)} == set()
    assert {"environment", "column"} & {a.question for a in sheet.assumed(questions)} == set()


def test_an_assumption_says_that_it_is_one() -> None:
    assumed = Sheet().assumed(ADDING)

    assert {(a.origin, a.detail) for a in assumed} == {(Origin.ASSUMPTION, "nobody said otherwise")}


def test_a_sheet_reads_answers_as_text_and_as_yes_or_no() -> None:
    sheet = Sheet(answers=(answer(False, question="api"), answer(100, question="lock_limit")))

    assert (sheet.text("api"), sheet.text("lock_limit"), sheet.text("type")) == ("False", "100", None)
    assert (sheet.yes("api"), sheet.yes("lock_limit"), sheet.yes("type")) == (False, None, None)


def test_a_misspelt_word_finds_its_neighbour() -> None:
    assert nearest("Usres", ["users", "orders"]) == "users"
    assert nearest("invoices", ["users", "orders"]) is None
