"""Read how a partitioned table is cut, and its partitions of every depth."""

import re
from typing import Any, Literal

from protocol.clauses import pieces
from protocol.names import TableName
from protocol.partitioning import Partition, PartitionIndex, Partitioning
from tools.engines.postgres import Connection
from tools.named_sql import queries

SQL = queries("tools.introspect", "partitioning.sql")

STRATEGIES: dict[str, Literal["range", "list", "hash"]] = {"r": "range", "l": "list", "h": "hash"}

KINDS: dict[str, Literal["table", "partitioned table", "foreign table"]] = {
    "r": "table",
    "p": "partitioned table",
    "f": "foreign table",
}


def read_partitioning(connection: Connection, oid: int) -> Partitioning:
    """Of a table that is partitioned."""
    ((strategy, definition, keys, columns, has_expressions, key_columns),) = _rows(connection, "partitioning", oid)
    texts = pieces(definition.partition("(")[2].removesuffix(")")) if has_expressions else keys
    return Partitioning(
        by=STRATEGIES[strategy],
        keys=tuple(key or _expression(text) for key, text in zip(keys, texts, strict=True)),
        columns=tuple(columns),
        key_columns=tuple(key_columns),
        tree=tuple(_partition(row) for row in _rows(connection, "tree", oid)),
        indexes=tuple(
            PartitionIndex(of=of, name=_named(xs, x), table=_named(ts, t))
            for of, xs, x, ts, t in _rows(connection, "indexes", oid)
        ),
    )


def _partition(row: tuple[Any, ...]) -> Partition:
    schema_name, name, parents_schema, parent, kind, depth, bounds, condition = row
    return Partition(
        name=_named(schema_name, name),
        parent=_named(parents_schema, parent),
        kind=KINDS[kind],
        depth=depth,
        bounds=(bounds or "").removeprefix("FOR VALUES "),
        condition=condition,
    )


def _expression(text: str) -> str:
    """One key of `pg_get_partkeydef` without an operator class behind it."""
    return re.sub(r"\s+\w+_ops$", "", text.strip())


def _named(schema_name: str, name: str) -> TableName:
    return TableName(schema_name=schema_name, name=name)


def _rows(connection: Connection, query: str, oid: int) -> list[tuple[Any, ...]]:
    return connection.execute(SQL[query], (oid,)).fetchall()
