"""A second column that carries the same values: kept in step, filled, proved, and taken back (R12, R13)."""

from collections.abc import Iterable, Iterator

from protocol.facts import Key, KeyColumn, TableFacts
from protocol.findings import Point, warns
from protocol.keyset import keyset_backfill
from protocol.names import TableName, derived_name, literal, quoted
from protocol.recipes.sync import Sync
from protocol.steps import Backfill, ChangingStep, Guard

NEW, OLD = "whimbrel_new", "whimbrel_old"
"""Ends of the names of what stands beside the original for a while."""

PAST = (
    "something writes past the trigger, such as a session with session_replication_role = replica, or another BEFORE "
    "trigger whose name comes later."
)
"""How two columns that a trigger keeps in step can differ all the same."""


def differ(one: str, other: str) -> str:
    """A condition: two values of one type are not the same, to the byte; NULL is like NULL.

    IS DISTINCT FROM would take 'A' for 'a' of citext and 1.0 for 1.00, and has no operator for json, xml or point.
    The cast keeps the server from comparing the rows column by column (measured on PostgreSQL 15, 16, 18).
    """
    return f"ROW({one})::record *<> ROW({other})::record"


def in_step(table: TableName, standing: str, fresh: str) -> Sync:
    """Two columns of one type: whichever is written, the other follows; `fresh` has no default.

    On INSERT a value in `fresh` wins; where there is none, `standing` has what was said or its default.
    """
    follow_fresh = f"NEW.{quoted(standing)} := NEW.{quoted(fresh)};"
    follow_standing = f"NEW.{quoted(fresh)} := NEW.{quoted(standing)};"
    body = (
        f"IF TG_OP = 'INSERT' THEN IF NEW.{quoted(fresh)} IS DISTINCT FROM NULL THEN {follow_fresh} "
        f"ELSE {follow_standing} END IF; "
        f"ELSIF {differ(f'NEW.{quoted(fresh)}', f'OLD.{quoted(fresh)}')} THEN {follow_fresh} "
        f"ELSIF {differ(f'NEW.{quoted(standing)}', f'OLD.{quoted(standing)}')} THEN {follow_standing} END IF;"
    )
    return Sync(table, derived_name("whimbrel", table.name, standing, "and", fresh), body)


def fill(facts: TableFacts, key: Key, target: str, value: str, *, id_: str, title: str, why: str = "") -> Backfill:
    """Give `target` its value in batches; `value` is an expression of the target's own type."""
    return keyset_backfill(
        table=facts.name,
        key=key,
        assign=f"{quoted(target)} = {value}",
        to_do=differ(quoted(target), value),
        rows=facts.rows,
        title=title,
        why=why
        or "Each batch is a transaction of its own with its checkpoint inside; no reader waits, and a writer only "
        "for a row of the running batch.",
        id_=id_,
    )


def none_differs(facts: TableFacts, one: str, other: str) -> Guard:
    """Refuse a step while any row holds other values in the two."""
    condition = differ(one, other)
    return Guard(
        sql=f"SELECT count(*) FROM {facts.name.sql} WHERE {condition}",
        says=f"{{count}} rows of `{facts.name}` are out of step: {PAST} Nothing was changed. "
        f"SELECT * FROM {facts.name.sql} WHERE {condition} finds them; put them right, then resume.",
    )


def other_triggers(facts: TableFacts, column: str) -> Iterator[Point]:
    """What their functions do is not known to the catalogue."""
    before = [trigger.name for trigger in facts.table.triggers if " BEFORE " in trigger.definition]
    if before:
        yield warns(
            f"Triggers run before each row is written: {', '.join(before)}. A function of theirs that reads or sets "
            f"`{column}` has to be changed with the application"
        )


def adding(facts: TableFacts, like: str, name: str, type_: str, *, collated: bool = True) -> tuple[str, ...]:
    """Add a column with the collation, the comment and the privileges of another; no default, NULL allowed."""
    there = facts.column(like)
    column = f"{facts.name.sql}.{quoted(name)}"
    collate = f" COLLATE {there.collation}" if there.collation and collated else ""
    comment = () if there.comment is None else (f"COMMENT ON COLUMN {column} IS {literal(there.comment)}",)
    grants = (
        f"GRANT {one.privilege} ({quoted(name)}) ON {facts.name.sql} TO {one.role}"
        f"{' WITH GRANT OPTION' if one.grantable else ''}"
        for one in there.grants
    )
    return (f"ALTER TABLE {facts.name.sql} ADD COLUMN {quoted(name)} {type_}{collate}", *comment, *grants)


def has_heirs(facts: TableFacts) -> bool:
    """Whether other tables inherit from it: they get its columns, and none of its triggers."""
    heirs = any(one.kind in ("partition", "inheriting table") for one in facts.dependants)
    return heirs and facts.table.kind == "table"


def published(facts: TableFacts) -> Iterator[Point]:
    """A publication without a column list sends every column, and a subscriber that lacks one stops."""
    names = [one.name for one in facts.dependants if one.kind.startswith("publication")]
    if names:
        yield warns(
            f"Published by {', '.join(names)}: subscribers need every column before it is filled here, and the rename "
            "or the new type at the same time as here"
        )


def key_with(key: Key, column: str, *, name: str | None = None, type_: str | None = None) -> Key:
    """The key as it is once one of its columns has another name or type."""
    columns = tuple(
        KeyColumn(name=name or part.name, type=type_ or part.type) if part.name == column else part
        for part in key.columns
    )
    return key.model_copy(update={"columns": columns})


def as_undo(steps: Iterable[ChangingStep]) -> tuple[ChangingStep, ...]:
    """Steps as parts of an undo: with ids of their own, and with nothing that takes them back."""
    return tuple(
        step.model_copy(update={"id": derived_name("back", step.id), "undo": None, "final": False}) for step in steps
    )
