"""Find all that stands on tables and on their columns: from the catalogue, and from the texts of functions.

A handful of queries for however many tables; none takes a lock on a table, so one that is held exclusively does not
keep us from reading. Where the text of a function decides, `tools.introspect.bodies` reads it.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from protocol.dependants import FATES, Dependant, Kind
from protocol.names import TableName, quoted
from tools.engines.postgres import Connection, one_value
from tools.introspect.function_texts import function_texts
from tools.named_sql import queries

SQL = queries("tools.introspect", "dependants.sql")

PUBLISHED_SCHEMAS = 15_00_00
"""First version with FOR TABLES IN SCHEMA."""

CATALOGUED = ("depending", "constraints", "triggers", "kinship", "defaults", "publications", "small_things")
"""Queries whose rows are (table, kind, name, note, columns)."""

Row = tuple[Any, ...]


def read_dependants(
    connection: Connection, tables: Sequence[TableName], columns: Mapping[TableName, Sequence[str]] | None = None
) -> tuple[Dependant, ...]:
    """Return what stands on these tables; `columns` narrows a table to what a change of those columns can concern.

    Tables that do not exist have none. The order is by table as asked, then kind, depth and name.
    """
    schemas, names = [table.schema_name for table in tables], [table.name for table in tables]
    found = connection.execute(SQL["tables"], (schemas, names)).fetchall()
    roots = {row[0]: TableName(schema_name=row[1], name=row[2]) for row in found}
    if not roots:
        return ()
    every = [
        *_catalogued(connection, roots),
        *_views(connection, roots),
        *function_texts(connection, found, list(one_value(connection, SQL["search_path"]))),
    ]
    wanted = columns or {}
    place = {table: number for number, table in enumerate(tables)}
    kept = [one for one in every if one.table not in wanted or _concerns(one, wanted[one.table])]
    return tuple(sorted(kept, key=lambda one: (place[one.table], one.kind, one.depth, one.name, one.note)))


def _concerns(dependant: Dependant, columns: Iterable[str]) -> bool:
    """What cannot be known cannot be left out either."""
    return dependant.uses(columns) or dependant.fate.drop_column == "cannot be known"


def _catalogued(connection: Connection, roots: dict[int, TableName]) -> Iterator[Dependant]:
    oids = list(roots)
    names = list(CATALOGUED)
    if connection.info.server_version >= PUBLISHED_SCHEMAS:
        names.append("published_schemas")
    rows = [row for name in names for row in connection.execute(SQL[name], (oids,))]
    backing = {
        (row[0], row[2]) for row in rows if row[1] in ("primary key", "unique constraint", "exclusion constraint")
    }
    for oid, kind, name, note, columns in _merged(rows):
        if kind == "index" and (oid, name.rpartition(".")[2].strip('"')) in backing:
            continue
        yield Dependant(table=roots[oid], kind=kind, name=name, note=note, columns=tuple(columns), fate=FATES[kind])


def _merged(rows: list[Row]) -> list[tuple[int, Kind, str, str, list[str]]]:
    """Put rows on one dependant together: a function may depend on a table in two ways."""
    merged: dict[tuple[int, Kind, str, str], list[str]] = {}
    for oid, kind, name, note, columns in rows:
        known = merged.setdefault((oid, kind, name, note), [])
        known += [column for column in columns if column not in known]
    return [(*key, columns) for key, columns in merged.items()]


def _views(connection: Connection, roots: dict[int, TableName]) -> Iterator[Dependant]:
    """Walk from each table to the views on it, the nearest first, each once."""
    edges: dict[int, list[Row]] = defaultdict(list)
    for row in connection.execute(SQL["views"], (list(roots),)):
        edges[row[0]].append(row)
    for root, table in roots.items():
        seen = {root}
        waiting: deque[tuple[int, tuple[str, ...]]] = deque([(root, ())])
        while waiting:
            below, path = waiting.popleft()
            for _, view, materialised, name, columns, as_a_whole in edges.get(below, ()):
                if view in seen:
                    continue
                seen.add(view)
                waiting.append((view, (*path, name)))
                kind: Kind = "materialised view" if materialised else "view"
                yield Dependant(
                    table=table,
                    kind=kind,
                    name=name,
                    note=_note(columns, as_a_whole, path),
                    columns=() if path else tuple(columns),
                    depth=len(path) + 1,
                    path=path,
                    fate=FATES[kind],
                )


def _note(columns: Sequence[str], as_a_whole: bool, path: tuple[str, ...]) -> str:
    if path:
        return f"through {path[-1]}"
    if as_a_whole and not columns:
        return "uses its rows, no column by name"
    return "uses " + ", ".join(quoted(column) for column in columns)
