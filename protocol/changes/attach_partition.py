"""Attach a table as a partition: what the server would scan or build under lock is done before (R17, T24)."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.facts import Facts, TableFacts
from protocol.findings import Point, holds, warns
from protocol.names import TableName, derived_name
from protocol.recipes import bounds as reading
from protocol.recipes import index as indexes
from protocol.recipes import partition as recipe
from protocol.recipes.bounds import Bounds
from protocol.recipes.looking import no_leftovers
from protocol.recipes.partition_checks import difference, index_tails, is_attached, is_unique, of_partitioned
from protocol.situation import Situation
from protocol.standing import Partition
from protocol.steps import Check, Statements, Step
from protocol.strategy import Strategy

TABLE = Question(
    id="table",
    group=Group.KIND,
    text="Which partitioned table is it attached to?",
    form="table",
    of="partition",  # named beside another table, so that it may be a partition itself
)
PARTITION = Question(id="partition", group=Group.KIND, text="Which table becomes a partition?", form="table")
BOUNDS = Question(
    id="bounds",
    group=Group.HANDLING,
    text="Which rows belong in it?",
    form="clause",
    hint="FROM ('2026-01-01') TO ('2026-02-01'), IN ('a', 'b'), WITH (MODULUS 4, REMAINDER 0), or DEFAULT.",
)


class AttachPartition(Change):
    """`bounds` is as it was typed."""

    label: ClassVar[str] = "attach a partition"
    about: ClassVar[str] = (
        "Make an existing table with rows a partition of a partitioned table. table is the partitioned one, partition "
        "the other; bounds is FROM (…) TO (…), IN (…), WITH (MODULUS m, REMAINDER r) or DEFAULT, with literals."
    )

    kind: Literal["attach_partition"] = "attach_partition"
    table: TableName
    partition: TableName
    bounds: str

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, PARTITION, BOUNDS)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts, part = situation.table(), situation.table("partition")
        if facts is None:
            return {}
        found = of_partitioned(facts, situation.text("bounds"))
        reason = _against(facts, part, situation.major) if part and not found.get("table") else None
        return found | ({"partition": reason} if reason else {})

    @classmethod
    def from_situation(cls, situation: Situation) -> "AttachPartition":
        return cls(table=situation.name(), partition=situation.name("partition"), bounds=situation.need("bounds"))

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table, self.partition)

    def foresee(self, facts: Facts) -> Facts:
        there = facts.of(self.table)
        assert there.partitioning is not None
        mine = Partition(name=self.partition, bounds=reading.read(self.bounds, there).sql.removeprefix("FOR VALUES "))
        parts = (*there.partitioning.partitions, mine)
        partitioning = there.partitioning.model_copy(update={"partitions": parts})
        part = facts.of(self.partition).model_copy(update={"partition_of": self.table})
        return facts.with_table(there.model_copy(update={"partitioning": partitioning})).with_table(part)

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        facts, part = situation.facts.of(self.table), situation.facts.of(self.partition)
        bounds = reading.read(self.bounds, facts)
        proved = self._proved(part, bounds, situation.lock_limit)
        aside, opened = recipe.aside_from_default(facts, bounds, facts.rows, situation.lock_limit)
        attach = self._attach(facts, part, bounds, situation.lock_limit, proved=bool(proved))
        tidy = (recipe.drop_proof(self.partition, "bounds", situation.lock_limit),) if proved else ()
        scanned = not proved and not part.is_empty
        return (
            Strategy(
                id="prove_then_attach",
                title="Build and prove before, then attach",
                sketch=attach.sql,
                pros=(
                    f"Reads and writes of {self.table} go on all the time",
                    "Its indexes are built, and its rows are looked at, while others use it",
                ),
                cons=(
                    *(
                        ("Rows for its bounds are refused by the default partition until it is attached",)
                        if aside
                        else ()
                    ),
                    *(
                        (f"The server reads {self.partition} once while nobody else can use it by its own name",)
                        if scanned
                        else ()
                    ),
                ),
                downtime="none",
                steps=(*self._built(facts, part), *proved, *aside, attach, *tidy, *opened),
            ),
        )

    def _built(self, facts: TableFacts, part: TableFacts) -> Iterator[Step]:
        """The indexes of the parent that the table lacks; ATTACH takes over one that is alike."""
        has, taken = set(index_tails(part).values()), {index.name for index in part.table.indexes}
        lacking = [(name, tail) for name, tail in index_tails(facts).items() if tail not in has]
        for number, (name, tail) in enumerate(lacking, start=1):
            mine = derived_name(part.name.name, name)
            while mine in taken:
                mine = derived_name(mine, str(number))
            yield indexes.build(f"index_{number}", part.name, mine, tail, rows=part.rows, unique=is_unique(facts, name))

    def _proved(self, part: TableFacts, bounds: Bounds, limit: int) -> tuple[Statements, ...]:
        if bounds.condition is None:
            return ()
        return recipe.proof(
            part.name,
            recipe.proof_name(part.name),
            bounds.condition,
            part.rows,
            id_="bounds",
            title=f"Only rows within the bounds in {part.name}",
            why="The server takes a proved CHECK for its own look at every row.",
            limit=limit,
        )

    def _attach(self, facts: TableFacts, part: TableFacts, bounds: Bounds, limit: int, *, proved: bool) -> Statements:
        looked_at = part.rows.model_copy(update={"value": 0.0}) if proved else part.rows
        costs = f"{self.partition} is a table of its own again, with the rows that came through {self.table} meanwhile."
        undo = recipe.undo_attach(facts, part.name, costs=costs)
        return recipe.attach(facts, part.name, bounds, limit=limit, rows=looked_at, undo=undo)

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - the change says it all
        return (is_attached(self.table, self.partition), no_leftovers(self.partition))

    @property
    def title(self) -> str:
        return f"Attach {self.partition} to {self.table}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Table", f"`{self.table}`"),
            ("Action", f"Attach `{self.partition}` as a partition"),
            ("Bounds", f"`{self.bounds}`"),
        )

    @property
    def outcome(self) -> str:
        return f"The rows of {self.partition} are rows of {self.table}."

    def impact(self, situation: Situation) -> Iterator[Point]:
        part = situation.table("partition")
        yield warns(f"Queries on {self.table} find {part.rows.short if part else 'the rows'} more from then on")
        yield holds(f"{self.partition} can be used by its own name as before, for rows within its bounds")


def _against(facts: TableFacts, part: TableFacts, major: int) -> str | None:
    if part.name == facts.name:
        return "a table is no partition of itself."
    if part.partition_of is not None:
        return f"`{part.name}` is a partition of `{part.partition_of}` already."
    if any(trait.inherited for trait in part.traits) or (part.partitioning is None and _has_children(part)):
        return f"`{part.name}` takes part in inheritance, which the server refuses in a partition."
    if reason := difference(facts, part, major):
        return reason
    lacking = set(index_tails(facts).values()) - set(index_tails(part).values())
    if part.partitioning is not None and lacking:
        return f"`{part.name}` is partitioned itself and lacks an index of `{facts.name}`: add it first."
    return None


def _has_children(part: TableFacts) -> bool:
    return any(dependant.kind == "partition" for dependant in part.dependants)
