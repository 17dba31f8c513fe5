"""What the structure of a table does not say of a column."""

from protocol.grant import Grant
from protocol.names import TableName
from protocol.value import Value


class Sequence(Value):
    """The sequence behind a serial or identity column; `options` is how it counts, as CREATE SEQUENCE says it."""

    name: TableName
    type: str
    options: str


class ColumnFacts(Value):
    """`collation` is set where it is not the type's own, and written for SQL; `inherited` from a parent table.

    `settings` are what ALTER COLUMN was told of storage, compression and statistics, as it takes them.
    """

    name: str
    collation: str = ""
    settings: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()
    inherited: bool = False
    sequence: Sequence | None = None
