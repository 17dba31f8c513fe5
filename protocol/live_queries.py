"""The statements an application really runs against a table, as the server's own statistics tell."""

from typing import Literal

from protocol.facts import Figure
from protocol.value import Value


class LiveQuery(Value):
    """A normalised statement: constants are `$1`, comments are cut; `mean` is in milliseconds, per call.

    `all_columns` means that it takes the row as a whole, such as `SELECT *` or an INSERT without a list.
    """

    text: str
    kind: Literal["select", "insert", "update", "delete", "merge"]
    columns: tuple[str, ...] = ()
    all_columns: bool = False
    calls: Figure
    mean: Figure
    rows: Figure


class LiveQueries(Value):
    """The most often called first; `not_seen` are sentences on what is missing and how to get it."""

    queries: tuple[LiveQuery, ...] = ()
    not_seen: tuple[str, ...] = ()
