"""Ask a live server, which is only read, for what no file tells: sizes, tables, domains, volatility."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, cast

from protocol.names import TableName
from tools.engines.dsn import parse as parse_dsn
from tools.engines.postgres import Connection, Database, lost_connection, one_value
from tools.introspect.table import read_table
from tools.lint import grammar
from tools.lint.actions import Relation
from tools.lint.grammar import NotRead
from tools.lint.volatility import STRENGTH, Volatility
from tools.locks import KnownColumn, KnownTable, of_table
from tools.named_sql import queries

SQL = queries("tools.lint", "server.sql")


class LiveServer:
    """One server at one moment; every answer is asked for once.

    A name without a schema is looked for as the server would, along the connection's `search_path`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.major = connection.info.server_version // 10_000
        self.size_of = cache(self._size_of)
        self.table_of = cache(self._table_of)
        self.is_constrained_domain = cache(self._is_constrained_domain)
        self.volatility_of = cache(self._volatility_of)

    def _size_of(self, table: Relation) -> int | None:
        return cast("int | None", one_value(self._connection, SQL["size"], (_quoted(table),)))

    def _table_of(self, table: Relation) -> KnownTable | None:
        named = self._rows("named", _quoted(table))
        if not named:
            return None
        [(schema_name, name, kind)] = named
        if kind == "m":
            columns = tuple(
                KnownColumn(name=column, type=type_) for column, type_ in self._rows("columns", _quoted(table))
            )
            return KnownTable(table=table, kind="materialized view", complete=False, columns=columns)
        read = TableName(schema_name=schema_name, name=name)
        found = of_table(read_table(self._connection, read)).find(Relation(schema_name=schema_name, name=name))
        return _with_doubts(found.with_(table=table, complete=False)) if found else None

    def _is_constrained_domain(self, type_: str) -> bool:
        try:
            grammar.tree(f"SELECT NULL::{type_}")
        except NotRead:
            return False
        return bool(one_value(self._connection, SQL["constrained_domain"], (type_,)))

    def _volatility_of(self, expression: str) -> Volatility | None:
        """Return None where a function is not there, or the expression is none."""
        try:
            names = set(grammar.functions_in(expression))
        except NotRead:
            return None
        strengths: dict[str, int] = dict(self._rows("volatility", list(names)))
        if 2 in strengths.values():
            return "volatile"
        return None if names - strengths.keys() else STRENGTH[max(strengths.values(), default=0)]

    def _rows(self, query: str, parameter: object) -> list[Any]:
        return self._connection.execute(SQL[query], (parameter,)).fetchall()


@contextmanager
def asking(dsn: str) -> Iterator[LiveServer]:
    """Connect read-only; raise ConfigurationError, NoConnection or Refused with a sentence."""
    database = Database(parse_dsn(dsn))
    with lost_connection(database), database.reading() as connection:
        yield LiveServer(connection)


def _quoted(table: Relation) -> str:
    parts = [table.schema_name, table.name] if table.schema_name else [table.name]
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def _with_doubts(table: KnownTable) -> KnownTable:
    """Take a column for nullable whose NOT NULL is not validated: the catalogue calls it NOT NULL (PostgreSQL 18)."""
    open_ = {name for each in table.constraints if each.kind == "not null" and each.not_valid for name in each.columns}
    columns = (each.model_copy(update={"nullable": each.nullable or each.name in open_}) for each in table.columns)
    return table.with_(columns=tuple(columns))
