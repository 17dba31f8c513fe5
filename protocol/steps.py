"""What a plan executes, one step after the other; the SQL in here is all the SQL that runs."""

from typing import Annotated, Literal

from pydantic import Field

from protocol.facts import Figure, Key
from protocol.names import Name, TableName
from protocol.value import Value

LockMode = Literal[
    "none",
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
]


class Undo(Value):
    """How to take a step back; `costs` says what is lost by it."""

    sql: tuple[str, ...]
    costs: str


class BaseStep(Value):
    """`held` is how long the strongest lock is held, `duration` how long the step takes."""

    id: Name
    title: str
    why: str
    lock: LockMode
    held: Figure
    duration: Figure
    undo: Undo | None = None


class Preflight(BaseStep):
    """Look before anything is touched: rights, drift, blockers, free names, exact row count."""

    kind: Literal["preflight"] = "preflight"


class Backup(BaseStep):
    """Dump with pg_dump; refuse when the disk cannot hold it."""

    kind: Literal["backup"] = "backup"
    whole_database: bool = True
    table: TableName | None = None


class Statements(BaseStep):
    """SQL run in one transaction, in order. `lock_timeout_ms` is None where a short one would harm (VALIDATE)."""

    kind: Literal["statements"] = "statements"
    sql: tuple[str, ...] = Field(min_length=1)
    lock_timeout_ms: int | None
    attempts: int = 20


class Backfill(BaseStep):
    """Fill a column in batches along a key, one transaction a batch, its checkpoint inside it.

    `bound_sql` takes the last key and the batch size, and gives the batch's last key and its number of rows;
    `first_sql` does so for the start.
    `update_sql` takes the keys after (exclusive) and up to (inclusive); `from_start_sql` only the latter.
    `left_sql` counts the rows still to do.
    """

    kind: Literal["backfill"] = "backfill"
    table: TableName
    key: Key
    first_sql: str
    bound_sql: str
    from_start_sql: str
    update_sql: str
    left_sql: str
    batch_rows: int = 5_000
    pause_ms: int = 20
    lock_timeout_ms: int | None = 2_000
    attempts: int = 20


Step = Annotated[Preflight | Backup | Statements | Backfill, Field(discriminator="kind")]


def sql_of(step: Step) -> tuple[str, ...]:
    """Every statement the step may run against the target."""
    match step:
        case Statements(sql=sql):
            return sql
        case Backfill():
            return (step.first_sql, step.bound_sql, step.from_start_sql, step.update_sql, step.left_sql)
        case _:
            return ()


class Check(Value):
    """One read-only question to the database that gives one value; it passes when that value equals `expected`.

    Without `expected` it only informs. `kind` says what is looked at: the catalogue, the rows, a query plan, leftovers.
    """

    id: Name
    title: str
    kind: Literal["catalog", "data", "query plan", "leftovers"]
    sql: str
    expected: str | None
