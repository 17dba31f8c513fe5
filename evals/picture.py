"""A database as values: every table's structure, every object's name, a checksum of every table's rows."""

from protocol.names import TableName, quoted
from protocol.schema import Table
from protocol.value import Value
from tools.engines.dsn import parse
from tools.engines.postgres import Connection, Database, one_value
from tools.introspect.names import SQL as NAMES
from tools.introspect.table import read_table
from tools.named_sql import queries

SQL = queries("evals", "picture.sql")

GONE = "gone"


class Picture(Value):
    """`rows` are checksums of whole rows, `kept` of the columns that an earlier picture knew; both by table.

    Schema `whimbrel` is not in it.
    """

    tables: tuple[Table, ...]
    objects: tuple[str, ...]
    rows: dict[str, str]
    kept: dict[str, str]

    def table(self, name: TableName) -> Table | None:
        return next((table for table in self.tables if table.name == name), None)


def take(dsn: str, before: Picture | None = None) -> Picture:
    """Look at the database; what is kept is measured by the columns of `before`, else by its own."""
    with Database(parse(dsn)).reading() as connection:
        tables = tuple(read_table(connection, name) for name in _tables(connection))
        known = before.tables if before else tables
        return Picture(
            tables=tables,
            objects=tuple(row[0] for row in connection.execute(SQL["objects"])),
            rows={str(table.name): _checksum(connection, table, table) for table in tables},
            kept={str(table.name): _checksum(connection, table, _there(tables, table.name)) for table in known},
        )


def _tables(connection: Connection) -> list[TableName]:
    return [TableName(schema_name=row[0], name=row[1]) for row in connection.execute(NAMES["tables"])]


def _there(tables: tuple[Table, ...], name: TableName) -> Table | None:
    return next((table for table in tables if table.name == name), None)


def _checksum(connection: Connection, known: Table, now: Table | None) -> str:
    """Sum up the rows by the known columns, in whatever order they lie."""
    if now is None or any(now.column(column.name) is None for column in known.columns):
        return GONE
    row = ", ".join(quoted(column.name) for column in known.columns)
    return str(
        one_value(
            connection,
            "SELECT count(*) || ' rows ' || md5(coalesce(string_agg(sum, '' ORDER BY sum), '')) "
            f"FROM (SELECT md5(ROW({row})::text) AS sum FROM {known.name.sql}) AS every_row",
        )
    )
