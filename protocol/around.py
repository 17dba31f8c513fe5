"""What was found around the tables of a request: in the application's code, in its live statements, on the server."""

from protocol.live_queries import LiveQueries
from protocol.names import TableName
from protocol.references import References
from protocol.surroundings import Surroundings
from protocol.value import Value


class LiveUse(Value):
    """The application's statements on a table, or on one of its columns."""

    table: TableName
    column: str | None = None
    found: LiveQueries

    @property
    def subject(self) -> str:
        return f"{self.table}.{self.column}" if self.column else str(self.table)


class Around(Value):
    """`code` is None where no folder was named, `server` where nothing was read."""

    code: tuple[References, ...] | None = None
    live: tuple[LiveUse, ...] = ()
    server: Surroundings | None = None
