"""Indexes of a partitioned table: built on each partition while others write, then joined in an instant (R5)."""

from collections.abc import Sequence

from protocol.facts import Partition, TableFacts
from protocol.names import TableName, literal, quoted
from protocol.recipes import index
from protocol.recipes.instant import instant, undo_by
from protocol.recipes.naming import part_name
from protocol.steps import Concurrently, Guard, LockMode, Statements, Step


class Parts:
    """The parts of one index: their names, by the rule of `part_name` or as they were called before."""

    def __init__(self, facts: TableFacts, name: str, *, remembered: bool = False) -> None:
        self.facts, self.name, self.table = facts, name, facts.name
        known = {part.table: part.name.name for part in facts.partition_indexes if part.of == name}
        self.called = known if remembered else {}

    @property
    def leaves(self) -> tuple[Partition, ...]:
        return tuple(part for part in self.facts.partitions if part.kind == "table")

    @property
    def middle(self) -> tuple[Partition, ...]:
        return tuple(part for part in self.facts.partitions if part.kind == "partitioned table")

    @property
    def foreign(self) -> tuple[Partition, ...]:
        return tuple(part for part in self.facts.partitions if part.kind == "foreign table")

    def on(self, table: TableName) -> TableName:
        """The part of the index that stands on a table of the tree."""
        if table == self.table:
            return TableName(schema_name=table.schema_name, name=self.name)
        name = self.called.get(table) or part_name(table.name, self.table.name, self.name)
        return TableName(schema_name=table.schema_name, name=name)

    @property
    def names(self) -> tuple[TableName, ...]:
        return (self.on(self.table), *(self.on(part.name) for part in self.facts.partitions))

    def attach(self) -> tuple[str, ...]:
        """Join every part to the one above it, the lowest first."""
        return tuple(
            f"ALTER INDEX {self.on(part.parent).sql} ATTACH PARTITION {self.on(part.name).sql}"
            for part in reversed(self.facts.partitions)
            if part.kind != "foreign table"
        )

    def guard(self) -> Guard:
        """A partition that appeared since the plan was made would leave the whole index invalid."""
        known = ", ".join(f"to_regclass({literal(part.name.sql)})" for part in self.facts.partitions)
        among = f"relid = ANY (ARRAY[{known}]::regclass[])" if known else "false"
        return Guard(
            sql=f"SELECT count(*) FROM pg_partition_tree({literal(self.table.sql)}::regclass) "
            f"WHERE level > 0 AND NOT {among}",
            says=f"`{self.table}` has {{count}} partitions that the plan does not know. Nothing was joined; plan anew.",
        )


def build(
    parts: Parts,
    keys: str,
    *,
    limit: int,
    unique: bool = False,
    tail: str = "",
    guard: Guard | None = None,
    tag: str = "",
) -> tuple[Step, ...]:
    """Build each part concurrently, then create the whole ON ONLY the parents and attach, in one short transaction."""
    whole = tuple(
        f"CREATE {'UNIQUE ' if unique else ''}INDEX {quoted(parts.on(table).name)} ON ONLY {table.sql} {keys}{tail}"
        for table in (parts.table, *(part.name for part in parts.middle))
    )
    join = instant(
        f"{tag}join_index",
        f"Create index {parts.name} and join its parts",
        "ON ONLY creates it empty and joining is a matter of the catalogue, so SHARE is held for an instant.",
        *whole,
        *parts.attach(),
        limit=limit,
        lock="SHARE",
        guard=parts.guard(),
        undo=undo_by(
            f"{tag}join_index",
            f"DROP INDEX IF EXISTS {parts.on(parts.table).sql}",
            costs="Building it again takes time, and nothing else.",
        ),
    )
    return (*each_part(parts, keys, unique=unique, tail=tail, guard=guard, tag=tag), join)


def each_part(
    parts: Parts, keys: str, *, unique: bool = False, tail: str = "", guard: Guard | None = None, tag: str = ""
) -> tuple[Concurrently, ...]:
    """Build the index of each partition that holds rows; the guard is asked before the first."""
    return tuple(
        index.build(
            f"{tag}build_part{number}",
            leaf.name,
            parts.on(leaf.name).name,
            keys,
            rows=parts.facts.rows,
            unique=unique,
            tail=tail,
            guard=guard if number == 1 else None,
        )
        for number, leaf in enumerate(parts.leaves, start=1)
    )


def join_constraint(
    parts: Parts,
    word: str,
    columns: str,
    *,
    limit: int,
    tail: str = "",
    tag: str = "",
    whole_word: str | None = None,
) -> Statements:
    """Make a UNIQUE or PRIMARY KEY of the parts: each partition adopts its index, then they are joined.

    `whole_word` is what the whole is declared by, where that says more than `word` (NULLS NOT DISTINCT).
    """
    adopt = tuple(
        f"ALTER TABLE {leaf.name.sql} ADD CONSTRAINT {quoted(parts.on(leaf.name).name)} {word} "
        f"USING INDEX {quoted(parts.on(leaf.name).name)}{tail}"
        for leaf in parts.leaves
    )
    whole = tuple(
        f"ALTER TABLE ONLY {table.sql} ADD CONSTRAINT {quoted(parts.on(table).name)} "
        f"{whole_word or word} {columns}{tail}"
        for table in (parts.table, *(part.name for part in parts.middle))
    )
    lock: LockMode = "ACCESS EXCLUSIVE"
    return instant(
        f"{tag}join_constraint",
        f"Create constraint {parts.name} and join its parts",
        "Every partition adopts the index that stands already; only the catalogue changes, in an instant.",
        *adopt,
        *whole,
        *parts.attach(),
        limit=limit,
        lock=lock,
        guard=parts.guard(),
        undo=undo_by(
            f"{tag}join_constraint",
            f"ALTER TABLE {parts.table.sql} DROP CONSTRAINT IF EXISTS {quoted(parts.name)}",
            costs="Building the index again takes time, and nothing else.",
        ),
    )


def lacking(columns: Sequence[str], facts: TableFacts) -> str:
    """The sentence for a unique key that does not hold the partition key; empty where it does."""
    if "" in facts.partition_columns:
        return f"`{facts.name}` is partitioned by an expression, and then PostgreSQL takes no unique index on it."
    missing = [column for column in facts.partition_columns if column not in columns]
    if not missing:
        return ""
    return f"on a partitioned table it has to hold the partition key too: add {', '.join(missing)}."
