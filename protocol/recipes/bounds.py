"""Read a partition's bounds, and say as a condition which rows they take, so that attaching needs no scan (R17).

PostgreSQL 15, 16 and 18 take these conditions as proof for range and list, of the partition and of the default
partition, with NULL, MINVALUE and several columns too (measured by "implied by existing constraints" at debug1).
For hash they take none: the server's own call of satisfies_hash_partition cannot be written by hand.
"""

import re
from itertools import takewhile

from protocol.clauses import Unclear, pieces, words
from protocol.facts import TableFacts
from protocol.names import TableName, quoted
from protocol.standing import Partitioning
from protocol.value import Value

NO_LIMIT = {"minvalue", "maxvalue"}


class Bounds(Value):
    """`sql` is what stands behind ATTACH PARTITION name; `condition` is None where nothing can be proved by it."""

    sql: str
    condition: str | None = None
    is_default: bool = False


def read(said: str, facts: TableFacts) -> Bounds:
    """Read `FROM (…) TO (…)`, `IN (…)`, `WITH (MODULUS m, REMAINDER r)` or DEFAULT; raise Unclear with a sentence."""
    assert facts.partitioning is not None, "bounds are asked for a partitioned table only"
    by = facts.partitioning
    text = re.sub(r"(?i)^\s*for\s+values\s+", "", said.strip())
    if text.lower() == "default":
        if by.by == "hash":
            raise Unclear("a table partitioned by hash has no default partition")
        return Bounds(sql="DEFAULT", is_default=True)
    match words(text)[:1][0].lower() if words(text) else "":
        case "from" if by.by == "range":
            return _range(text, facts, by)
        case "in" if by.by == "list":
            return _list(text, facts, by)
        case "with" if by.by == "hash":
            return _hash(text)
    raise Unclear(_wanted(facts, by))


def _wanted(facts: TableFacts, by: Partitioning) -> str:
    example = {
        "range": f"`FROM ({', '.join('…' for _ in by.keys)}) TO ({', '.join('…' for _ in by.keys)})`",
        "list": "`IN (…, …)`",
        "hash": "`WITH (MODULUS 4, REMAINDER 0)`",
    }[by.by]
    default = "" if by.by == "hash" else " or `DEFAULT`"
    return f"`{facts.name}` is partitioned by {by.by} of {', '.join(by.keys)}: say {example}{default}"


def _range(text: str, facts: TableFacts, by: Partitioning) -> Bounds:
    found = re.fullmatch(r"(?is)from\s*(\(.*\))\s*to\s*(\(.*\))", text)
    if found is None:
        raise Unclear(_wanted(facts, by))
    low, high = _values(found[1]), _values(found[2])
    if len(low) != len(by.keys) or len(high) != len(by.keys):
        raise Unclear(_wanted(facts, by))
    keys = _typed_keys(facts, by)
    parts = [f"{key} IS NOT NULL" for key, _ in keys]
    same = _same_start(low, high)
    parts += [f"{key} = {_typed(value, type_)}" for (key, type_), value in zip(keys[:same], low, strict=False)]
    for limits, sign in ((low, ">"), (high, "<")):
        parts += _beyond(keys[same:], limits[same:], sign)
    return Bounds(sql=f"FOR VALUES FROM ({', '.join(low)}) TO ({', '.join(high)})", condition=" AND ".join(parts))


def _same_start(low: tuple[str, ...], high: tuple[str, ...]) -> int:
    """How many leading values both bounds share: the server asks those to be equal."""
    shared = takewhile(lambda pair: pair[0] == pair[1] and pair[0].lower() not in NO_LIMIT, zip(low, high, strict=True))
    return len(list(shared))


def _beyond(keys: list[tuple[str, str | None]], values: tuple[str, ...], sign: str) -> list[str]:
    """The row stands beyond a bound: one alternative a column, flat, as the server writes and recognises them."""
    ways: list[str] = []
    equal: list[str] = []
    nothing = "minvalue" if sign == ">" else "maxvalue"
    for at, ((key, type_), value) in enumerate(zip(keys, values, strict=True)):
        if value.lower() in NO_LIMIT:
            break
        following = values[at + 1].lower() if at + 1 < len(values) else None
        or_equal = following == nothing or (following is None and sign == ">")
        ways.append(" AND ".join([*equal, f"{key} {sign}{'=' if or_equal else ''} {_typed(value, type_)}"]))
        equal.append(f"{key} = {_typed(value, type_)}")
    return ["(" + " OR ".join(f"({way})" for way in ways) + ")"] if ways else []


def _list(text: str, facts: TableFacts, by: Partitioning) -> Bounds:
    found = re.fullmatch(r"(?is)in\s*(\(.*\))", text)
    values = _values(found[1]) if found else ()
    if not values:
        raise Unclear(_wanted(facts, by))
    ((key, type_),) = _typed_keys(facts, by)
    some = ", ".join(_typed(value, type_) for value in values if value.lower() != "null")
    among = f"{key} IN ({some})" if some else ""
    if any(value.lower() == "null" for value in values):
        condition = f"{key} IS NULL OR {among}" if among else f"{key} IS NULL"
    else:
        condition = f"{key} IS NOT NULL AND {among}"
    return Bounds(sql=f"FOR VALUES IN ({', '.join(values)})", condition=condition)


def _hash(text: str) -> Bounds:
    found = re.fullmatch(r"(?i)with\s*\(\s*modulus\s+([0-9]+)\s*,\s*remainder\s+([0-9]+)\s*\)", text)
    if found is None or int(found[2]) >= int(found[1]):
        raise Unclear("say `WITH (MODULUS m, REMAINDER r)` with r below m")
    return Bounds(sql=f"FOR VALUES WITH (MODULUS {found[1]}, REMAINDER {found[2]})")


def _values(parenthesised: str) -> tuple[str, ...]:
    """What stands between one pair of parentheses."""
    pieces(parenthesised)  # raises where more than one pair is needed
    return tuple(value for value in pieces(parenthesised.strip()[1:-1]) if value)


def _typed_keys(facts: TableFacts, by: Partitioning) -> list[tuple[str, str | None]]:
    """Each key as SQL, with the column's type where it is a column."""
    types = {quoted(column.name): column.type for column in facts.table.columns}
    return [(key, types[key]) if key in types else (f"({key})", None) for key in by.keys]


def _typed(value: str, type_: str | None) -> str:
    return f"CAST({value} AS {type_})" if type_ else value


def is_inside(part: TableName, facts: TableFacts) -> bool:
    """The table is a partition of the other."""
    return facts.partitioning is not None and facts.partitioning.partition(part) is not None
