"""Detach a partition: outside a transaction while everybody goes on, or in one short lock (R17)."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes import detach_partition_ways
from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.facts import Facts
from protocol.findings import Point, holds, warns
from protocol.names import TableName
from protocol.recipes.partition_checks import is_detached
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy

TABLE = Question(
    id="table",
    group=Group.KIND,
    text="Which partitioned table loses a partition?",
    form="table",
    of="partition",  # named beside another table, so that it may be a partition itself
)
PARTITION = Question(id="partition", group=Group.KIND, text="Which partition is detached?", form="table")


class DetachPartition(Change):
    """The partition stays, as a table of its own."""

    label: ClassVar[str] = "detach a partition"
    about: ClassVar[str] = (
        "Take a partition out of its partitioned table; it stays as a table of its own with its rows. table is the "
        "partitioned one, partition is the partition's name."
    )

    kind: Literal["detach_partition"] = "detach_partition"
    table: TableName
    partition: TableName

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, PARTITION)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts, part = situation.table(), situation.tables.get("partition")
        if facts is None:
            return {}
        if facts.partitioning is None:
            return {"table": f"`{facts.name}` is not partitioned, so it has no partitions."}
        if part is not None and facts.partitioning.partition(part) is None:
            names = ", ".join(str(one.name) for one in facts.partitioning.partitions[:12]) or "none"
            return {"partition": f"`{part}` is no partition of `{facts.name}`. It has: {names}."}
        return {}

    @classmethod
    def from_situation(cls, situation: Situation) -> "DetachPartition":
        return cls(table=situation.name(), partition=situation.name("partition"))

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table, self.partition)

    def counted(self) -> tuple[tuple[TableName, TableName], ...]:
        """The parent has fewer rows on purpose."""
        return ((self.partition, self.partition),)

    def foresee(self, facts: Facts) -> Facts:
        there = facts.of(self.table)
        assert there.partitioning is not None
        kept = tuple(part for part in there.partitioning.partitions if part.name != self.partition)
        partitioning = there.partitioning.model_copy(update={"partitions": kept})
        part = facts.of(self.partition)
        traits = tuple(trait.model_copy(update={"inherited": False}) for trait in part.traits)
        alone = part.model_copy(update={"partition_of": None, "traits": traits})
        return facts.with_table(there.model_copy(update={"partitioning": partitioning})).with_table(alone)

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        return detach_partition_ways.strategies(self, situation)

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - the change says it all
        return (is_detached(self.table, self.partition),)

    @property
    def title(self) -> str:
        return f"Detach {self.partition} from {self.table}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (("Table", f"`{self.table}`"), ("Action", f"Detach partition `{self.partition}`"))

    @property
    def outcome(self) -> str:
        return f"{self.partition} is a table of its own; {self.table} has its rows no more."

    def impact(self, situation: Situation) -> Iterator[Point]:
        facts = situation.table()
        yield warns(f"Queries on {self.table} do not find the rows of {self.partition} any more")
        default = facts.partitioning.default if facts and facts.partitioning else None
        if default and default.name != self.partition:
            yield warns(f"New rows for its bounds go to {default.name}")
        else:
            yield warns("New rows for its bounds are refused")
        yield holds(f"{self.partition} keeps its rows, indexes and constraints")
