"""Put the tables of a picture together: columns, indexes, constraints and all else that belongs to one table."""

from collections import defaultdict
from typing import Any, Literal

from protocol.picture import (
    ColumnShape,
    ConstraintShape,
    IndexShape,
    PolicyShape,
    TableShape,
    TriggerShape,
)
from tools.introspect.catalogue import KINDS, Catalogue, Row

GENERATED: dict[str, Literal["", "stored", "virtual"]] = {"": "", "s": "stored", "v": "virtual"}
IDENTITIES: dict[str, Literal["", "always", "by default"]] = {"": "", "a": "always", "d": "by default"}
REPLICA: dict[str, Literal["default", "nothing", "full", "index"]] = {
    "d": "default",
    "n": "nothing",
    "f": "full",
    "i": "index",
}

UNKNOWN_ROWS = 14_00_00
"""First version in which reltuples is -1 before the first VACUUM or ANALYZE; older ones say 0, as of an empty table."""


def pictured_tables(catalogue: Catalogue, version_num: int) -> tuple[TableShape, ...]:
    """Return every table and view, ordered by schema and name."""
    parts = {
        "columns": _columns(catalogue),
        "indexes": catalogue.by_table("indexes", lambda row: _index(catalogue, row)),
        "constraints": catalogue.by_table("constraints", lambda row: _constraint(catalogue, row)),
        "triggers": catalogue.by_table("triggers", lambda row: _trigger(catalogue, row)),
        "policies": catalogue.by_table("policies", _policy),
        "rules": catalogue.by_table("rules", _second),
        "statistics": catalogue.by_table("statistics", _second),
        "publications": catalogue.by_table("published", _second),
        "parents": catalogue.by_table("parents", lambda row: catalogue.names[row[1]]),
    }
    keys = {row[0]: row[1] for row in catalogue.with_expressions("partition_keys", "partition keys")}
    bounds = {row[0]: row[1] for row in catalogue.rows("partition_bounds")}
    return tuple(
        _table(
            catalogue,
            row,
            version_num,
            partition_key=keys.get(row[0], ""),
            partition_bound=bounds.get(row[0], ""),
            **{field: found[row[0]] for field, found in parts.items() if row[0] in found},
        )
        for row in catalogue.relations
        if row[3] in KINDS
    )


def _table(catalogue: Catalogue, row: Row, version_num: int, **parts: Any) -> TableShape:
    oid, _, _, kind, persistence, owner, rows, pages, secured, forced, replica, acl = row
    analysed = rows > 0 or pages > 0 or (rows == 0 and version_num >= UNKNOWN_ROWS)
    return TableShape(
        name=catalogue.names[oid],
        kind=KINDS[kind],
        owner=catalogue.role(owner),
        persistence="unlogged" if persistence == "u" else "permanent",
        rows=rows if analysed and rows >= 0 else None,
        pages=pages,
        row_security="off" if not secured else "forced" if forced else "on",
        replica_identity=REPLICA[replica],
        privileges=tuple(acl or ()),
        extension=catalogue.extension("class", oid),
        comment=catalogue.comments.get((oid, 0), ""),
        **parts,
    )


def _columns(catalogue: Catalogue) -> dict[int, tuple[ColumnShape, ...]]:
    types = _type_names(catalogue, {(row[3], row[4]) for row in catalogue.columns})
    used = sorted({row[8] for row in catalogue.columns if row[8]})
    collations: dict[int, str] = dict(catalogue.rows("collations", used))
    texts = {(row[0], row[1]): row[2] for row in catalogue.rows("defaults")}
    generated = catalogue.with_expressions("generated", "generation expressions")
    texts |= {(row[0], row[1]): row[2] for row in generated}
    comments = catalogue.comments
    made: dict[int, list[ColumnShape]] = defaultdict(list)
    for oid, number, name, type_, mod, not_null, gen, identity, collation, acl in catalogue.columns:
        made[oid].append(
            ColumnShape(
                name=name,
                type=types[type_, mod],
                nullable=not not_null,
                default=texts.get((oid, number)),
                generated=GENERATED[gen],
                identity=IDENTITIES[identity],
                collation=collations[collation] if collation else "",
                comment=comments.get((oid, number), ""),
                privileges=tuple(acl) if acl else (),
            )
        )
    return {oid: tuple(columns) for oid, columns in made.items()}


def _type_names(catalogue: Catalogue, used: set[tuple[int, int]]) -> dict[tuple[int, int], str]:
    ordered = sorted(used)
    rows = catalogue.rows("type_names", [oid for oid, _ in ordered], [mod for _, mod in ordered])
    return {(oid, mod): name for oid, mod, name in rows}


def _index(catalogue: Catalogue, row: Row) -> IndexShape:
    table, index, name, method, numbers, keys, unique, primary, valid, partial, replica, pages = row
    columns = catalogue.named(table, numbers)
    return IndexShape(
        name=name,
        columns=columns[:keys],
        included=columns[keys:],
        method=method,
        unique=unique,
        primary=primary,
        valid=valid,
        partial=partial,
        replica_identity=replica,
        pages=pages,
        comment=catalogue.comments.get((index, 0), ""),
    )


def _constraint(catalogue: Catalogue, row: Row) -> ConstraintShape:
    table, name, kind, numbers, validated, other, others = row
    return ConstraintShape(
        name=name,
        kind=kind,
        columns=catalogue.named(table, numbers or ()),
        validated=validated,
        references=catalogue.names.get(other),
        referenced_columns=catalogue.named(other, others or ()),
    )


def _trigger(catalogue: Catalogue, row: Row) -> TriggerShape:
    table, name, function, enabled, numbers = row
    return TriggerShape(name=name, function=function, enabled=enabled, columns=catalogue.named(table, numbers))


def _policy(row: Row) -> PolicyShape:
    return PolicyShape(name=row[1], command=row[2], permissive=row[3])


def _second(row: Row) -> Any:
    return row[1]
