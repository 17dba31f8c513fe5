"""What only a live server can tell, as the linter asks for it; `tools/lint/server.py` asks one."""

from typing import Protocol

from tools.lint.actions import Relation
from tools.lint.volatility import Volatility
from tools.locks.known import KnownTable

SMALL = 1024 * 1024
"""Bytes of a table over which nobody waits long: with three indexes, 0.9 MB took 55 to 75 ms to rewrite, 10 ms to
index and 2 ms to read (measured on PostgreSQL 16 and 18)."""


class Server(Protocol):
    """The state of a database before the first file."""

    @property
    def major(self) -> int:
        """Return its major version."""

    def size_of(self, table: Relation) -> int | None:
        """Return the bytes of the table's rows, its partitions' included; None where there is no such table."""

    def table_of(self, table: Relation) -> KnownTable | None:
        """Return its columns, constraints and indexes under the name that was asked for; None where there is none.

        Not `complete`, for what points to it is not read.
        """

    def is_constrained_domain(self, type_: str) -> bool:
        """Tell whether the type is a domain with a CHECK or NOT NULL."""

    def volatility_of(self, expression: str) -> Volatility | None:
        """Return the strongest volatility in the expression, None where the server refuses it."""
