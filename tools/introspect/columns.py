"""Read the columns of one table, and who may use them and the table."""

from collections import defaultdict

from protocol.column_facts import ColumnFacts, Sequence
from protocol.grant import Grant
from protocol.names import TableName
from tools.engines.postgres import Connection
from tools.named_sql import queries

SQL = queries("tools.introspect", "columns.sql")


def read_grants(connection: Connection, oid: int) -> dict[str, tuple[Grant, ...]]:
    """Privileges by column; those of the table as a whole under an empty name."""
    found: dict[str, list[Grant]] = defaultdict(list)
    for column, privilege, role, grantable in connection.execute(SQL["grants"], (oid,)):
        found[column].append(Grant(privilege=privilege, role=role, grantable=grantable))
    return {column: tuple(grants) for column, grants in found.items()}


def read_columns(connection: Connection, oid: int, grants: dict[str, tuple[Grant, ...]]) -> tuple[ColumnFacts, ...]:
    """Every column of the table, in its order."""
    sequences = {
        column: Sequence(name=TableName(schema_name=schema_name, name=name), type=type_, options=options)
        for column, schema_name, name, type_, options in connection.execute(SQL["sequences"], (oid,))
    }
    return tuple(
        ColumnFacts(
            name=name,
            collation=collation,
            settings=tuple(settings),
            grants=grants.get(name, ()),
            inherited=inherited,
            sequence=sequences.get(name),
        )
        for name, collation, inherited, settings in connection.execute(SQL["columns"], (oid,))
    )
