"""Create a partition: as a table of its own that is then attached, so that nobody has to wait for the parent (R17)."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.facts import Facts, Figure, TableFacts
from protocol.findings import Point, holds, warns
from protocol.inquiry import Inquiry
from protocol.names import TableName, quoted
from protocol.recipes import bounds as reading
from protocol.recipes import partition as recipe
from protocol.recipes.looking import no_leftovers
from protocol.recipes.partition_checks import is_attached, of_partitioned
from protocol.situation import Situation, new_name
from protocol.standing import Partition
from protocol.steps import Check, Undo
from protocol.strategy import Strategy

TABLE = Question(
    id="table",
    group=Group.KIND,
    text="Which partitioned table gets a partition?",
    form="table",
    of="partition",  # named beside another table, so that it may be a partition itself
)
PARTITION = Question(id="partition", group=Group.KIND, text="What is the new partition called?", form="new_table")
BOUNDS = Question(
    id="bounds",
    group=Group.HANDLING,
    text="Which rows belong in it?",
    form="clause",
    hint="FROM ('2026-01-01') TO ('2026-02-01'), IN ('a', 'b'), WITH (MODULUS 4, REMAINDER 0), or DEFAULT.",
)

NO_ROWS = Figure(value=0, unit="rows", source="measured", how="it is new")


class CreatePartition(Change):
    """`bounds` is as it was typed."""

    label: ClassVar[str] = "create a partition"
    about: ClassVar[str] = (
        "Create a new, empty partition of a partitioned table. partition is the new table's name; bounds is "
        "FROM (…) TO (…), IN (…), WITH (MODULUS m, REMAINDER r) or DEFAULT, with literals."
    )

    kind: Literal["create_partition"] = "create_partition"
    table: TableName
    partition: TableName
    bounds: str

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, PARTITION, BOUNDS)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts = situation.table()
        if facts is None:
            return {}
        found = of_partitioned(facts, situation.text("bounds"))
        part = _part(situation)
        if part is not None and situation.facts.find(part) is not None:
            found["partition"] = f"there is, or will be by then, a table `{part}`."
        return found

    @classmethod
    def inquiries(cls, situation: Situation) -> tuple[Inquiry, ...]:
        part = _part(situation)
        return (Inquiry(question="partition", table=part, use="free name"),) if part else ()

    @classmethod
    def from_situation(cls, situation: Situation) -> "CreatePartition":
        part = _part(situation)
        assert part is not None, "it is built once every question has an answer"
        return cls(table=situation.name(), partition=part, bounds=situation.need("bounds"))

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    @property
    def brings(self) -> tuple[TableName, ...]:
        return (self.partition,)

    def foresee(self, facts: Facts) -> Facts:
        there = facts.of(self.table)
        assert there.partitioning is not None
        mine = Partition(name=self.partition, bounds=reading.read(self.bounds, there).sql.removeprefix("FOR VALUES "))
        parts = (*there.partitioning.partitions, mine)
        partitioning = there.partitioning.model_copy(update={"partitions": parts})
        return facts.with_table(there.model_copy(update={"partitioning": partitioning}))

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        facts, limit = situation.facts.of(self.table), situation.lock_limit
        bounds = reading.read(self.bounds, facts)
        before, after = recipe.aside_from_default(facts, bounds, facts.rows, limit)
        create = f"CREATE TABLE {self.partition.sql} (LIKE {self.table.sql} INCLUDING ALL EXCLUDING IDENTITY)"
        attach = recipe.attach(
            facts, self.partition, bounds, limit=limit, rows=NO_ROWS, undo=self._undo(facts), first=create
        ).model_copy(update={"id": "create_partition", "title": f"Create {self.partition} and attach it"})
        return (
            Strategy(
                id="create_then_attach",
                title="Create it by itself, then attach it",
                sketch=attach.sql,
                pros=(
                    "Reads and writes of the table go on: PARTITION OF would lock it by ACCESS EXCLUSIVE",
                    "The partition is empty, so nothing is scanned; it has the indexes and constraints of the table",
                ),
                cons=(
                    ("Rows for its bounds are refused from the CHECK on the default partition until it is attached",)
                    if before
                    else ()
                ),
                downtime="none",
                steps=(*before, attach, *after),
            ),
        )

    def _undo(self, facts: TableFacts) -> Undo:
        """Rows that came meanwhile go back to where they would have gone without it."""
        default = facts.partitioning.default if facts.partitioning else None
        columns = ", ".join(quoted(column.name) for column in facts.table.columns if not column.generated)
        back = (
            f"INSERT INTO {default.name.sql} ({columns}) OVERRIDING SYSTEM VALUE "
            f"SELECT {columns} FROM {self.partition.sql}"
            if default
            else None
        )
        costs = "Rows that were written to it go to the default partition." if back else "Rows written to it are gone."
        undo = recipe.undo_attach(
            facts, self.partition, *((back,) if back else ()), f"DROP TABLE {self.partition.sql}", costs=costs
        )
        steps = tuple(step.model_copy(update={"id": "undo_create_partition"}) for step in undo.steps)
        return undo.model_copy(update={"steps": steps})

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - the change says it all
        return (is_attached(self.table, self.partition), no_leftovers(self.partition))

    @property
    def title(self) -> str:
        return f"Create partition {self.partition} of {self.table}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Table", f"`{self.table}`"),
            ("Action", f"Create partition `{self.partition}`"),
            ("Bounds", f"`{self.bounds}`"),
        )

    @property
    def outcome(self) -> str:
        return f"Rows of {self.table} within its bounds go to partition {self.partition}."

    def impact(self, situation: Situation) -> Iterator[Point]:
        yield holds("No statement changes; rows within the bounds are taken where they were refused before")
        facts = situation.table()
        default = facts.partitioning.default if facts and facts.partitioning else None
        if default:
            yield warns(
                f"Rows within the bounds that are in {default.name} already make the proof fail: move them first"
            )
        yield holds(f"The table's privileges hold for reading through {self.table}; the partition itself has none")


def _part(situation: Situation) -> TableName | None:
    said, parent = situation.text("partition"), situation.tables.get("table")
    return new_name(said, parent) if said and parent else None
