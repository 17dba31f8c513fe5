"""Where the application's code uses a table or a column: what a plan has to say before it renames or drops one."""

from collections.abc import Iterator
from typing import Literal

from protocol.names import Name, TableName
from protocol.value import Value

Certainty = Literal["exact", "likely"]
"""`exact`: SQL that was parsed, or the field of a model. `likely`: a string or an attribute that fits its place."""


class Reference(Value):
    """One line of code that uses the table, or one of its columns; `path` is relative to the folder that was searched.

    `note` says how, such as `SELECT`, `INSERT without a column list` or `Django model field`.
    """

    path: str
    line: int
    column: Name | None
    certainty: Certainty
    note: str

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"


class NotRead(Value):
    """So many files were not read, for one reason; `example` is the first of them."""

    reason: str
    files: int
    example: str


class References(Value):
    """Everything found for one table, sorted by path, line and column.

    `uses` is code that runs; `history` is migrations, which ran once and need no change.
    """

    table: TableName
    columns: tuple[Name, ...]
    uses: tuple[Reference, ...]
    history: tuple[Reference, ...]
    files_read: int
    not_read: tuple[NotRead, ...]

    def of(self, column: str | None) -> Iterator[Reference]:
        """Yield the uses of one column, or of the table itself."""
        return (use for use in self.uses if use.column == column)
