"""The questions of the protocol, their typed answers, and where each answer came from."""

import difflib
import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum
from typing import Literal, get_args

from pydantic import TypeAdapter, ValidationError, model_validator

from protocol.errors import BadAnswer
from protocol.names import Expression, Name, SqlType, TableName
from protocol.value import Value

Scalar = bool | int | str

NAME: TypeAdapter[str] = TypeAdapter(Name)
TYPE: TypeAdapter[str] = TypeAdapter(SqlType)
EXPRESSION: TypeAdapter[str] = TypeAdapter(Expression)


class Group(StrEnum):
    """The five groups of questions, in the order they are asked."""

    KIND = "Migration type"
    DATA = "Production data"
    BREAKING = "Breaking changes"
    HANDLING = "Data handling"
    PERFORMANCE = "Performance impact"


class Origin(StrEnum):
    """Where an answer came from; the order is who wins when two disagree."""

    ASSUMPTION = "assumption"
    SETTING = "setting"
    DATABASE = "database"
    WORDS = "your words"
    PERSON = "your answer"


class Option(Value):
    value: str
    label: str


Form = Literal[
    "choice",
    "yes_no",
    "name",
    "new_table",
    "table",
    "enum",
    "column",
    "columns",
    "constraint",
    "index",
    "type",
    "default",
    "expression",
    "milliseconds",
    "text",
    "clause",
    "sql",
]
"""How an answer is read. `table`, `enum`, `column(s)`, `constraint` and `index` name what must be there already;
`new_table` is a name, perhaps with a schema, that must not. A `clause` is a piece of SQL kept as it was typed, which
the change reads itself; `sql` is whole statements, taken only as the person pasted them."""


class Question(Value):
    """One question. `safe` is what is assumed when nobody answers; without it an answer is needed.

    `of` is the question that names the table whose columns or constraints are meant.
    A `typed` one is answered by the person alone: it is never heard in words, nor assumed.
    """

    id: str
    group: Group
    text: str
    form: Form
    of: str = "table"
    options: tuple[Option, ...] = ()
    recommended: str | None = None
    safe: Scalar | None = None
    hint: str = ""
    typed: bool = False

    @model_validator(mode="after")
    def _nothing_stands_in_for_the_person(self) -> "Question":
        if self.typed and self.safe is not None:
            raise ValueError("a question that the person types has no answer of its own")
        return self

    def parse(self, said: Scalar) -> Scalar:
        """Turn what was said into this question's value; raise BadAnswer with a sentence."""
        try:
            return _PARSERS[self.form](self, said)
        except (ValidationError, ValueError) as error:
            raise BadAnswer(f"`{said}` does not answer `{self.id}`: {_reason(error)}") from error


class Answer(Value):
    """One answer; `detail` says more of its origin, in words for the person."""

    question: str
    value: Scalar
    origin: Origin
    detail: str = ""


class Sheet(Value):
    """The answers given so far, the latest for each question."""

    answers: tuple[Answer, ...] = ()

    def with_answer(self, answer: Answer) -> "Sheet":
        others = tuple(a for a in self.answers if a.question != answer.question)
        return Sheet(answers=(*others, answer))

    def get(self, question: str) -> Answer | None:
        return next((a for a in self.answers if a.question == question), None)

    def text(self, question: str) -> str | None:
        answer = self.get(question)
        return None if answer is None else str(answer.value)

    def expression(self, question: str) -> str | None:
        """The SQL that answers the question; None where nothing or `none` does."""
        said = self.text(question)
        return None if said == "none" else said

    def yes(self, question: str) -> bool | None:
        answer = self.get(question)
        return None if answer is None or not isinstance(answer.value, bool) else answer.value

    def of(self, number: int, own: tuple[Question, ...]) -> "Sheet":
        """The answers as the change `number` of a request sees them: its own under their plain ids."""
        if number == 1:
            return self
        mine = {numbered(question.id, number): question.id for question in own}
        common = tuple(a for a in self.answers if a.question not in {question.id for question in own})
        answers = tuple(a.model_copy(update={"question": mine[a.question]}) for a in self.answers if a.question in mine)
        return Sheet(answers=(*common, *answers))

    def open(self, questions: tuple[Question, ...]) -> tuple[Question, ...]:
        """The questions without an answer."""
        return tuple(q for q in questions if self.get(q.id) is None)

    def must(self, questions: tuple[Question, ...]) -> tuple[Question, ...]:
        """The open questions for which nothing may be assumed."""
        return tuple(q for q in self.open(questions) if q.safe is None)

    def assumed(self, questions: tuple[Question, ...]) -> tuple[Answer, ...]:
        """What is assumed where nobody answers."""
        return tuple(
            Answer(question=q.id, value=q.safe, origin=Origin.ASSUMPTION, detail="nobody said otherwise")
            for q in self.open(questions)
            if q.safe is not None
        )


