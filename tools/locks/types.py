"""Whether another type for a column makes the server write every row again.

Measured on PostgreSQL 15, 16 and 18: each pair below, and that of the other pairs tried all rewrite.
"""

import re
from typing import NamedTuple

from tools.lint.grammar import NotRead, tree
from tools.locks.known import Known

SHAPE = re.compile(r"(?P<name>[^(\[]+)(?:\((?P<limits>[^)]*)\)(?P<rest>[^\[(]*))?(?P<array>(?:\[\d*\])*)")

ALIASES = {
    "bigint": "int8",
    "bit varying": "varbit",
    "bool": "boolean",
    "char": "bpchar",
    "character": "bpchar",
    "character varying": "varchar",
    "decimal": "numeric",
    "double precision": "float8",
    "float": "float8",
    "int": "int4",
    "integer": "int4",
    "real": "float4",
    "smallint": "int2",
    "time with time zone": "timetz",
    "time without time zone": "time",
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
}

SAME_BYTES = {
    ("bit", "varbit"),
    ("cidr", "inet"),
    ("int4", "oid"),
    ("text", "varchar"),
    ("varchar", "text"),
}
"""Pairs whose values look the same on disk, as long as the new type sets no limit."""

SAME_ORDER = {("cidr", "inet"), ("text", "varchar"), ("varchar", "text")}
"""Those of them whose indexes need not be built again."""

BY_TIMEZONE = {("timestamp", "timestamptz"), ("timestamptz", "timestamp")}
"""Pairs whose values look the same on disk where the session's time zone is UTC."""

UTC = {"utc", "gmt", "etc/utc", "etc/gmt", "universal", "zulu"}

GROWS = {"varchar", "varbit", "time", "timetz", "timestamp", "timestamptz", "interval"}
"""Types whose one limit may be raised, or lifted, without a rewrite."""


BUILT_IN = {
    *("bigserial", "box", "bpchar", "bytea", "cidr", "circle", "date", "inet", "interval", "json", "jsonb", "jsonpath"),
    *("line", "lseg", "macaddr", "macaddr8", "money", "name", "numeric", "oid", "path", "pg_lsn", "point", "polygon"),
    *("serial", "smallserial", "text", "tsquery", "tsvector", "uuid", "xml", "varbit", "bit", "varchar"),
    *ALIASES.values(),
}
"""Types of the documentation's chapter on data types, without ranges."""


class Type(NamedTuple):
    name: str
    limits: tuple[int, ...] = ()
    array: bool = False


def parsed(text: str) -> Type:
    """Read a type as SQL or the catalogue writes it."""
    found = SHAPE.fullmatch(text.strip().lower().removeprefix("pg_catalog."))
    if found is None:
        return Type(text)
    name = " ".join(f"{found['name']} {found['rest'] or ''}".split())
    digits = [part.strip() for part in (found["limits"] or "").split(",") if part.strip()]
    limits = tuple(int(part) for part in digits if part.lstrip("-").isdigit())
    name = ALIASES.get(name, name)
    if text.strip().lower() in {"char", "character"}:
        limits = (1,)
    return Type(name, (*limits, 0) if name == "numeric" and len(limits) == 1 else limits, bool(found["array"]))


def is_built_in(text: str) -> bool:
    """Tell whether a type is one of the documentation's chapter on data types."""
    return parsed(text).name in BUILT_IN


def rewrites(old: str, new: str, known: Known) -> bool | None:
    """Tell whether the change writes every row again; None where the time zone of the session decides."""
    domain = known.domains.get(new)
    if domain and domain.constrained:
        return old != new
    before, after = _resolved(old, known), _resolved(new, known)
    if before == after:
        return False
    if before.array or after.array:
        return True
    if before.name == after.name:
        return not _wider(before, after)
    if (before.name, after.name) in BY_TIMEZONE and not after.limits:
        timezone = known.settings.get("timezone")
        return None if timezone is None else timezone.lower() not in UTC
    return (before.name, after.name) not in SAME_BYTES or bool(after.limits)


def _resolved(text: str, known: Known) -> Type:
    domain = known.domains.get(text)
    return parsed(domain.type) if domain else parsed(text)


def _wider(before: Type, after: Type) -> bool:
    """Tell whether every value of the old type is one of the new without a change."""
    if before.name == "numeric":
        wider = before.limits and after.limits and before.limits[1] == after.limits[1] and after >= before
        return not after.limits or bool(wider)
    if before.name not in GROWS:
        return False
    return not after.limits or (bool(before.limits) and after.limits >= before.limits)


def keeps_index(old: str, new: str, known: Known) -> bool:
    """Tell whether an index on the plain column survives a change that rewrites nothing."""
    before, after = _resolved(old, known).name, _resolved(new, known).name
    return before == after or (before, after) in SAME_ORDER


def keeps_value(using: str | None, column: str, type_: str) -> bool:
    """Tell whether USING gives the value as it is: the column, or its cast to the new type."""
    if using is None:
        return True
    try:
        value = tree(f"SELECT {using}").select_stmt.target_list[0].res_target.val
    except NotRead:
        return False
    target = using.rpartition("::")[2] if value.WhichOneof("node") == "type_cast" else type_
    inner = value.type_cast.arg if value.WhichOneof("node") == "type_cast" else value
    names = [part.string.sval for part in inner.column_ref.fields]
    return names[-1:] == [column] and parsed(target) == parsed(type_)
