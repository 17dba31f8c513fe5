"""Drop a table: put aside in schema `whimbrel` first, where nobody finds it and everything of it is kept (R14)."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.facts import Facts, TableFacts
from protocol.findings import Point, holds, warns
from protocol.inquiry import Inquiry
from protocol.names import TableName, derived_name, quoted
from protocol.recipes import use
from protocol.recipes.instant import instant, undo_by
from protocol.recipes.looking import relation_is_gone
from protocol.situation import Situation
from protocol.steps import Check, Statements
from protocol.strategy import Strategy

TABLE = Question(id="table", group=Group.KIND, text="Which table is dropped?", form="table")


class DropTable(Change):
    """With everything that is the table's own: rows, indexes, constraints, triggers, owned sequences, partitions."""

    label: ClassVar[str] = "drop a table"
    about: ClassVar[str] = (
        "Remove a whole table with its rows. It is put aside first, so that a mistake can be undone at once; after the "
        "last step only the backup has it."
    )

    kind: Literal["drop_table"] = "drop_table"
    table: TableName

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE,)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts = situation.table()
        if facts is None:
            return {}
        refusing = use.refusing(facts)
        if refusing:
            return {
                "table": f"the server would not drop `{facts.name}`, for these stand on it: {use.named(refusing)}. "
                "Drop or change them first."
            }
        return {}

    @classmethod
    def inquiries(cls, situation: Situation) -> tuple[Inquiry, ...]:
        """Its new name, and those of its indexes, which move along, have to be free in schema `whimbrel`."""
        facts = situation.table()
        if facts is None:
            return ()
        along = [TableName(schema_name="whimbrel", name=index.name) for index in facts.table.indexes]
        return tuple(Inquiry(question="table", table=name, use="free name") for name in (retired(facts.name), *along))

    @classmethod
    def from_situation(cls, situation: Situation) -> "DropTable":
        return cls(table=situation.name())

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    @property
    def brings(self) -> tuple[TableName, ...]:
        return (retired(self.table),)

    def counted(self) -> tuple[tuple[TableName, TableName], ...]:
        return ()

    def foresee(self, facts: Facts) -> Facts:
        return facts.without_table(self.table)

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        facts = situation.facts.of(self.table)
        retire, now = self._retire_then_drop(situation, facts), self._drop_now(situation, facts)
        return (now, retire) if facts.is_empty and not use.code_may_run(situation) else (retire, now)

    def _retire_then_drop(self, situation: Situation, facts: TableFacts) -> Strategy:
        aside = retired(self.table)
        there = self._aside(situation, aside, facts)
        return Strategy(
            id="retire_then_drop",
            title="Put it aside, look, then drop it",
            sketch=(*there.sql, f"DROP TABLE {aside.sql}"),
            pros=(
                "Whoever still uses it is heard at once, and one instant statement brings everything back",
                "Holds its locks for milliseconds, and touches no row",
            ),
            cons=("Two steps with days between them; the disk is free only after the second",),
            downtime="none",
            steps=(
                use.gate(
                    "nobody_uses_it",
                    f"No code uses {self.table} any more",
                    "From the next step on a statement that names it fails.",
                    f"no running application version reads or writes `{self.table}`",
                ),
                there,
                use.gate(
                    "nothing_misses_it",
                    "Observed long enough",
                    "Reports, jobs at the end of the month, other services: who needs the table fails now, and it can "
                    "still come back whole.",
                    f"nothing missed `{self.table}` for as long as its rarest user needs to come by",
                ),
                self._drop(situation, facts, aside),
            ),
        )

    def _aside(self, situation: Situation, aside: TableName, facts: TableFacts) -> Statements:
        kept = " Its partitions stay where they are, under their own names." if facts.partitioning else ""
        renamed = TableName(schema_name=self.table.schema_name, name=aside.name)
        return instant(
            "retire",
            f"Put {self.table} aside as {aside}",
            f"Nobody finds it there, and rows, indexes, constraints, triggers and privileges are kept.{kept}",
            f"ALTER TABLE {self.table.sql} RENAME TO {quoted(aside.name)}",
            f"ALTER TABLE {renamed.sql} SET SCHEMA whimbrel",
            limit=situation.lock_limit,
            undo=undo_by(
                "retire",
                f"ALTER TABLE {aside.sql} SET SCHEMA {quoted(self.table.schema_name)}",
                f"ALTER TABLE {renamed.sql} RENAME TO {quoted(self.table.name)}",
            ),
        )

    def _drop_now(self, situation: Situation, facts: TableFacts) -> Strategy:
        in_use = situation.no_downtime and use.code_may_run(situation) and not situation.is_development
        return Strategy(
            id="drop_now",
            title="Drop it at once",
            sketch=(f"DROP TABLE {self.table.sql}",),
            pros=("One instant statement; the disk is free at once",),
            cons=("Only the backup brings it back, with the rows of the moment it was made",),
            downtime="for whatever still uses the table, for good",
            steps=(self._drop(situation, facts, self.table),),
            obstacle="" if not in_use or facts.is_empty else "code may still use it, and you asked for no downtime",
            needs_window=True,
        )

    def _drop(self, situation: Situation, facts: TableFacts, name: TableName) -> Statements:
        parents = _referenced(facts)
        also = f" Its foreign keys make it lock {parents} as well, for the same instant." if parents else ""
        return instant(
            "drop_table",
            f"Drop {name}",
            f"This is the point of no return: behind it only the backup has the rows.{also}",
            f"DROP TABLE {name.sql}",
            limit=situation.lock_limit,
            final=True,
        )

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - the change says it all
        return (relation_is_gone(self.table), relation_is_gone(retired(self.table), "retired_gone"))

    @property
    def title(self) -> str:
        return f"Drop table {self.table}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (("Table", f"`{self.table}`"), ("Action", "Drop it with all its rows"))

    @property
    def outcome(self) -> str:
        return f"Table {self.table} is gone; the backup of this run has it."

    def impact(self, situation: Situation) -> Iterator[Point]:
        facts = situation.table()
        rows = facts.rows.short if facts else "its rows"
        yield warns(f"{rows} of {self.table} go, with its indexes, constraints, triggers and owned sequences")
        yield warns("Function bodies that name it fail when they are called: the server does not look into them")
        if facts and facts.partitioning and facts.partitioning.partitions:
            yield warns(f"Its {len(facts.partitioning.partitions)} partitions go with it")

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the same for every table
        yield warns("Old code that names the table fails from the moment it is put aside")
        yield holds("Rollback: until it is dropped it comes back whole, with the rows it had")


def retired(table: TableName) -> TableName:
    """The name under which the table waits in schema `whimbrel`."""
    schema_name = () if table.schema_name == "public" else (table.schema_name,)
    return TableName(schema_name="whimbrel", name=derived_name("retired", *schema_name, table.name))


def _referenced(facts: TableFacts) -> str:
    """The tables that its foreign keys point to."""
    keys = [
        c.definition.partition(" REFERENCES ")[2].partition("(")[0] for c in facts.table.constraints if c.kind == "f"
    ]
    return ", ".join(dict.fromkeys(keys))
