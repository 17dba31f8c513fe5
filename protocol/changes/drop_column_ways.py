"""The ways to drop a column: archived in step with the table until it goes, or at once (R14)."""

from protocol.facts import Facts
from protocol.names import literal, quoted
from protocol.recipes import rebuild, use
from protocol.recipes.archive import Archive
from protocol.recipes.instant import UNDO_LOCK_TIMEOUT_MS, instant
from protocol.recipes.kept_in import free_name
from protocol.recipes.relax import STAYS_NULLABLE, not_null_again, relax
from protocol.schema import Column
from protocol.situation import Situation
from protocol.steps import ChangingStep, Statements, Step, Undo
from protocol.strategy import Strategy
from protocol.table_facts import TableFacts

BACK = (
    "The column comes back as the last one. Rows written since keep NULL, and one deleted and written again under the "
    "same key gets the value it had before."
)


def strategies(facts: TableFacts, column: Column, situation: Situation) -> tuple[Strategy, ...]:
    """Every way, the recommended one first; a column without values of its own needs no archive."""
    now = _drop_now(facts, column, situation)
    if facts.is_empty or column.generated:
        return (now,)
    return (_archive_then_drop(facts, column, situation), now)


def archive_of(facts: TableFacts, column: Column, every: Facts) -> Archive | None:
    """The archive that keeps the values; None where there is none to be had, or nothing to keep."""
    if facts.is_empty or column.generated or facts.key is None or _obstacle(facts, column):
        return None
    return Archive(facts.name, column, facts.key, free_name(every, "archive", facts.name.name, column.name))


def _obstacle(facts: TableFacts, column: Column) -> str:
    if facts.key is None:
        return (
            f"`{facts.name}` has no primary key or unique index of NOT NULL columns to keep the values by; "
            "one that is DEFERRABLE does not do"
        )
    if column.name in {part.name for part in facts.key.columns}:
        return f"`{column.name}` belongs to the only key of `{facts.name}` that its values could be kept by"
    if _has_sequence(facts, column):
        return "its sequence goes with it, and would start anew"
    return ""


def _archive_then_drop(facts: TableFacts, column: Column, situation: Situation) -> Strategy:
    archive = archive_of(facts, column, situation.facts)
    steps: tuple[Step, ...] = ()
    if archive is not None:
        undo = _back(facts, column, situation, archive)
        last = _drop(facts, column, situation, undo, archive.stop).model_copy(update={"guard": archive.in_step})
        steps = (
            *_let_go(facts, column, situation),
            archive.step(situation.lock_limit),
            archive.fill(facts.rows),
            last,
        )
    where = f"`{archive.name}`" if archive else "an archive"
    return Strategy(
        id="archive_then_drop",
        title="Archive its values, then drop it",
        sketch=tuple(line for step in steps if isinstance(step, Statements) for line in step.sql),
        pros=(
            f"Its values stay in {where}, by key, so that the column can be brought back after it went",
            "No lock is held for longer than an instant; reads and writes go on",
        ),
        cons=(
            "Needs disk for the archive, which stays"
            + (f": when nobody wants it back, DROP TABLE {archive.name.sql}" if archive else ""),
            "Every write to the column costs a second one until it is dropped",
        ),
        downtime="none",
        steps=steps,
        obstacle=_obstacle(facts, column),
    )


def _drop_now(facts: TableFacts, column: Column, situation: Situation) -> Strategy:
    kept = facts.is_empty or bool(column.generated)
    undo = _back(facts, column, situation, None) if kept and not _has_sequence(facts, column) else None
    computed = "; its values are computed from other columns" if column.generated else ""
    return Strategy(
        id="drop_now",
        title="Drop it without an archive",
        sketch=(f"ALTER TABLE {facts.name.sql} DROP COLUMN {quoted(column.name)}",),
        pros=(f"One instant statement; no row is touched{computed}",),
        cons=() if undo else ("Only the backup brings its values back, as they were when it was made",),
        downtime="none",
        steps=(*_let_go(facts, column, situation), _drop(facts, column, situation, undo)),
    )


