"""Find what a person's words name: tables, partitions, types and indexes; and what a name is taken by."""

from typing import Literal

from protocol.discovery import nearest
from protocol.names import TableName
from tools.engines.postgres import Connection
from tools.named_sql import queries

SQL = queries("tools.introspect", "names.sql")


def candidates(
    connection: Connection, said: str, kind: Literal["tables", "enums", "partitions"] = "tables"
) -> tuple[tuple[TableName, ...], TableName | None]:
    """Find the tables (or enumerated types) that `said` names, and the nearest other one; a schema may be given."""
    said = said.replace('"', "")
    schema_name, _, name = said.rpartition(".")
    every = [TableName(schema_name=row[0], name=row[1]) for row in connection.execute(SQL[kind])]
    here = [table for table in every if not schema_name or table.schema_name.lower() == schema_name.lower()]
    exact = [table for table in here if table.name == name] or [t for t in here if t.name.lower() == name.lower()]
    if exact:
        return tuple(exact), None
    dotted = tuple(table for table in every if table.name == said)
    if dotted:
        return dotted, None
    close = nearest(name, [table.name for table in every])
    return (), next((table for table in every if table.name == close), None)


def table_of_index(connection: Connection, said: str) -> tuple[tuple[TableName, str], ...]:
    """Find the indexes that `said` names: the table each stands on, and its name."""
    schema_name, _, name = said.replace('"', "").rpartition(".")
    found = connection.execute(SQL["indexes_named"], (name, schema_name))
    return tuple((TableName(schema_name=row[0], name=row[1]), row[2]) for row in found)


def what_is_there(connection: Connection, name: TableName) -> str | None:
    """What already goes by a name, such as "a view"; None where it is free."""
    found = connection.execute(SQL["what_is_there"], (name.schema_name, name.name)).fetchone()
    return None if found is None else str(found[0])
