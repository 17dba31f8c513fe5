"""How gently a migration treats the database, where no question asks it."""

from protocol.value import Value


class Limits(Value):
    """`attempts` to get a lock; a backfill takes `batch_rows` at a time and rests `pause_ms` milliseconds between.

    Without `whole_database` the backup holds the table only.
    """

    attempts: int = 20
    batch_rows: int = 5_000
    pause_ms: int = 20
    whole_database: bool = True