def numbered(question: str, number: int) -> str:
    """The id of a question of the change `number` of a request; the first one's are plain."""
    return question if number == 1 else f"{question}_{number}"


def name_list(said: str) -> tuple[str, ...]:
    """Read `a, "B c" and d` as names."""
    pieces = re.findall(r'"((?:[^"]|"")+)"|([^\s,"]+)', re.sub(r"\s+and\s+|\s*&\s*", ", ", said))
    return tuple((quoted or bare).replace('""', '"') for quoted, bare in pieces)


def nearest(word: str, known: list[str]) -> str | None:
    """The one known word that `word` may have been meant for, if any."""
    close = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return close[0] if close else None


def _reason(error: ValidationError | ValueError) -> str:
    if isinstance(error, ValidationError):
        return error.errors()[0]["msg"].removeprefix("Value error, ")
    return str(error)


YES = {"yes", "y", "true", "1", "on"}
NO = {"no", "n", "false", "0", "off"}
INVISIBLE = {"Cc", "Cf", "Zl", "Zp"}
"""Unicode categories of control, bidirectional and zero-width characters, and of line separators."""

NO_DEFAULT = {"none", "no", "null", "nothing", "no default"}


def _yes_no(_: Question, said: Scalar) -> bool:
    word = str(said).strip().lower()
    if word in YES | NO:
        return word in YES
    raise ValueError("say yes or no")


def _choice(question: Question, said: Scalar) -> str:
    word = str(said).strip()
    values = [option.value for option in question.options]
    if word.isdecimal() and 1 <= int(word) <= len(values):
        return values[int(word) - 1]
    found = [value for value in values if value.lower() == word.lower()]
    if found:
        return found[0]
    raise ValueError("choose one of " + ", ".join(values))


def _name(_: Question, said: Scalar) -> str:
    name = NAME.validate_python(str(said).strip().strip('"'))
    if any(unicodedata.category(character) in INVISIBLE for character in name):
        raise ValueError("it holds a character that cannot be seen")
    return name


def _table(question: Question, said: Scalar) -> str:
    if str(said).isdecimal() and question.options:
        return _choice(question, said)
    schema_name, _, name = str(said).strip().rpartition(".")
    TableName(schema_name=schema_name.strip('"') or "public", name=name.strip('"'))
    return str(said).strip().replace('"', "")


def _new_table(_: Question, said: Scalar) -> str:
    schema_name, _dot, name = str(said).strip().rpartition(".")
    for part in (schema_name, name):
        if part:
            NAME.validate_python(part.strip('"'))
    if not name:
        raise ValueError("it is empty")
    return str(said).strip()


def _columns(_: Question, said: Scalar) -> str:
    names = name_list(str(said))
    if not names:
        raise ValueError("name at least one column")
    return ", ".join(_name(_, name) if name.isidentifier() else '"' + name + '"' for name in names)


def _sql(_: Question, said: Scalar) -> str:
    if not str(said).strip():
        raise ValueError("it is empty")
    return str(said).strip()


def _type(_: Question, said: Scalar) -> str:
    return TYPE.validate_python(str(said))


def _expression(_: Question, said: Scalar) -> str:
    return EXPRESSION.validate_python(str(said))


def _default(question: Question, said: Scalar) -> str:
    if str(said).strip().lower() in NO_DEFAULT:
        return "none"
    if isinstance(said, bool | int):
        return str(said).lower()
    return _expression(question, said)


def _milliseconds(_: Question, said: Scalar) -> int:
    found = re.fullmatch(r"([0-9]+) ?(ms|s)?", str(said).strip().lower())
    if found is not None:
        time = int(found[1]) * (1000 if found[2] == "s" else 1)
        if 10 <= time <= 60_000:
            return time
    raise ValueError("give a time between 10 ms and 60 s, such as `100 ms` or `2 s`")


def _text(_: Question, said: Scalar) -> str:
    word = " ".join(str(said).split())
    if not word:
        raise ValueError("it is empty")
    return word


_PARSERS: dict[str, Callable[[Question, Scalar], Scalar]] = {
    "choice": _choice,
    "yes_no": _yes_no,
    "name": _name,
    "new_table": _new_table,
    "table": _table,
    "enum": _table,
    "column": _name,
    "columns": _columns,
    "constraint": _name,
    "index": _table,
    "type": _type,
    "default": _default,
    "expression": _expression,
    "milliseconds": _milliseconds,
    "text": _text,
    "clause": _sql,
    "sql": _sql,
}
assert set(_PARSERS) == set(get_args(Form))
