"""What a plan executes, one step after the other; the SQL in here is all the SQL that runs."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from protocol.figure import Figure
from protocol.key import Key
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
    """How to take a step back: steps of their own, run in this order; `costs` says what is lost by it."""

    steps: tuple["ChangingStep", ...]
    costs: str

    @property
    def sql(self) -> tuple[str, ...]:
        """Everything it runs, a backfill as its one statement without batches."""
        return tuple(line for step in self.steps for line in shown_sql(step))


class BaseStep(Value):
    """`held` is how long the strongest lock is held, `duration` how long the step takes.

    `effects` says lock by lock what the SQL does on this server, as it was weighed when the plan was made.
    `final` marks the point of no return: what it takes away does not come back by undoing.
    """

    id: Name
    title: str
    why: str
    lock: LockMode
    held: Figure
    duration: Figure
    undo: Undo | None = None
    effects: tuple[str, ...] = ()
    final: bool = False

    @property
    def is_no_return(self) -> bool:
        """Whether a rollback ends here: what it takes away is in the backup only."""
        return self.final and (self.undo is None or not self.undo.steps)


class Preflight(BaseStep):
    """Look before anything is touched: rights, drift, blockers, free names, exact row count."""

    kind: Literal["preflight"] = "preflight"


class Backup(BaseStep):
    """Dump with pg_dump; refuse when the disk cannot hold it. Without `whole_database`, only `tables`."""

    kind: Literal["backup"] = "backup"
    whole_database: bool = True
    tables: tuple[TableName, ...] = ()


class Guard(Value):
    """A read-only count that has to be 0 before a step locks anything; else it is refused with `says`.

    `{count}` in it becomes the number.
    """

    sql: str
    says: str


class Statements(BaseStep):
    """SQL run in one transaction, in order. `lock_timeout_ms` is None where a short one would harm (VALIDATE)."""

    kind: Literal["statements"] = "statements"
    sql: tuple[str, ...] = Field(min_length=1)
    guard: Guard | None = None
    lock_timeout_ms: int | None
    attempts: int = 20


class Concurrently(BaseStep):
    """One statement that cannot run inside a transaction, such as CREATE INDEX CONCURRENTLY.

    `done_sql` gives true once its effect is there, so that a run that was killed recognises it.
    `leftover_sql` gives true where a try left half of it behind; `clear_sql` removes that before the next one.
    Where its effect is there before its first try, somebody else made it: refused, unless `accepts_existing`.
    `lock_timeout_ms` is for the few that hold somebody up while they wait, and holds for `clear_sql` too.
    """

    kind: Literal["concurrently"] = "concurrently"
    sql: str
    guard: Guard | None = None
    done_sql: str
    leftover_sql: str | None = None
    clear_sql: str | None = None
    accepts_existing: bool = False
    lock_timeout_ms: int | None = None
    attempts: int = 5


class Backfill(BaseStep):
    """Walk a table along a key in batches, one transaction a batch, its checkpoint inside it.

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


class Gate(BaseStep):
    """A deploy gate: the run rests, for hours or days, until the person says that `waits_for` is true."""

    kind: Literal["gate"] = "gate"
    waits_for: str


ChangingStep = Annotated[Statements | Concurrently | Backfill, Field(discriminator="kind")]
"""A step that changes the target and is noted in its ledger."""

Step = Annotated[Preflight | Backup | Gate | Statements | Concurrently | Backfill, Field(discriminator="kind")]


def sql_of(step: Step) -> tuple[str, ...]:
    """Every statement the step may run against the target."""
    match step:
        case Statements(sql=sql):
            return sql
        case Concurrently(sql=statement, clear_sql=clear):
            return (statement, *((clear,) if clear else ()))
        case Backfill():
            return (step.first_sql, step.bound_sql, step.from_start_sql, step.update_sql, step.left_sql)
        case _:
            return ()


def shown_sql(step: Step) -> tuple[str, ...]:
    """What a person reads of a step: its statements, of a backfill the one that writes."""
    match step:
        case Backfill(update_sql=sql):
            return (sql,)
        case Concurrently(sql=sql):
            return (sql,)
        case _:
            return sql_of(step)


def named_for(step: Step, number: int) -> Step:
    """The step of the change `number` of a request; from the second on its ids carry the number."""
    if number == 1:
        return step
    undo = step.undo and step.undo.model_copy(
        update={"steps": tuple(named_for(part, number) for part in step.undo.steps)}
    )
    return step.model_copy(update={"id": f"{step.id}_{number}", "undo": undo})


def every_id(steps: Iterable[Step]) -> list[str]:
    """The ids of steps and of what undoes them; in a ledger no two may be the same."""
    return [id_ for step in steps for id_ in (step.id, *(every_id(step.undo.steps) if step.undo else ()))]


class Check(Value):
    """One read-only question to the database that gives one value; it passes when that value equals `expected`.

    Without `expected` it only informs. `kind` says what is looked at: the catalogue, the rows, a query plan, leftovers.
    """

    id: Name
    title: str
    kind: Literal["catalog", "data", "query plan", "leftovers"]
    sql: str
    expected: str | None