def _has_sequence(facts: TableFacts, column: Column) -> bool:
    return bool(column.identity) or facts.column(column.name).sequence is not None


def _let_go(facts: TableFacts, column: Column, situation: Situation) -> tuple[Step, ...]:
    """Let code without the column write, then wait until no other runs."""
    if not use.code_may_run(situation):
        return ()
    waits = use.gate(
        "nobody_uses_it",
        f"No code reads or writes {column.name} any more",
        "Once it is dropped, every statement that names it fails.",
        f"no running application version reads or writes `{column.name}` of `{facts.name}`",
    )
    demands = not (column.nullable or column.default or column.identity or column.generated)
    if not demands:
        return (waits,)
    lets = relax(facts.table, column, rows=facts.rows, major=situation.major, limit=situation.lock_limit)
    return (lets, waits)


def _drop(
    facts: TableFacts, column: Column, situation: Situation, undo: Undo | None, first: tuple[str, ...] = ()
) -> Statements:
    gone = rebuild.vanishing(facts, column.name)
    along = f" Go with it, without a word of the server: {', '.join(gone)}." if gone else ""
    return instant(
        "drop_column",
        f"Drop column {column.name}",
        f"Only the catalogue changes: rows keep their bytes until they are written again.{along}",
        *first,
        f"ALTER TABLE {facts.name.sql} DROP COLUMN {quoted(column.name)}",
        limit=situation.lock_limit,
        undo=undo,
        final=not (facts.is_empty or column.generated),
    )


def _back(facts: TableFacts, column: Column, situation: Situation, archive: Archive | None) -> Undo:
    """The column, its values, and all that stood on it; NOT NULL again unless it was relaxed by a step of its own."""
    relaxed = any(step.id == "relax" for step in _let_go(facts, column, situation))
    steps: list[ChangingStep] = [_add_again(facts, column)]
    if archive is not None:
        steps.append(archive.refill(facts.rows, "undo_drop_column_fill"))
    if not (column.nullable or relaxed):
        steps += not_null_again(
            facts.table, column, rows=facts.rows, major=situation.major, id_="undo_drop_column_not_null"
        )
    steps += rebuild.again(facts, column.name, situation.major, "undo_drop_column_rebuild")
    costs = BACK if archive else "The column comes back as the last one."
    costs += " Indexes that only one partition has do not come back." if facts.partitioning else ""
    return Undo(steps=tuple(steps), costs=costs if column.nullable or relaxed else f"{costs} {STAYS_NULLABLE}")


def _add_again(facts: TableFacts, column: Column) -> Statements:
    named, bare = facts.name.sql, quoted(column.name)
    there = facts.column(column.name)
    add = f"ALTER TABLE {named} ADD COLUMN {bare} {column.type}"
    add += f" COLLATE {there.collation}" if there.collation else ""
    if column.generated:
        add += f" GENERATED ALWAYS AS ({column.default}) {column.generated.upper()}"
    default = f"ALTER TABLE {named} ALTER COLUMN {bare} SET DEFAULT {column.default}"
    comment = facts.table.comment(column.name)
    return instant(
        "undo_drop_column",
        f"Add column {column.name} again",
        "A stored generated column rewrites the table."
        if column.generated == "stored"
        else "Only the catalogue changes.",
        add,
        *((default,) if column.default and not column.generated else ()),
        *((f"COMMENT ON COLUMN {named}.{bare} IS {literal(comment)}",) if comment else ()),
        *(f"ALTER TABLE {named} ALTER COLUMN {bare} {setting}" for setting in there.settings),
        *(grant.sql(facts.name, column.name) for grant in there.grants),
        limit=UNDO_LOCK_TIMEOUT_MS,
    )
