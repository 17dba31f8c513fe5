"""Detach a partition: outside a transaction while everybody goes on, or in one short lock (R17)."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol import rates
from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.facts import Facts, TableFacts
from protocol.findings import Point, holds, warns
from protocol.names import TableName, literal, quoted
from protocol.recipes import partition as recipe
from protocol.recipes.instant import instant, undo_by
from protocol.recipes.partition_checks import inherits_sql, is_detached
from protocol.situation import Situation
from protocol.standing import Partition
from protocol.steps import Check, Concurrently, Statements, Undo
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
        facts = situation.facts.of(self.table)
        ways = self._concurrently(facts, situation), self._in_one_lock(facts, situation)
        return ways if not ways[0].obstacle else ways[::-1]

    def _part(self, facts: TableFacts) -> Partition:
        part = facts.partitioning.partition(self.partition) if facts.partitioning else None
        assert part is not None, "one that is no partition is no answer"
        return part

    def _concurrently(self, facts: TableFacts, situation: Situation) -> Strategy:
        part, default = self._part(facts), facts.partitioning.default if facts.partitioning else None
        obstacle = ""
        if situation.major < recipe.DETACH_CONCURRENTLY:
            obstacle = f"PostgreSQL has it from {recipe.DETACH_CONCURRENTLY} on"
        elif default is not None:
            obstacle = f"the server refuses it while there is a default partition, `{default.name}`"
        step = self._step(facts, part)
        return Strategy(
            id="concurrently",
            title="While everybody goes on",
            sketch=(step.sql,),
            pros=("Reads and writes of the table go on", "Interrupted, it is finished by the next try"),
            cons=(
                "It waits for every transaction that uses the table",
                *((self._check_stays,) if self._proof(facts, part, situation) else ()),
            ),
            downtime="none",
            steps=() if obstacle else (*self._proof(facts, part, situation), step),
            obstacle=obstacle,
        )

    @property
    def _check_stays(self) -> str:
        return f"Its CHECK {recipe.kept_name(self.partition)} stays, so that it can be attached again without a scan"

    def _proof(self, facts: TableFacts, part: Partition, situation: Situation) -> tuple[Statements, ...]:
        """A CHECK of ours in place of the one that the server would leave under a name of its choice."""
        by_hash = facts.partitioning is not None and facts.partitioning.by == "hash"
        there = [check.name for check in situation.facts.of(self.partition).table.constraints]
        if part.condition is None or part.is_default or by_hash or recipe.kept_name(self.partition) in there:
            return ()
        return recipe.proof(
            self.partition,
            recipe.kept_name(self.partition),
            part.condition,
            situation.facts.of(self.partition).rows,
            id_="bounds",
            title=f"Note the bounds of {self.partition}",
            why="With it the partition can be attached again without a scan; the server leaves such a CHECK anyway.",
            limit=situation.lock_limit,
        )

    def _step(self, facts: TableFacts, part: Partition) -> Concurrently:
        back = Concurrently(
            id="undo_detach",
            title="Attach it again",
            why=f"Reads and writes of {self.table} go on.",
            lock="ACCESS EXCLUSIVE",
            held=rates.INSTANT,
            duration=rates.INSTANT,
            sql=recipe.attach_sql(self.table, self.partition, _spoken(part)),
            done_sql=f"SELECT ({inherits_sql(self.table, self.partition)}) = '1'",
            leftover_sql=self._pending,
            clear_sql=f"{recipe.detach_sql(self.table, self.partition)} FINALIZE",
        )
        parents = recipe.foreign_tables(facts)
        also = f" Writers of {', '.join(parents)} wait for an instant, for its foreign keys." if parents else ""
        return Concurrently(
            id="detach",
            title=f"Detach {self.partition}",
            why="Outside a transaction: the table itself is held by SHARE UPDATE EXCLUSIVE only, the partition by "
            f"ACCESS EXCLUSIVE at the end.{also}",
            lock="ACCESS EXCLUSIVE",
            held=rates.INSTANT,
            duration=rates.INSTANT,
            sql=f"{recipe.detach_sql(self.table, self.partition)} CONCURRENTLY",
            done_sql=f"SELECT ({inherits_sql(self.table, self.partition)}) = '0'",
            leftover_sql=self._pending,
            clear_sql=f"{recipe.detach_sql(self.table, self.partition)} FINALIZE",
            undo=Undo(steps=(back,), costs="Rows written to it meanwhile come with it."),
        )

    @property
    def _pending(self) -> str:
        return (
            "SELECT coalesce(bool_or(inhdetachpending), false) FROM pg_inherits "
            f"WHERE inhrelid = to_regclass({literal(self.partition.sql)})"
        )

    def _in_one_lock(self, facts: TableFacts, situation: Situation) -> Strategy:
        part = self._part(facts)
        referenced = any(one.kind == "foreign key" for one in facts.dependants)
        step = instant(
            "detach",
            f"Detach {self.partition}",
            "Only the catalogue changes, so the lock on table and partition is held for an instant.",
            recipe.detach_sql(self.table, self.partition),
            limit=situation.lock_limit,
            undo=self._back(facts, part),
        )
        refused = referenced and situation.no_downtime and not facts.is_empty
        return Strategy(
            id="in_one_lock",
            title="In one short lock",
            sketch=step.sql,
            pros=("One statement, in a transaction; gives way when it has to wait",),
            cons=("Nobody reads or writes the whole table for that instant",),
            downtime="none",
            steps=(step,),
            obstacle="foreign keys point to the table, and are checked while it is locked" if refused else "",
            needs_window=True,
        )

    def _back(self, facts: TableFacts, part: Partition) -> Undo:
        """Rows for its bounds that went to the default partition meanwhile come back before it is attached."""
        default = facts.partitioning.default if facts.partitioning else None
        attach = recipe.attach_sql(self.table, self.partition, _spoken(part))
        if default is None or part.is_default or part.condition is None:
            return undo_by("detach", attach, costs="The server reads the partition once before it takes it back.")
        columns = ", ".join(quoted(column.name) for column in facts.table.columns if not column.generated)
        return undo_by(
            "detach",
            f"LOCK TABLE {default.name.sql} IN ACCESS EXCLUSIVE MODE",
            f"INSERT INTO {self.partition.sql} ({columns}) OVERRIDING SYSTEM VALUE "
            f"SELECT {columns} FROM {default.name.sql} WHERE {part.condition}",
            f"DELETE FROM {default.name.sql} WHERE {part.condition}",
            attach,
            costs=f"The server reads the partition and {default.name} once while they are locked.",
        )

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


def _spoken(part: Partition) -> str:
    return part.bounds if part.is_default else f"FOR VALUES {part.bounds}"
