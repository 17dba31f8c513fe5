"""What ALTER COLUMN TYPE does to a table's rows, by the two types as the server spells them.

Measured on PostgreSQL 15, 16 and 18 by file node and debug messages; `tests/tools/changes/test_type_change.py` measures
every pair again. What is not known here counts as a rewrite.
"""

import re
from typing import Literal, NamedTuple

from protocol.value import Value

Touch = Literal["none", "in utc", "rewrite"]
"""`in utc`: no row is touched while the session's TimeZone is UTC, every row otherwise."""

STRINGS = frozenset({"text", "character varying", "character"})
NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
INTEGERS = {"smallint": 32_767, "integer": 2_147_483_647, "bigint": 9_223_372_036_854_775_807}
"""Integer types by their greatest value, which is also that of a sequence of the type."""

STAMP, STAMPTZ = "timestamp without time zone", "timestamp with time zone"
CLOCKS = frozenset(
    {STAMP, STAMPTZ, "time without time zone", "time with time zone", "date", "interval", "bytea", "money"}
)
"""Types whose text depends on the session: TimeZone, DateStyle, IntervalStyle, bytea_output, lc_monetary."""

FINEST = 6
"""Digits of a second that a time without a precision keeps."""

SAME_BYTES = {
    ("cidr", "inet"),
    ("xml", "text"),
    ("integer", "oid"),
    ("oid", "integer"),
    ("regclass", "oid"),
    ("oid", "regclass"),
}


class Effect(Value):
    """What the bare statement does, and why."""

    touch: Touch
    reason: str


class _Type(NamedTuple):
    base: str
    sizes: tuple[int, ...]


def base_of(type_: str) -> str:
    """The type without its sizes."""
    return _read(type_).base


def effect_of(old: str, new: str) -> Effect:
    """What changing a column of type `old` to `new` does, when the value is cast and nothing else."""
    was, now = _read(old), _read(new)
    if new.startswith("interval "):
        return _rewrites("fields of every interval may have to be cut off")
    if old.endswith("]") or new.endswith("]"):
        return _rewrites("every array is written again")
    if {was.base, now.base} <= STRINGS - {"character"}:
        return _of_strings(was, now)
    if was.base == now.base == "numeric":
        return _of_numerics(was, now)
    if was.base == now.base == "bit varying" or (was.base == "bit" and now == _Type("bit varying", ())):
        wider = not now.sizes or (bool(was.sizes) and now.sizes[0] >= was.sizes[0])
        return _touches_none("what fits before fits afterwards") if wider else _rewrites("every length is checked")
    if was.base in CLOCKS and now.base in CLOCKS:
        return _of_times(was, now)
    if (was.base, now.base) in SAME_BYTES:
        return _touches_none("both are stored as the same bytes")
    return _rewrites(f"{new} is not known to be stored as {old} is")


def cannot_fail(old: str, new: str) -> bool:
    """Whether the cast takes every value of `old`."""
    was, now = _read(old), _read(new)
    if now.base in ("text", "character varying") and not now.sizes and not new.endswith("]"):
        return True
    if effect_of(old, new).touch == "none":
        return True
    if was.base in NUMBERS[:3] and now.base in NUMBERS:
        return NUMBERS.index(was.base) <= NUMBERS.index(now.base) and not now.sizes
    if was.base == now.base == "numeric" and len(was.sizes) == len(now.sizes) == 2:
        return now.sizes[1] >= was.sizes[1] and now.sizes[0] - now.sizes[1] >= was.sizes[0] - was.sizes[1]
    return (was.base, now.base) in {("jsonb", "json"), ("real", "double precision")}


def depends_on_session(old: str, new: str) -> bool:
    """Whether two sessions may make different values of one by the bare cast."""
    was, now = base_of(old), base_of(new)
    if {was, now} & STRINGS:
        return bool({was, now} & CLOCKS)
    zoned, plain = {STAMPTZ, "time with time zone"}, {STAMP, "date", "time without time zone"}
    return (was in zoned and now in plain) or (was in plain and now in zoned)


def casts(old: str, new: str) -> Literal["by itself", "when told", "not known"]:
    """Whether a value is converted on assignment, or by an explicit cast only."""
    was, now = base_of(old), base_of(new)
    if now in STRINGS or was == now or {was, now} <= set(NUMBERS) or {was, now} == {"json", "jsonb"}:
        return "by itself"
    if effect_of(old, new).touch != "rewrite":
        return "by itself"
    return "when told" if was in STRINGS else "not known"


def _read(type_: str) -> _Type:
    found = re.fullmatch(r"([^(]*?)(?:\(([0-9, -]+)\))?( with(?:out)? time zone)?", type_)
    if found is None or type_.startswith("interval "):
        return _Type("interval" if type_.startswith("interval ") else type_, ())
    sizes = tuple(int(size) for size in found[2].split(",")) if found[2] else ()
    return _Type(found[1] + (found[3] or ""), sizes)


def _of_strings(was: _Type, now: _Type) -> Effect:
    if not now.sizes or (was.sizes and now.sizes[0] >= was.sizes[0]):
        return _touches_none("every value that fits before fits afterwards, and is stored the same")
    return _rewrites("every length has to be checked")


def _of_numerics(was: _Type, now: _Type) -> Effect:
    if not now.sizes:
        return _touches_none("a numeric without limits takes every value as it is stored")
    if was.sizes and was.sizes[1] == now.sizes[1] and now.sizes[0] >= was.sizes[0]:
        return _touches_none("only the number of digits before the point grows")
    return _rewrites("every value is rounded to the scale again")


def _of_times(was: _Type, now: _Type) -> Effect:
    if (now.sizes or (FINEST,))[0] < (was.sizes or (FINEST,))[0]:
        return _rewrites("every time is rounded")
    if was.base == now.base and was.base not in ("bytea", "money"):
        return _touches_none("no digit of a second is lost")
    if {was.base, now.base} == {STAMP, STAMPTZ}:
        return Effect(touch="in utc", reason="in UTC both are stored as the same number")
    return _rewrites(f"{now.base} is stored in another way than {was.base}")


def _touches_none(reason: str) -> Effect:
    return Effect(touch="none", reason=reason)


def _rewrites(reason: str) -> Effect:
    return Effect(touch="rewrite", reason=reason)
