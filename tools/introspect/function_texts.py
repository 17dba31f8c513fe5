"""Say which functions use a table by what their text says; PostgreSQL itself does not know."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from protocol.dependants import FATES, Dependant, Kind
from protocol.names import TableName, quoted
from tools.engines.postgres import Connection
from tools.introspect.bodies import Body, Function, Reference, name_pattern, read_body, references_to
from tools.named_sql import queries

SQL = queries("tools.introspect", "dependants.sql")

PARSED = frozenset({"sql", "plpgsql"})


@dataclass(frozen=True)
class _Root:
    """A table asked about, all the schemas that have a relation of its name, and its columns."""

    oid: int
    table: TableName
    schemas: tuple[str, ...]
    columns: tuple[str, ...]

    def among(self, names: Iterable[str]) -> tuple[str, ...]:
        """Its columns among these names, in its order; a name may be a variable's or another table's column too."""
        wanted = set(names)
        return tuple(column for column in self.columns if column in wanted)


@dataclass(frozen=True)
class _Text:
    """A function and what its text refers to."""

    name: str
    language: str
    body: Body
    path: tuple[str, ...]
    own_path: bool
    fires_on: frozenset[int]
    fires_elsewhere: tuple[str, ...]
    named: bool


def function_texts(connection: Connection, tables: Sequence[tuple[Any, ...]], path: list[str]) -> Iterator[Dependant]:
    """Yield the functions, and the triggers elsewhere that run them; `tables` are rows of the query `tables`."""
    roots = [_Root(row[0], TableName(schema_name=row[1], name=row[2]), tuple(row[5]), tuple(row[6])) for row in tables]
    pattern = name_pattern(root.table.name for root in roots)
    oids = [root.oid for root in roots]
    for row in connection.execute(SQL["bodies"], (pattern, oids)).fetchall():
        text = _text(row, path)
        for root in roots:
            yield from _dependants(text, root)


def _text(row: tuple[Any, ...], path: list[str]) -> _Text:
    _, name, language, source, modes, names, types, result, own_path, fires_on, elsewhere, named = row
    body = Body(parsed=False)
    if language in PARSED:
        arguments = tuple(zip(modes, names, types, strict=False))
        body = read_body(Function(language, source, arguments, _result(result, modes)))
    return _Text(
        name=name,
        language=language,
        body=body,
        path=tuple(path if own_path is None else _schemas(own_path)),
        own_path=own_path is not None,
        fires_on=frozenset(fires_on),
        fires_elsewhere=tuple(elsewhere),
        named=named,
    )


def _result(result: str, modes: list[str]) -> str:
    """A function with OUT arguments may not name another result than they give."""
    outs = {"o", "b", "t"} & set(modes)
    return result if not outs or result.startswith("SETOF") else "record"


def _schemas(setting: str) -> list[str]:
    """Split a search_path as SET wrote it down."""
    parts = re.findall(r'"(?:[^"]|"")*"|[^,\s]+', setting)
    return [part[1:-1].replace('""', '"') if part.startswith('"') else part.lower() for part in parts]


def _dependants(text: _Text, root: _Root) -> Iterator[Dependant]:
    if text.language not in PARSED:
        if text.named or root.oid in text.fires_on:
            yield _dependant(text, root, "function in another language", f"{text.language}: its text is not read")
        return
    yield from _of_own_trigger(text, root)
    references = list(references_to(text.body, root.table.name, root.table.schema_name, _hidden(text, root)))
    if references:
        yield from _by_statements(text, root, references)
    elif root.table.name in text.body.words and not _means_another(text, root):
        note = "its words name it, its statements do not" if text.body.parsed else "only its words could be read"
        yield _dependant(text, root, "function", note, text.body.words)
    if text.body.dynamic:
        yield _dependant(text, root, "function with dynamic SQL", _dynamic_note(text, root))


def _of_own_trigger(text: _Text, root: _Root) -> Iterator[Dependant]:
    """A function that a trigger of the table runs uses its columns through NEW and OLD."""
    if root.oid not in text.fires_on:
        return
    if not text.body.parsed:
        yield _dependant(text, root, "trigger function", "only its words could be read", text.body.words)
    elif root.among(text.body.row_fields):
        yield _dependant(text, root, "trigger function", "uses columns of NEW and OLD", text.body.row_fields)


def _by_statements(text: _Text, root: _Root, references: list[Reference]) -> Iterator[Dependant]:
    columns = {column for reference in references for column in text.body.columns[reference]}
    whole = "*" in columns
    if whole or not text.body.parsed:
        columns |= text.body.fields | (frozenset() if text.body.parsed else text.body.words)
    note = f"{text.language}; its text is read only when it runs"
    if all(not schema for schema, _ in references) and not text.own_path and root.table.schema_name not in text.path:
        note += f"; means it if {quoted(root.table.schema_name)} is on the caller's search_path"
    yield _dependant(text, root, "function", note, columns, every=whole)
    for trigger in text.fires_elsewhere:
        yield _dependant(text, root, "trigger elsewhere", f"runs {text.name}", columns, every=whole, name=trigger)


def _dependant(
    text: _Text,
    root: _Root,
    kind: Kind,
    note: str,
    columns: Iterable[str] = (),
    *,
    every: bool = False,
    name: str = "",
) -> Dependant:
    return Dependant(
        table=root.table,
        kind=kind,
        name=name or text.name,
        note=note,
        columns=root.among(columns),
        all_columns=every,
        fate=FATES[kind],
    )


def _hidden(text: _Text, root: _Root) -> bool:
    """Say whether a bare name means a relation of another schema, going by the search_path."""
    first = next((schema for schema in text.path if schema in root.schemas), None)
    if first is None:
        return text.own_path
    return first != root.table.schema_name


def _means_another(text: _Text, root: _Root) -> bool:
    """Only another table of the same name is named, by its schema or by the path."""
    return text.body.parsed and any(name == root.table.name for _, name in text.body.relations)


def _dynamic_note(text: _Text, root: _Root) -> str:
    if any(root.table.name in string for string in text.body.strings):
        return "builds SQL at run time; a string in it names the table"
    return "builds SQL at run time"
