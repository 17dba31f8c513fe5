"""Read what stands on the columns of one table, and the foreign keys that point to it."""

from protocol.facts import ColumnFacts, ColumnGrant, ColumnUser, KeyColumn, Referencing, Sequence
from protocol.names import TableName
from protocol.schema import Constraint
from tools.engines.postgres import Connection
from tools.named_sql import queries

SQL = queries("tools.introspect", "columns.sql")


def read_columns(connection: Connection, oid: int) -> tuple[ColumnFacts, ...]:
    """Every column of the table, in its order."""
    sequences = {
        column: Sequence(name=TableName(schema_name=schema_name, name=name), type=type_, options=options)
        for column, schema_name, name, type_, options in connection.execute(SQL["sequences"], (oid,))
    }
    users: dict[str, list[ColumnUser]] = {}
    for column, kind, name in connection.execute(SQL["users"], (oid,)):
        users.setdefault(column, []).append(ColumnUser(kind=kind, name=name))
    grants: dict[str, list[ColumnGrant]] = {}
    for column, privilege, role, grantable in connection.execute(SQL["grants"], (oid,)):
        grants.setdefault(column, []).append(ColumnGrant(privilege=privilege, role=role, grantable=grantable))
    return tuple(
        ColumnFacts(
            name=name,
            collation=collation,
            comment=comment,
            grants=tuple(grants.get(name, ())),
            inherited=inherited,
            sequence=sequences.get(name),
            users=tuple(users.get(name, ())),
        )
        for name, collation, comment, inherited in connection.execute(SQL["columns"], (oid,))
    )


def read_referencing(connection: Connection, oid: int) -> tuple[Referencing, ...]:
    """The foreign keys of other tables, and of the table itself, that point to it."""
    return tuple(
        Referencing(
            table=TableName(schema_name=schema_name, name=table),
            constraint=Constraint(
                name=name, kind="f", definition=definition, columns=tuple(columns), validated=validated
            ),
            columns=tuple(KeyColumn(name=n, type=t) for n, t in zip(columns, types, strict=True)),
            referenced=tuple(referenced),
        )
        for schema_name, table, name, definition, validated, columns, types, referenced in connection.execute(
            SQL["referencing"], (oid,)
        )
    )
