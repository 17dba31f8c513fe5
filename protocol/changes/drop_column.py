"""Drop a column: its fields, questions and words; `drop_column_ways` has the ways to do it."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes import drop_column_ways
from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.facts import Facts, TableFacts
from protocol.findings import Point, holds, warns
from protocol.inquiry import Inquiry
from protocol.names import Name, TableName, literal
from protocol.recipes import rebuild, use
from protocol.recipes.looking import column_is_gone
from protocol.schema import Column
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy

TABLE = Question(id="table", group=Group.KIND, text="Which table loses a column?", form="table")
COLUMN = Question(id="column", group=Group.KIND, text="Which column is dropped?", form="column")


class DropColumn(Change):
    """With what vanishes silently with it: indexes, constraints and statistics that use it."""

    label: ClassVar[str] = "drop a column"
    about: ClassVar[str] = (
        "Remove one column and its values from a table. Its values are archived first, so that it can be brought back."
    )

    kind: Literal["drop_column"] = "drop_column"
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
        reason = _reason_against(facts, column)
        return {"column": reason} if reason else {}

    @classmethod
    def inquiries(cls, situation: Situation) -> tuple[Inquiry, ...]:
        facts, column = situation.table(), situation.column()
        archive = drop_column_ways.archive_of(facts, column) if facts and column else None
        return (Inquiry(question="column", table=archive.name, use="free name"),) if archive else ()

    @classmethod
    def from_situation(cls, situation: Situation) -> "DropColumn":
        column = situation.column()
        return cls(table=situation.name(), column=column.name if column else situation.need("column"))

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    def foresee(self, facts: Facts) -> Facts:
        there = facts.of(self.table)
        gone = {one.name for one in there.standing if one.column == self.column and one.kind == "index"}
        constraints = tuple(c for c in there.table.constraints if self.column not in c.columns)
        gone |= {c.name for c in there.table.constraints if self.column in c.columns}
        table = there.table.model_copy(
            update={
                "columns": tuple(c for c in there.table.columns if c.name != self.column),
                "constraints": constraints,
                "indexes": tuple(i for i in there.table.indexes if i.name not in gone and self.column not in i.columns),
            }
        )
        standing = tuple(one for one in there.standing if one.column != self.column)
        key = None if there.key and self.column in {part.name for part in there.key.columns} else there.key
        return facts.with_table(there.model_copy(update={"table": table, "standing": standing, "key": key}))

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        facts = situation.facts.of(self.table)
        column = facts.table.column(self.column)
        assert column is not None, "a column that is not there is no answer"
        return drop_column_ways.strategies(facts, column, situation)

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - the change says it all
        trigger = Check(
            id="no_trigger",
            title="No trigger of the archive is left on the table",
            kind="leftovers",
            sql="SELECT count(*)::text FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
            "WHERE pronamespace = to_regnamespace('whimbrel') AND proname LIKE 'archive%' "
            f"AND tgrelid = {literal(self.table.sql)}::regclass",
            expected="0",
        )
        return (column_is_gone(self.table, self.column), trigger)

    @property
    def title(self) -> str:
        return f"Drop column {self.column} of {self.table}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (("Table", f"`{self.table}`"), ("Action", f"Drop column `{self.column}`"))

    @property
    def outcome(self) -> str:
        return f"Column {self.column} of {self.table} is gone."

    def impact(self, situation: Situation) -> Iterator[Point]:
        yield warns(f"Statements and function bodies that name {self.column} fail once it is gone")
        yield warns(
            "`SELECT *` returns one column less, and prepared statements with it fail once with "
            "“cached plan must not change result type”"
        )
        facts = situation.table()
        triggers = [trigger.name for trigger in facts.table.triggers] if facts else []
        if triggers:
            yield warns(
                f"Look into its triggers ({', '.join(triggers)}): a function of theirs that names {self.column} makes "
                "writes fail"
            )
        gone = rebuild.vanishing(facts, self.column) if facts else ()
        if gone:
            yield warns(f"Vanish silently with it: {', '.join(gone)}")
        else:
            yield holds("No index and no constraint uses it")

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the same for every column
        yield holds("Code that does not know the column runs before and after; its INSERTs leave the column out")
        yield holds(
            "Rollback: with the archive it comes back as the last column, with its values, indexes and constraints"
        )


def _reason_against(facts: TableFacts, column: Column) -> str | None:
    """Why the server would refuse it, or take more than the column, as a sentence."""
    name, children = column.name, [d.name for d in facts.dependants if d.kind == "partition"]
    if any(trait.name == name and trait.inherited for trait in facts.traits):
        return f"`{name}` comes from the table that `{facts.name}` inherits from: drop it there."
    if facts.partitioning is None and children:
        return f"tables inherit it: {', '.join(children)}. Undo the inheritance first."
    if facts.partitioning and name in facts.partitioning.columns:
        return f"`{facts.name}` is partitioned by `{name}`, so the server refuses to drop it."
    if len(facts.table.columns) == 1:
        return f"it is the only column of `{facts.name}`: say to drop the table."
    primary = next((c for c in facts.table.constraints if c.kind == "p" and name in c.columns), None)
    if primary is not None:
        return f"`{name}` belongs to the primary key {primary.name}: drop that key, or make another, first."
    refusing = use.refusing(facts, name)
    if refusing:
        return f"the server would not drop it, for these use it: {use.named(refusing)}. Change or drop them first."
    return None
