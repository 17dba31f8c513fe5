"""Run pasted SQL that no kind of change describes: word for word, in development only, with nothing claimed of it."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes.base import Change
from protocol.discovery import Group, Origin, Question
from protocol.figure import Figure
from protocol.findings import Point, warns
from protocol.names import TableName, literal
from protocol.pasted import Pasted
from protocol.situation import Situation
from protocol.steps import Check, Statements
from protocol.strategy import Strategy
from protocol.value import fingerprint_of

I_KNOW = "I know"

MAX_STATEMENTS = 100

NOBODY_KNOWS = Figure.unknown("nothing is known of this SQL")

SQL = Question(
    id="sql",
    group=Group.KIND,
    text="Which SQL? It is run word for word as you paste it.",
    form="sql",
)
ACKNOWLEDGED = Question(
    id="acknowledged",
    group=Group.KIND,
    text="Do you know that nothing of this SQL is checked, and that only the backup takes it back? Type `I know`.",
    form="text",
    typed=True,
)


class RunSql(Change):
    """Statements that were not understood; nothing is claimed about them."""

    label: ClassVar[str] = "run SQL as pasted (development only, nothing is claimed of it)"
    about: ClassVar[str] = (
        "Only for SQL that the person pasted and that no other kind describes, on a development database. sql is their "
        "text word for word, whole statements. acknowledged is typed by the person alone; never answer it."
    )
    opaque: ClassVar[bool] = True

    kind: Literal["run_sql"] = "run_sql"
    statements: tuple[Pasted, ...]

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (SQL, ACKNOWLEDGED)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        return _of_sql(situation) | _of_environment(situation) | _of_acknowledgement(situation)

    @classmethod
    def from_situation(cls, situation: Situation) -> "RunSql":
        return cls(statements=situation.pasted)

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return ()

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        steps = tuple(self._step(number, situation) for number in range(1, len(self.statements) + 1))
        return (
            Strategy(
                id="as_pasted",
                title="As pasted, one transaction a statement",
                sketch=tuple(one.sql for one in self.statements),
                pros=("What was pasted is what runs, each statement with a lock_timeout and noted in the ledger",),
                cons=(
                    "Nothing is known of its locks, its time, or what it takes away",
                    "Only the backup takes it back",
                ),
                downtime="unknown",
                steps=steps,
                opaque=True,
            ),
        )

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - nothing else can be asked
        ids = ", ".join(literal(self._id(number)) for number in range(1, len(self.statements) + 1))
        ran = Check(
            id="ran",
            title="Every statement ran, as the ledger in the database says",
            kind="catalog",
            sql=f"SELECT count(*)::text FROM unnest(ARRAY[{ids}]) AS step_id WHERE NOT EXISTS "
            "(SELECT FROM whimbrel.step WHERE starts_with(step, step_id))",
            expected="0",
        )
        return (ran,)

    @property
    def title(self) -> str:
        count = len(self.statements)
        return "Run one statement as pasted" if count == 1 else f"Run {count} statements as pasted"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Action", "Run SQL as pasted; nothing is claimed about it"),
            *(
                (f"Statement {number}", f"`{one.sql}`: {one.reason}" if one.reason else f"`{one.sql}`")
                for number, one in enumerate(self.statements, start=1)
            ),
        )

    @property
    def outcome(self) -> str:
        return f"{len(self.statements)} statement(s) ran as pasted; what they did was not verified."

    def impact(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - nothing is known
        yield Point(mark="unknown", text="What it locks, rewrites, changes or takes away was not read")
        yield warns("It cannot be taken back but from the backup")
        yield warns("Later changes of the same request were planned as if it changed nothing")

    def _id(self, number: int) -> str:
        return f"sql_{number}_{fingerprint_of(self.statements[number - 1].sql)[:8]}"

    def _step(self, number: int, situation: Situation) -> Statements:
        one = self.statements[number - 1]
        return Statements(
            id=self._id(number),
            title=f"Run statement {number} as pasted",
            why=f"Not understood: {one.reason}" if one.reason else "As pasted.",
            lock="ACCESS EXCLUSIVE",
            held=NOBODY_KNOWS,
            duration=NOBODY_KNOWS,
            sql=(one.sql,),
            lock_timeout_ms=situation.lock_limit,
            final=True,
        )


def _of_sql(situation: Situation) -> dict[str, str]:
    refused = [one for one in situation.pasted if one.refused]
    if refused:
        return {"sql": f"`{_short(refused[0].sql)}` is not run even as pasted: {refused[0].refused}"}
    if situation.text("sql") is not None and not situation.pasted:
        return {"sql": "There is no statement in it."}
    if len(situation.pasted) > MAX_STATEMENTS:
        return {"sql": f"It has more than {MAX_STATEMENTS} statements; run a script of that length with psql."}
    return {}


def _of_environment(situation: Situation) -> dict[str, str]:
    """Who says that this is development must be the person or their settings, not a reading of words."""
    answer = situation.sheet.get("environment")
    if answer is None or (situation.is_development and answer.origin not in (Origin.PERSON, Origin.SETTING)):
        return {"environment": "SQL that is not understood needs your own word that this is a development database."}
    if not situation.is_development:
        reason = f"SQL that is not understood runs on a development database only, and this is {answer.value}."
        return {"environment": reason}
    return {}


def _of_acknowledgement(situation: Situation) -> dict[str, str]:
    answer = situation.sheet.get("acknowledged")
    if answer is None or (answer.value == I_KNOW and answer.origin is Origin.PERSON):
        return {}
    return {"acknowledged": f"Only `{I_KNOW}`, from you and not from a model, is taken."}


def _short(sql: str) -> str:
    line = " ".join(sql.split())
    return line if len(line) <= 60 else line[:59] + "…"
