"""Read the structure of a whole database: a few catalogue queries, none for each table.

Nothing waits for a lock on a table: what needs one (generation expressions, partition keys) is left out for the tables
another session holds with ACCESS EXCLUSIVE, and `Picture.not_seen` says so (measured on PostgreSQL 15, 16, 18).
"""

import gc
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Literal, cast

import psycopg
from psycopg.pq import TransactionStatus

from protocol.names import TableName
from protocol.picture import (
    ColumnShape,
    ConstraintShape,
    Definition,
    ExtensionShape,
    FunctionShape,
    IndexShape,
    Picture,
    PolicyShape,
    PublicationShape,
    SequenceShape,
    TableKind,
    TableShape,
    TriggerShape,
    TypeShape,
)
from tools.engines.postgres import Connection, one_value
from tools.named_sql import queries

SQL = queries("tools.introspect", "picture.sql")

PUBLISHED_SCHEMAS = 15_00_00
"""First version with FOR TABLES IN SCHEMA."""

Row = tuple[Any, ...]

KINDS: dict[str, TableKind] = {
    "r": "table",
    "p": "partitioned table",
    "f": "foreign table",
    "v": "view",
    "m": "materialised view",
}
TYPES = {"e": "enum", "d": "domain", "c": "composite", "r": "range", "b": "base"}
ROUTINES = {"f": "function", "p": "procedure", "a": "aggregate", "w": "window function"}
VOLATILITIES = {"i": "immutable", "s": "stable", "v": "volatile"}
GENERATED: dict[str, Literal["", "stored", "virtual"]] = {"": "", "s": "stored", "v": "virtual"}
IDENTITIES: dict[str, Literal["", "always", "by default"]] = {"": "", "a": "always", "d": "by default"}
REPLICA = {"d": "default", "n": "nothing", "f": "full", "i": "index"}


def schema_fingerprint(connection: Connection) -> str:
    """Return 32 hexadecimal digits that change with any structure of this database; computed on the server.

    It names objects by their identity: the same structure elsewhere, or created again, has another fingerprint.
    """
    return str(one_value(connection, SQL["fingerprint"]))


def read_picture(connection: Connection) -> Picture:
    """Read everything under one snapshot; temporary tables, system schemas and schema `whimbrel` are left out."""
    with _one_snapshot(connection), _without_collector():
        return _Reading(connection).picture()


def read_definitions(connection: Connection, tables: Sequence[TableName]) -> tuple[tuple[Definition, ...], tuple[str, ...]]:
    """Read the server's texts of the parts of these tables; the second part names in sentences what was locked."""
    schemas, names = [table.schema_name for table in tables], [table.name for table in tables]
    found: list[Definition] = []
    locked: list[str] = []
    for schema, name, oid in connection.execute(SQL["identities"], (schemas, names)).fetchall():
        table = TableName(schema_name=schema, name=name)
        try:
            with connection.transaction():
                rows = connection.execute(SQL["definitions"], (oid,)).fetchall()
        except psycopg.errors.LockNotAvailable:
            locked.append(f"The definitions of `{table}` were not read: another session holds a lock on it.")
            continue
        found += [Definition(table=table, kind=kind, name=part, sql=sql) for _, kind, part, sql in rows]
    return tuple(found), tuple(locked)


