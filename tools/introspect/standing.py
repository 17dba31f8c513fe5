"""Read what stands on a table, who may use it and how it is partitioned, into `protocol.standing`."""

import re
from typing import Any, Literal

from protocol.clauses import pieces
from protocol.names import TableName
from protocol.standing import ColumnTraits, Grant, Partition, Partitioning, Standing
from tools.engines.postgres import Connection
from tools.named_sql import queries

SQL = queries("tools.introspect", "standing.sql")

STRATEGIES: dict[str, Literal["range", "list", "hash"]] = {"r": "range", "l": "list", "h": "hash"}


def read_standing(connection: Connection, oid: int) -> tuple[Standing, ...]:
    return tuple(
        Standing(column=column, kind=kind, name=name, goes_along=goes_along, definition=definition)
        for column, kind, name, goes_along, definition in _rows(connection, "standing", oid)
    )


def read_grants(connection: Connection, oid: int) -> tuple[Grant, ...]:
    return tuple(
        Grant(privilege=privilege, grantee=grantee, grantable=grantable, column=column)
        for privilege, grantee, grantable, column in _rows(connection, "grants", oid)
    )


def read_traits(connection: Connection, oid: int) -> tuple[ColumnTraits, ...]:
    return tuple(
        ColumnTraits(name=name, collation=collation, inherited=inherited, settings=tuple(settings))
        for name, collation, inherited, settings in _rows(connection, "traits", oid)
    )


def read_comments(connection: Connection, oid: int) -> tuple[tuple[str, str], ...]:
    return tuple((column, text) for column, text in _rows(connection, "comments", oid))


def read_partitioning(connection: Connection, oid: int) -> Partitioning | None:
    """None for a table that is not partitioned."""
    found = _rows(connection, "partitioning", oid)
    if not found:
        return None
    ((strategy, definition, keys, columns, expressions),) = found
    texts = pieces(definition.partition("(")[2].removesuffix(")")) if expressions else ()
    return Partitioning(
        by=STRATEGIES[strategy],
        oid=oid,
        keys=tuple(key or _expression(text) for key, text in zip(keys, texts or keys, strict=True)),
        columns=tuple(columns),
        partitions=tuple(
            Partition(
                name=TableName(schema_name=schema_name, name=name),
                bounds=bounds.removeprefix("FOR VALUES "),
                condition=condition,
            )
            for schema_name, name, bounds, condition in _rows(connection, "partitions", oid)
        ),
    )


def _expression(text: str) -> str:
    """One key of `pg_get_partkeydef` without an operator class behind it."""
    return re.sub(r"\s+\w+_ops$", "", text.strip())


def read_partition_of(connection: Connection, oid: int) -> TableName | None:
    """The partitioned table that the table is a partition of."""
    found = _rows(connection, "partition_of", oid)
    return TableName(schema_name=found[0][0], name=found[0][1]) if found else None


def read_schemas(connection: Connection) -> tuple[str, ...]:
    return tuple(row[0] for row in connection.execute(SQL["schemas"]))


def what_is_there(connection: Connection, name: TableName) -> str | None:
    """What already goes by a name, such as "a view"; None where it is free."""
    found = connection.execute(SQL["what_is_there"], (name.schema_name, name.name)).fetchone()
    return None if found is None else str(found[0])


def _rows(connection: Connection, query: str, oid: int) -> list[tuple[Any, ...]]:
    return connection.execute(SQL[query], (oid,)).fetchall()
