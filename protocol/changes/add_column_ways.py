"""The ways to add a column, by default, server version and key (measured: lock matrix, rules R7 and R8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol import rates
from protocol.discovery import Sheet
from protocol.facts import Facts, ValueFacts
from protocol.keyset import keyset_backfill
from protocol.names import default_clause, derived_name, literal, quoted
from protocol.steps import Check, Statements, Step, Undo
from protocol.strategy import Strategy

if TYPE_CHECKING:
    from protocol.changes.add_column import AddColumn

FAST_DEFAULT = 11
"""First major version where ADD COLUMN … DEFAULT with a non-volatile default touches no row."""

NOT_NULL_NOT_VALID = 18
"""First major version with ADD CONSTRAINT … NOT NULL … NOT VALID."""

OVERRULES = "While its trigger stands, it overrules what the application writes to the column"

VIRTUAL_COLUMNS = 18
"""First major version with GENERATED ALWAYS AS (…) VIRTUAL."""


def strategies(change: AddColumn, sheet: Sheet, facts: Facts, value: ValueFacts) -> tuple[Strategy, ...]:
    """Every way, the recommended one first; one that cannot be taken here carries its obstacle."""
    limit = int(sheet.text("lock_limit") or 100)
    no_downtime = sheet.text("downtime") == "none"
    if change.computed:
        ways = [_batched(change, facts, limit, value)]
        if facts.target.major >= VIRTUAL_COLUMNS and value.volatility == "immutable":
            ways.append(_virtual(change, limit))
        return tuple(ways)
    if touches_no_row(change, facts, value):
        one = _one_statement(change, value, limit)
        return (one, _batched(change, facts, limit)) if change.default else (one,)
    return (_batched(change, facts, limit, value), _rewrite(change, facts, value, limit, no_downtime))


def touches_no_row(change: AddColumn, facts: Facts, value: ValueFacts) -> bool:
    """Tell whether ADD COLUMN with everything in it changes only the catalogue."""
    if facts.is_empty:
        return True
    return value.volatility != "volatile" and not value.constrained_domain and not change.computed


def checks(change: AddColumn, facts: Facts, value: ValueFacts) -> tuple[Check, ...]:
    """What must be true afterwards, asked of the catalogue and of the rows."""
    return tuple(
        check
        for check in (
            _column_is_there(change),
            _not_null_is_proved(change, facts) if not change.nullable else None,
            _default_is_set(change) if change.default else None,
            _no_row_without_value(change) if change.default or not change.nullable else None,
            _every_row_computed(change) if change.computed and value.volatility != "volatile" else None,
            _no_leftovers(change),
            _query_plan(change),
        )
        if check is not None
    )


# --- the ways ------------------------------------------------------------------------------------------------------


def _one_statement(change: AddColumn, value: ValueFacts, limit: int) -> Strategy:
    sql = _add_column(change, with_everything=True)
    of_which = {"immutable": "a constant", "stable": "evaluated once", "volatile": "for no row yet"}[value.volatility]
    why = (
        f"The default is {of_which}, so since PostgreSQL {FAST_DEFAULT} the server keeps it in the catalogue and "
        "writes no row: existing rows show it at once."
        if change.default
        else "Without a default the server only notes the column in the catalogue; no row is written."
    )
    if not change.nullable:
        why += " NOT NULL needs no scan either, because no existing row can be NULL."
    step = Statements(
        id="add_column",
        title=f"Add column {change.column}",
        why=why,
        lock="ACCESS EXCLUSIVE",
        held=rates.INSTANT,
        duration=rates.INSTANT,
        sql=(sql,),
        lock_timeout_ms=limit,
        undo=_drop(change),
    )
    return Strategy(
        id="one_statement",
        title="One statement",
        sketch=(sql,),
        pros=(
            "One command; existing rows have the value at once",
            "Writes no row: no bloat, no WAL to speak of, no backfill",
            f"Holds its lock for milliseconds, and gives way after {limit} ms of waiting",
        ),
        cons=("It waits behind the longest transaction on the table, in short tries",),
        downtime="none",
        steps=(step,),
    )


def _batched(change: AddColumn, facts: Facts, limit: int, value: ValueFacts | None = None) -> Strategy:
    obstacle = ""
    if facts.key is None:
        obstacle = f"`{change.table}` has no primary key or unique index of NOT NULL columns to walk along"
    if change.computed and value is not None and value.volatility == "volatile":
        obstacle = (
            f"`{change.computed}` gives another value each time it is asked, so no row could ever be proved right; "
            "say it as a default instead"
        )
    if value is not None and value.constrained_domain:
        obstacle = f"`{change.type}` is a domain with a CHECK: adding such a column rewrites the table even when empty"
    steps = () if obstacle else _batched_steps(change, facts, limit)
    return Strategy(
        id="batched",
        title="Online, in batches",
        sketch=tuple(line for step in steps if isinstance(step, Statements) for line in step.sql),
        pros=(
            "No lock is held for longer than an instant; reads and writes go on",
            "Progress is seen; it can pause, and it resumes where it stopped",
        ),
        cons=(
            "More steps, and minutes instead of milliseconds",
            "Writes every row once more: the table grows until vacuum has caught up",
            *((OVERRULES,) if change.computed else ()),
        ),
        downtime="none",
        steps=steps,
        obstacle=obstacle,
    )


def _batched_steps(change: AddColumn, facts: Facts, limit: int) -> tuple[Step, ...]:
    fill = f"({change.computed})" if change.computed else "DEFAULT"
    column = quoted(change.column)
    to_do = f"{column} IS DISTINCT FROM {fill}" if change.computed else f"{column} IS NULL"
    assert facts.key is not None
    backfill = keyset_backfill(
        table=change.table,
        key=facts.key,
        assign=f"{column} = {fill}",
        to_do=to_do,
        rows=facts.rows,
        title=f"Fill {change.column} for the rows that exist",
        why="Each batch is a transaction of its own with its checkpoint inside; no reader waits, and a writer only for "
        "a row of the running batch.",
    )
    tail = () if change.nullable else _set_not_null(change, facts, limit)
    return (_add_and_keep_in_step(change, limit), backfill, *tail)


def _add_and_keep_in_step(change: AddColumn, limit: int) -> Statements:
    add = _add_column(change, with_everything=False)
    if change.computed:
        sql: tuple[str, ...] = (add, *_sync_trigger(change))
        undo = Undo(
            sql=(*_drop_sync_trigger(change), f"ALTER TABLE {change.table.sql} DROP COLUMN {quoted(change.column)}"),
            costs="What was written to the column is gone.",
        )
        why = "The column comes empty, with a trigger that computes it for every new and changed row from now on."
    else:
        sql = (add, *_set_default(change))
        undo = _drop(change)
        why = (
            "Added without its default first: one that differs from row to row would rewrite the table under lock. "
            "Set in the same transaction for rows to come, so that none slips in between."
        )
    return Statements(
        id="add_column",
        title=f"Add column {change.column}, empty",
        why=why,
        lock="ACCESS EXCLUSIVE",
        held=rates.INSTANT,
        duration=rates.INSTANT,
        sql=sql,
        lock_timeout_ms=limit,
        undo=undo,
    )


def _set_not_null(change: AddColumn, facts: Facts, limit: int) -> tuple[Statements, ...]:
    """NOT NULL without a scan under ACCESS EXCLUSIVE (R8): by NOT NULL … NOT VALID from 18, else by a CHECK."""
    table, column = change.table.sql, quoted(change.column)
    name = quoted(derived_name(change.table.name, change.column, "not_null"))
    native = facts.target.major >= NOT_NULL_NOT_VALID
    constraint = f"NOT NULL {column}" if native else f"CHECK ({column} IS NOT NULL)"
    drop = Undo(sql=(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}",), costs="Nothing.")
    declare = _instant(
        "declare_not_null",
        "Declare NOT NULL, unchecked",
        "New rows obey at once; existing rows are not looked at, so the lock is held for an instant.",
        f"ALTER TABLE {table} ADD CONSTRAINT {name} {constraint} NOT VALID",
        limit,
        drop,
    )
    validate = Statements(
        id="validate_not_null",
        title="Prove NOT NULL for every row",
        why="Reads the table once while others read and write; a short lock_timeout would only abort the scan.",
        lock="SHARE UPDATE EXCLUSIVE",
        held=rates.NO_LOCK,
        duration=rates.time_for(facts.rows, rates.SCANNED_ROWS_PER_SECOND, "read"),
        sql=(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}",),
        lock_timeout_ms=None,
    )
    if native:
        return (declare, validate)
    set_it = _instant(
        "set_not_null",
        "Set NOT NULL",
        "The proved CHECK spares the server its own scan.",
        f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL",
        limit,
        Undo(sql=(f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL",), costs="Nothing."),
    )
    drop_it = _instant(
        "drop_check",
        "Drop the CHECK that is no longer needed",
        "In a statement of its own: together with SET NOT NULL the server would scan again under ACCESS EXCLUSIVE.",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
        limit,
        None,
    )
    return (declare, validate, set_it, drop_it)


def _instant(id_: str, title: str, why: str, sql: str, limit: int, undo: Undo | None) -> Statements:
    return Statements(
        id=id_,
        title=title,
        why=why,
        lock="ACCESS EXCLUSIVE",
        held=rates.INSTANT,
        duration=rates.INSTANT,
        sql=(sql,),
        lock_timeout_ms=limit,
        undo=undo,
    )


def _rewrite(change: AddColumn, facts: Facts, value: ValueFacts, limit: int, no_downtime: bool) -> Strategy:
    sql = _add_column(change, with_everything=True)
    duration = rates.time_for(facts.rows, rates.REWRITTEN_ROWS_PER_SECOND, "rewritten")
    reason = "the type is a domain with a CHECK" if value.constrained_domain else "the default is volatile"
    step = Statements(
        id="add_column",
        title=f"Add column {change.column}, rewriting the table",
        why=f"The server writes the whole table and its indexes again, because {reason}.",
        lock="ACCESS EXCLUSIVE",
        held=duration,
        duration=duration,
        sql=(sql,),
        lock_timeout_ms=limit,
        undo=_drop(change),
    )
    return Strategy(
        id="rewrite",
        title="One statement that rewrites the table",
        sketch=(sql,),
        pros=("One command; no bloat afterwards",),
        cons=(
            f"Nobody reads or writes `{change.table}` for {duration.short}",
            "Needs free disk for a second copy of table and indexes",
        ),
        downtime=duration.short,
        steps=(step,),
        obstacle="it blocks the table while it rewrites it, and you asked for no downtime" if no_downtime else "",
        needs_window=True,
    )


def _virtual(change: AddColumn, limit: int) -> Strategy:
    null = "" if change.nullable else " NOT NULL"
    sql = (
        f"ALTER TABLE {change.table.sql} ADD COLUMN {quoted(change.column)} {change.type} "
        f"GENERATED ALWAYS AS ({change.computed}) VIRTUAL{null}"
    )
    step = Statements(
        id="add_column",
        title=f"Add column {change.column}, computed when read",
        why="A virtual generated column is stored nowhere; the server computes it on every read.",
        lock="ACCESS EXCLUSIVE",
        held=rates.INSTANT,
        duration=rates.INSTANT,
        sql=(sql,),
        lock_timeout_ms=limit,
        undo=_drop(change),
    )
    return Strategy(
        id="virtual_column",
        title="A virtual generated column",
        sketch=(sql,),
        pros=("One statement, no row is written, never out of step",),
        cons=(
            "The application can never write to it",
            "It cannot be indexed (PostgreSQL 18), and costs time on every read",
        ),
        downtime="none",
        steps=(step,),
        obstacle="" if change.nullable else "NOT NULL on it makes the server scan the table under lock",
    )


# --- pieces of SQL -------------------------------------------------------------------------------------------------


def _add_column(change: AddColumn, *, with_everything: bool) -> str:
    sql = f"ALTER TABLE {change.table.sql} ADD COLUMN {quoted(change.column)} {change.type}"
    if with_everything and change.default:
        sql += f" DEFAULT {default_clause(change.default)}"
    if with_everything and not change.nullable:
        sql += " NOT NULL"
    return sql


def _set_default(change: AddColumn) -> tuple[str, ...]:
    if not change.default:
        return ()
    column = f"ALTER TABLE {change.table.sql} ALTER COLUMN {quoted(change.column)}"
    return (f"{column} SET DEFAULT {default_clause(change.default)}",)


def _drop(change: AddColumn) -> Undo:
    return Undo(
        sql=(f"ALTER TABLE {change.table.sql} DROP COLUMN {quoted(change.column)}",),
        costs="What was written to the column is gone; its default and constraints go with it.",
    )


def sync_function(change: AddColumn) -> str:
    """Name of the trigger and of its function."""
    return derived_name("whimbrel", change.table.name, change.column)


def _sync_trigger(change: AddColumn) -> tuple[str, str]:
    name = quoted(sync_function(change))
    function = f"{quoted(change.table.schema_name)}.{name}"
    body = (
        f"BEGIN NEW.{quoted(change.column)} := (SELECT ({change.computed}) FROM (SELECT NEW.*) AS "
        f"{quoted(change.table.name)}); RETURN NEW; END"
    )
    tag = "$whimbrel$"
    while tag in body:
        tag = tag[:-1] + "_$"
    return (
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT "
        f"AS {tag}{body}{tag}",
        f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON {change.table.sql} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}()",
    )


def _drop_sync_trigger(change: AddColumn) -> tuple[str, str]:
    name = quoted(sync_function(change))
    return (
        f"DROP TRIGGER IF EXISTS {name} ON {change.table.sql}",
        f"DROP FUNCTION IF EXISTS {quoted(change.table.schema_name)}.{name}()",
    )


# --- verification --------------------------------------------------------------------------------------------------


def _this_column(change: AddColumn) -> str:
    table, column = literal(change.table.sql), literal(change.column)
    return f"attrelid = {table}::regclass AND attname = {column} AND NOT attisdropped"


def _column_is_there(change: AddColumn) -> Check:
    return Check(
        id="column",
        title=f"Column {change.column} exists with its type",
        kind="catalog",
        sql=f"SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE {_this_column(change)}",
        expected=change.type,
    )


def _not_null_is_proved(change: AddColumn, facts: Facts) -> Check:
    if facts.target.major >= NOT_NULL_NOT_VALID:
        sql = (
            f"SELECT bool_and(attnotnull AND convalidated)::text FROM pg_attribute JOIN pg_constraint "
            f"ON conrelid = attrelid AND contype = 'n' AND attnum = ANY (conkey) WHERE {_this_column(change)}"
        )
    else:
        sql = f"SELECT attnotnull::text FROM pg_attribute WHERE {_this_column(change)}"
    return Check(id="not_null", title="NOT NULL is set and proved", kind="catalog", sql=sql, expected="true")


def _default_is_set(change: AddColumn) -> Check:
    return Check(
        id="default",
        title="The default is set for new rows",
        kind="catalog",
        sql=f"SELECT (atthasdef AND attgenerated = '')::text FROM pg_attribute WHERE {_this_column(change)}",
        expected="true",
    )


def _no_row_without_value(change: AddColumn) -> Check:
    return Check(
        id="no_null",
        title="No row is without a value",
        kind="data",
        sql=f"SELECT count(*)::text FROM {change.table.sql} WHERE {quoted(change.column)} IS NULL",
        expected="0",
    )


def _every_row_computed(change: AddColumn) -> Check:
    return Check(
        id="computed",
        title="Every row has the computed value",
        kind="data",
        sql=f"SELECT count(*)::text FROM {change.table.sql} "
        f"WHERE {quoted(change.column)} IS DISTINCT FROM ({change.computed})",
        expected="0",
    )


def _no_leftovers(change: AddColumn) -> Check:
    return Check(
        id="leftovers",
        title="No unproved constraint and no invalid index is left on the table",
        kind="leftovers",
        sql="SELECT ((SELECT count(*) FROM pg_constraint WHERE conrelid = r AND NOT convalidated "
        f"AND pg_get_constraintdef(oid) LIKE '%' || {literal(change.column)} || '%') "
        "+ (SELECT count(*) FROM pg_index WHERE indrelid = r AND NOT indisvalid))::text "
        f"FROM (SELECT {literal(change.table.sql)}::regclass::oid AS r) AS this_table",
        expected="0",
    )


def _query_plan(change: AddColumn) -> Check:
    return Check(
        id="query_plan",
        title=f"How a query on {change.column} is answered",
        kind="query plan",
        sql=f"EXPLAIN SELECT count(*) FROM {change.table.sql} WHERE {quoted(change.column)} IS NOT NULL",
        expected=None,
    )
