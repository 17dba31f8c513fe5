"""Ask a live server, which is only read, for what no file tells: sizes, proofs, types, domains, volatility."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, cast

from tools.engines.dsn import parse as parse_dsn
from tools.engines.postgres import Connection, Database, lost_connection, one_value
from tools.lint import grammar
from tools.lint.actions import AddConstraint, Relation
from tools.lint.grammar import NotRead
from tools.lint.parse import parse
from tools.lint.volatility import STRENGTH, Volatility
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
        self.constraints_of = cache(self._constraints_of)
        self.types_of = cache(self._types_of)
        self.is_constrained_domain = cache(self._is_constrained_domain)
        self.volatility_of = cache(self._volatility_of)

    def _size_of(self, table: Relation) -> int | None:
        return cast("int | None", one_value(self._connection, SQL["size"], (_quoted(table),)))

    def _types_of(self, table: Relation) -> Mapping[str, str]:
        return dict(self._rows("columns", _quoted(table)))

    def _constraints_of(self, table: Relation) -> tuple[AddConstraint, ...]:
        read = [_read(table, name, said) for name, said in self._rows("constraints", _quoted(table))]
        named = [one for one in read if one is not None and one.proves]
        told = {column for one in named if one.kind == "not null" for column in one.proves}
        own = [column for (column,) in self._rows("not_null", _quoted(table)) if column not in told]
        return (*named, *(AddConstraint(table=table, name="", kind="not null", proves=(column,)) for column in own))

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


def _read(table: Relation, name: str, said: str) -> AddConstraint | None:
    """Read a constraint as the server writes it."""
    quoted = '"' + name.replace('"', '""') + '"'
    [statement] = parse(f"ALTER TABLE {_quoted(table)} ADD CONSTRAINT {quoted} {said}")
    [action] = statement.actions
    return action if isinstance(action, AddConstraint) else None
