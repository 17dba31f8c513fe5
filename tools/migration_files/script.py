"""What a migration file is made from: the plan's SQL, in parts that must not share a transaction."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, assert_never

from pydantic import Field

from protocol.names import Name
from protocol.plan import Plan
from protocol.steps import Backfill, Backup, Concurrently, Preflight, Statements, Step
from protocol.steps import Gate as GateStep
from protocol.value import Value
from tools.lint import grammar
from tools.lint.grammar import NotRead

UNDO_LOCK_TIMEOUT_MS = 1_000
"""How long an undo waits for its lock where its step set no limit."""


class BasePart(Value):
    """`undo` takes the part back; it is run in this order."""

    id: Name
    title: str
    undo: tuple[str, ...] = ()


class Transaction(BasePart):
    """Statements that are one transaction. `lock_timeout_ms` None waits as long as it takes."""

    kind: Literal["transaction"] = "transaction"
    sql: tuple[str, ...] = Field(min_length=1)
    lock_timeout_ms: int | None = None


class Outside(BasePart):
    """Statements that PostgreSQL refuses inside a transaction, such as CREATE INDEX CONCURRENTLY."""

    kind: Literal["outside"] = "outside"
    sql: tuple[str, ...] = Field(min_length=1)


class Batches(BasePart):
    """A walk along a key, a transaction a batch; the SQL is that of `protocol.steps.Backfill`."""

    kind: Literal["batches"] = "batches"
    key: tuple[Name, ...] = Field(min_length=1)
    first_sql: str
    bound_sql: str
    from_start_sql: str
    update_sql: str
    left_sql: str
    batch_rows: int
    pause_ms: int
    lock_timeout_ms: int | None = None


class Gate(Value):
    """Nothing after it may run before what `text` says has happened, such as a deployment."""

    kind: Literal["gate"] = "gate"
    text: str


Part = Transaction | Outside | Batches


class Script(Value):
    """`name` is the stem of the files' names, `seed` what ids are made from: the plan's digest."""

    title: str
    name: str
    seed: str
    parts: tuple[Annotated[Part | Gate, Field(discriminator="kind")], ...]

    @property
    def is_reversible(self) -> bool:
        return any(part.undo for part in self.parts if not isinstance(part, Gate))


class Place(Value):
    """One part and where it stands: `number` of `of` files, behind so many gates; `gate` opens its stage."""

    part: Annotated[Part, Field(discriminator="kind")]
    number: int
    of: int
    stage: int
    gate: str | None
    reversible: bool

    @property
    def back(self) -> Transaction | Outside | None:
        """What takes the part back; None when nothing has to be done, or nothing can."""
        if not self.part.undo:
            return None
        if any(runs_outside(sql) for sql in self.part.undo):
            return Outside(id=self.part.id, title=self.part.title, sql=self.part.undo)
        limit = None if isinstance(self.part, Outside) else self.part.lock_timeout_ms
        limit = limit or UNDO_LOCK_TIMEOUT_MS
        return Transaction(id=self.part.id, title=self.part.title, sql=self.part.undo, lock_timeout_ms=limit)


def script_of(plan: Plan) -> Script:
    """Return a plan as a script; looking, and backing up, are no part of it."""
    return Script(title=plan.title, name=plan.file_name, seed=plan.digest, parts=parts_of(plan.steps))


def parts_of(steps: Sequence[Step]) -> tuple[Part | Gate, ...]:
    """Turn steps into parts: the one place that knows the kinds of steps."""
    return tuple(part for step in steps for part in _part(step))


def _part(step: Step) -> Iterator[Part | Gate]:
    undo = step.undo.sql if step.undo else ()
    match step:
        case Preflight() | Backup():
            return
        case Statements(sql=sql):
            outside = any(runs_outside(statement) for statement in sql)
            if outside:
                yield Outside(id=step.id, title=step.title, undo=undo, sql=sql)
            else:
                limit = step.lock_timeout_ms
                yield Transaction(id=step.id, title=step.title, undo=undo, sql=sql, lock_timeout_ms=limit)
        case Concurrently(sql=statement):
            yield Outside(id=step.id, title=step.title, undo=undo, sql=(statement,))
        case GateStep(waits_for=condition):
            yield Gate(text=condition)
        case Backfill():
            yield Batches(
                key=tuple(column.name for column in step.key.columns),
                undo=undo,
                **step.model_dump(include=Batches.model_fields.keys() - {"kind", "key", "undo"}),
            )
        case _:
            assert_never(step)


def places(script: Script) -> tuple[Place, ...]:
    """Number the parts, and note the gates they stand behind."""
    found: list[Place] = []
    gate, stage = None, 0
    of = sum(not isinstance(part, Gate) for part in script.parts)
    for part in script.parts:
        if isinstance(part, Gate):
            gate, stage = part.text, stage + 1
            continue
        place = Place(part=part, number=len(found) + 1, of=of, stage=stage, gate=gate, reversible=script.is_reversible)
        found.append(place)
        gate = None
    return tuple(found)


def runs_outside(sql: str) -> bool:
    """Tell whether PostgreSQL refuses the statement inside a transaction (R2, T35)."""
    try:
        node = grammar.tree(sql)
    except (NotRead, IndexError):
        return re.search(r"\bconcurrently\b", sql, re.IGNORECASE) is not None
    which = str(node.WhichOneof("node"))
    if which in {"index_stmt", "drop_stmt"}:
        return bool(getattr(node, which).concurrent)
    if which == "reindex_stmt":
        return any(item.def_elem.defname == "concurrently" for item in node.reindex_stmt.params)
    if which == "alter_table_stmt":
        return any(command.concurrent for command in grammar.under(node, "PartitionCmd"))
    return which == "vacuum_stmt" and node.vacuum_stmt.is_vacuumcmd


def slug(text: str, longest: int = 60) -> str:
    """Return text as a part of a file's name and of a Python module's: a-z, 0-9 and _."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:longest].rstrip("_") or "migration"


def stem(script: Script, place: Place) -> str:
    """Name one file after the change, and after its step where there are several."""
    return slug(script.name) if place.of == 1 else f"{slug(script.name, 40)}_{place.number}_{slug(place.part.id, 20)}"
