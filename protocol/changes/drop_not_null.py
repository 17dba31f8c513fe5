"""Allow NULL in a column."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.facts import Facts, TableFacts
from protocol.findings import Point, holds, warns
from protocol.names import Name, TableName, quoted
from protocol.recipes.foreseen import with_column
from protocol.recipes.instant import UNDO_LOCK_TIMEOUT_MS, instant
from protocol.recipes.looking import null_is_allowed
from protocol.recipes.not_null import not_null_of, set_again
from protocol.recipes.ways import online_way
from protocol.schema import Column
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy

TABLE = Question(id="table", group=Group.KIND, text="Which table is it?", form="table")
COLUMN = Question(id="column", group=Group.KIND, text="Which column may be NULL from now on?", form="column")


class DropNotNull(Change):
    """Drop NOT NULL of one column."""

    label: ClassVar[str] = "allow NULL"
    about: ClassVar[str] = "Remove NOT NULL from an existing column, so that it may hold NULL."

    kind: Literal["drop_not_null"] = "drop_not_null"
    table: TableName
    column: Name

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, COLUMN)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts, column = situation.table(), situation.column()
        if facts is None or column is None:
            return {}
        reason = _reason(facts, column)
        return {"column": reason} if reason else {}

    @classmethod
    def from_situation(cls, situation: Situation) -> "DropNotNull":
        column = situation.column()
        return cls(table=situation.name(), column=column.name if column else situation.need("column"))

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    def foresee(self, facts: Facts) -> Facts:
        column = facts.of(self.table).table.column(self.column)
        assert column is not None
        return with_column(facts, self.table, column.model_copy(update={"nullable": True}))

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        facts = situation.facts.of(self.table)
        step = instant(
            "drop_not_null",
            f"Allow NULL in {self.column}",
            "Only the catalogue changes; no row is read.",
            f"ALTER TABLE {self.table.sql} ALTER COLUMN {quoted(self.column)} DROP NOT NULL",
            limit=situation.lock_limit,
            undo=set_again(facts, self.column, major=situation.major, limit=UNDO_LOCK_TIMEOUT_MS),
        )
        return (
            online_way(
                (step,),
                id_="one_statement",
                title="One statement",
                pros=("Only the catalogue changes, in an instant", "No row is touched"),
                cons=("The way back has to prove that no NULL was written meanwhile",),
            ),
        )

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - nothing depends on it
        return (null_is_allowed(self.table, self.column),)

    @property
    def title(self) -> str:
        return f"Allow NULL in {self.table}.{self.column}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (("Table", f"`{self.table}`"), ("Action", f"Drop NOT NULL of `{self.column}`"))

    @property
    def outcome(self) -> str:
        return f"Column {self.column} of {self.table} may hold NULL."

    def impact(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the change says it all
        yield holds("Every statement that works now goes on working")
        yield warns(f"Code that reads `{self.column}` has to expect NULL before other code writes it")

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the change says it all
        yield warns("Rollback: NULLs written meanwhile have to be filled first; the way back counts them and says so")


def _reason(facts: TableFacts, column: Column) -> str:
    if column.nullable:
        return f"`{column.name}` may be NULL already."
    if column.identity:
        return f"`{column.name}` is an identity column, which is always NOT NULL."
    key = next((one for one in facts.table.constraints if one.kind == "p" and column.name in one.columns), None)
    if key is not None:
        return f"`{column.name}` belongs to the primary key `{key.name}`; drop that constraint first."
    named = not_null_of(facts, column.name)
    if named is not None and named.name in facts.inherited:
        return f"NOT NULL of `{column.name}` comes from a parent table; drop it there."
    return ""
