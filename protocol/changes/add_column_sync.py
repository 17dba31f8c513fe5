"""The trigger that keeps a computed column in step, for every new and changed row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.names import derived_name, quoted

if TYPE_CHECKING:
    from protocol.changes.add_column import AddColumn


def _name(change: AddColumn) -> str:
    """Name of the trigger and of its function."""
    return derived_name("whimbrel", change.table.name, change.column)


def create_sync(change: AddColumn) -> tuple[str, str]:
    name = quoted(_name(change))
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


def drop_sync(change: AddColumn) -> tuple[str, str]:
    name = quoted(_name(change))
    return (
        f"DROP TRIGGER IF EXISTS {name} ON {change.table.sql}",
        f"DROP FUNCTION IF EXISTS {quoted(change.table.schema_name)}.{name}()",
    )
