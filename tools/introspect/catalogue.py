"""The rows that everything in a picture of the database refers to: relations, their columns' numbers, comments."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, cast

import psycopg

from protocol.names import TableName
from protocol.picture import TableKind
from tools.engines.postgres import Connection
from tools.named_sql import queries

SQL = queries("tools.introspect", "picture.sql")

KINDS: dict[str, TableKind] = {
    "r": "table",
    "p": "partitioned table",
    "f": "foreign table",
    "v": "view",
    "m": "materialised view",
}

Row = tuple[Any, ...]


class Catalogue:
    """One look at the catalogue: rows are grouped by the relation they belong to, numbers become names."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.not_seen: list[str] = []
        self.relations = self.rows("relations")
        self.names = {row[0]: TableName(schema_name=row[1], name=row[2]) for row in self.relations if row[3] in KINDS}
        self.columns = self.rows("columns")
        self.comments = {(oid, number): text for oid, number, text in self.rows("comments")}
        self._roles = dict(cast(list[tuple[int, str]], self.rows("roles")))
        self._numbered: dict[int, dict[int, str]] = defaultdict(dict)
        for row in self.columns:
            self._numbered[row[0]][row[1]] = row[2]
        self._extensions: dict[tuple[str, int], str] = {
            (kind, oid): name for kind, oid, name in self.rows("of_extensions")
        }

    def rows(self, query: str, *parameters: object) -> list[Row]:
        return self._connection.execute(SQL[query], parameters).fetchall()

    def by_table(self, query: str, build: Callable[[Row], Any]) -> dict[int, tuple[Any, ...]]:
        """Build something of every row and group it by the table in the row's first place."""
        made: dict[int, list[Any]] = defaultdict(list)
        for row in self.rows(query):
            if row[0] in self.names:
                made[row[0]].append(build(row))
        return {oid: tuple(parts) for oid, parts in made.items()}

    def named(self, oid: int, numbers: Iterable[int]) -> tuple[str, ...]:
        """The columns of these numbers; an expression, which has number 0, is an empty name."""
        names = self._numbered.get(oid, {})
        return tuple([names.get(number, "") for number in numbers])

    def role(self, oid: int) -> str:
        return self._roles.get(oid, "?")

    def extension(self, kind: str, oid: int) -> str:
        """The extension a relation, type or function came with (`class`, `type`, `proc`), or an empty name."""
        return self._extensions.get((kind, oid), "")

    def with_expressions(self, query: str, what: str) -> list[Row]:
        """Run a query that has the server write out expressions, without the tables that others hold locked."""
        locked = [row[0] for row in self.rows("locked")]
        names = [self.names[oid] for oid in locked if oid in self.names]
        self.not_seen += [f"`{name}` is locked by another session: its {what} were not read." for name in names]
        try:
            with self._connection.transaction():
                return self.rows(query, locked)
        except psycopg.errors.LockNotAvailable:
            self.not_seen.append(f"A table was locked while {what} were read; none of the database's are known.")
            return []