def _one_snapshot(connection: Connection) -> AbstractContextManager[object]:
    if connection.info.transaction_status != TransactionStatus.IDLE:
        return nullcontext()
    return _Snapshot(connection)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Nothing in a picture points back, so looking for cycles among its half a million parts is a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Snapshot:
    """A transaction that sees one state of the catalogue from its first query to its last."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._transaction = connection.transaction()

    def __enter__(self) -> None:
        self._transaction.__enter__()
        self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    def __exit__(self, *error: Any) -> None:
        self._transaction.__exit__(*error)


class _Reading:
    """One picture in the making: rows grouped by the relation they belong to."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._not_seen: list[str] = []
        self._relations = self._rows("relations")
        self._names = {
            row[0]: TableName(schema_name=row[1], name=row[2]) for row in self._relations if row[3] in KINDS
        }
        self._roles = dict(cast(list[tuple[int, str]], self._rows("roles")))
        self._columns = self._rows("columns")
        self._numbered: dict[int, dict[int, str]] = defaultdict(dict)
        for row in self._columns:
            self._numbered[row[0]][row[1]] = row[2]
        self._comments = {(oid, number): text for oid, number, text in self._rows("comments")}
        self._in_extension = {
            ("class" if is_class else "type" if is_type else "proc", oid): name
            for is_class, is_type, oid, name in self._rows("of_extensions")
        }

    def picture(self) -> Picture:
        version_num = self._connection.info.server_version
        return Picture(
            database=str(one_value(self._connection, "SELECT current_database()")),
            version_num=version_num,
            fingerprint=schema_fingerprint(self._connection),
            tables=self._tables(),
            sequences=self._sequences(),
            types=self._types(),
            functions=self._functions(),
            publications=self._publications(version_num),
            extensions=tuple(ExtensionShape(name=n, version=v, schema_name=s) for n, v, s in self._rows("extensions")),
            event_triggers=tuple(row[0] for row in self._rows("event_triggers")),
            not_seen=tuple(self._not_seen),
        )

    def _tables(self) -> tuple[TableShape, ...]:
        columns, indexes, constraints = self._columns_by_table(), self._indexes(), self._constraints()
        triggers = self._by_table("triggers", self._trigger)
        policies = self._by_table("policies", lambda r: PolicyShape(name=r[1], command=r[2], permissive=r[3]))
        rules, statistics = self._by_table("rules", _second), self._by_table("statistics", _second)
        published = self._by_table("published", _second)
        parents = self._by_table("parents", lambda row: self._names.get(row[1]))
        keys = {row[0]: row[1] for row in self._with_expressions("partition_keys", "partition keys")}
        bounds = {row[0]: row[1] for row in self._rows("partition_bounds")}
        return tuple(
            TableShape(
                name=self._names[oid],
                kind=KINDS[kind],
                owner=self._roles.get(owner, "?"),
                persistence="unlogged" if persistence == "u" else "permanent",
                rows=None if tuples < 0 else tuples,
                pages=pages,
                columns=columns.get(oid, ()),
                indexes=indexes.get(oid, ()),
                constraints=constraints.get(oid, ()),
                triggers=triggers.get(oid, ()),
                policies=policies.get(oid, ()),
                rules=rules.get(oid, ()),
                statistics=statistics.get(oid, ()),
                publications=published.get(oid, ()),
                parents=tuple(parent for parent in parents.get(oid, ()) if parent),
                partition_key=keys.get(oid, ""),
                partition_bound=bounds.get(oid, ""),
                row_security="forced" if secured and forced else "on" if secured else "off",
                replica_identity=cast(Any, REPLICA[replica]),
                privileges=tuple(acl or ()),
                extension=self._in_extension.get(("class", oid), ""),
                comment=self._comments.get((oid, 0), ""),
            )
            for oid, _, _, kind, persistence, owner, tuples, pages, _, secured, forced, replica, acl, _, _ in self._relations
            if kind in KINDS
        )

    def _columns_by_table(self) -> dict[int, tuple[ColumnShape, ...]]:
        types = self._type_names({(row[3], row[4]) for row in self._columns})
        collations = dict(self._rows("collations", sorted({row[8] for row in self._columns if row[8]})))
        texts = {(row[0], row[1]): row[2] for row in self._rows("defaults")}
        generated = self._with_expressions("generated", "generation expressions")
        texts |= {(row[0], row[1]): row[2] for row in generated}
        comments = self._comments
        made: dict[int, list[ColumnShape]] = defaultdict(list)
        for oid, number, name, type_, mod, not_null, gen, identity, collation, acl in self._columns:
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

    def _type_names(self, used: set[tuple[int, int]]) -> dict[tuple[int, int], str]:
        ordered = sorted(used)
        rows = self._rows("type_names", [id_ for id_, _ in ordered], [mod for _, mod in ordered])
        return {(id_, mod): name for id_, mod, name in rows}

    def _indexes(self) -> dict[int, tuple[IndexShape, ...]]:
        def build(row: Row) -> IndexShape:
            oid, index, name, method, numbers, keys, unique, primary, valid, partial, replica, pages = row
            columns = self._named(oid, numbers)
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
                comment=self._comments.get((index, 0), ""),
            )

        return self._by_table("indexes", build)

    def _constraints(self) -> dict[int, tuple[ConstraintShape, ...]]:
        def build(row: Row) -> ConstraintShape:
            oid, name, kind, numbers, validated, other, others = row
            return ConstraintShape(
                name=name,
                kind=kind,
                columns=self._named(oid, numbers or ()),
                validated=validated,
                references=self._names.get(other) if other else None,
                referenced_columns=self._named(other, others or ()),
            )

        return self._by_table("constraints", build)

    def _trigger(self, row: Row) -> TriggerShape:
        oid, name, function, enabled, numbers = row
        return TriggerShape(name=name, function=function, enabled=enabled, columns=self._named(oid, numbers))

    def _sequences(self) -> tuple[SequenceShape, ...]:
        details = {row[0]: row[1:] for row in self._rows("sequences")}
        return tuple(
            SequenceShape(
                name=TableName(schema_name=schema, name=name),
                type=details[oid][0],
                owned_by=self._names.get(details[oid][1]),
                column=self._numbered.get(details[oid][1], {}).get(details[oid][2], ""),
                identity=bool(details[oid][3]),
            )
            for oid, schema, name, kind, *_ in self._relations
            if kind == "S" and oid in details
        )

    def _types(self) -> tuple[TypeShape, ...]:
        return tuple(
            TypeShape(
                name=TableName(schema_name=schema, name=name),
                kind=cast(Any, TYPES[kind]),
                base=base,
                labels=tuple(labels),
                constraints=tuple(constraints),
                extension=self._in_extension.get(("type", oid), ""),
            )
            for oid, schema, name, kind, base, labels, constraints in self._rows("types")
        )

    def _functions(self) -> tuple[FunctionShape, ...]:
        return tuple(
            FunctionShape(
                name=TableName(schema_name=schema, name=name),
                arguments=arguments,
                result=result,
                kind=cast(Any, ROUTINES[kind]),
                language=language,
                volatility=cast(Any, VOLATILITIES[volatility]),
                security_definer=definer,
                extension=self._in_extension.get(("proc", oid), ""),
            )
            for oid, schema, name, arguments, result, kind, language, volatility, definer in self._rows("functions")
        )

    def _publications(self, version_num: int) -> tuple[PublicationShape, ...]:
        schemas: dict[int, list[str]] = defaultdict(list)
        if version_num >= PUBLISHED_SCHEMAS:
            for publication, schema in self._rows("published_schemas"):
                schemas[publication].append(schema)
        return tuple(
            PublicationShape(name=name, all_tables=every, schemas=tuple(schemas.get(oid, ())))
            for oid, name, every in self._rows("publications")
        )

    def _with_expressions(self, query: str, what: str) -> list[Row]:
        """Run a query that has the server write out expressions, without the tables that others hold locked."""
        locked = [row[0] for row in self._rows("locked")]
        for oid in locked:
            if oid in self._names:
                self._say(f"`{self._names[oid]}` is locked by another session: its {what} were not read.")
        try:
            with self._connection.transaction():
                return self._rows(query, locked)
        except psycopg.errors.LockNotAvailable:
            self._say(f"A table was locked while its {what} were read; none of the database's {what} are known.")
            return []

    def _say(self, sentence: str) -> None:
        self._not_seen.append(sentence)

    def _by_table(self, query: str, build: Callable[[Row], Any]) -> dict[int, tuple[Any, ...]]:
        made: dict[int, list[Any]] = defaultdict(list)
        for row in self._rows(query):
            if row[0] in self._names:
                made[row[0]].append(build(row))
        return {oid: tuple(parts) for oid, parts in made.items()}

    def _named(self, oid: int, numbers: Iterable[int]) -> tuple[str, ...]:
        names = self._numbered.get(oid, {})
        return tuple([names.get(number, "") for number in numbers])

    def _rows(self, query: str, *parameters: object) -> list[Row]:
        return self._connection.execute(SQL[query], parameters).fetchall()


def _second(row: Row) -> Any:
    return row[1]
