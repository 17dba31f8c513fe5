"""Put together what is in a picture beside the tables: sequences, types, functions, publications, extensions."""

from collections import defaultdict
from typing import Literal

from protocol.names import TableName
from protocol.picture import ExtensionShape, FunctionShape, PublicationShape, SequenceShape, TypeShape
from tools.introspect.catalogue import Catalogue

PUBLISHED_SCHEMAS = 15_00_00
"""First version with FOR TABLES IN SCHEMA."""

TYPES: dict[str, Literal["enum", "domain", "composite", "range", "base"]] = {
    "e": "enum",
    "d": "domain",
    "c": "composite",
    "r": "range",
    "b": "base",
}
ROUTINES: dict[str, Literal["function", "procedure", "aggregate", "window function"]] = {
    "f": "function",
    "p": "procedure",
    "a": "aggregate",
    "w": "window function",
}
VOLATILITIES: dict[str, Literal["immutable", "stable", "volatile"]] = {"i": "immutable", "s": "stable", "v": "volatile"}


def pictured_sequences(catalogue: Catalogue) -> tuple[SequenceShape, ...]:
    details = {row[0]: row[1:] for row in catalogue.rows("sequences")}
    return tuple(
        SequenceShape(
            name=TableName(schema_name=schema, name=name),
            type=details[oid][0],
            owned_by=catalogue.names.get(details[oid][1]),
            column="".join(catalogue.named(details[oid][1], [details[oid][2]])),
            identity=bool(details[oid][3]),
        )
        for oid, schema, name, kind, *_ in catalogue.relations
        if kind == "S" and oid in details
    )


def pictured_types(catalogue: Catalogue) -> tuple[TypeShape, ...]:
    return tuple(
        TypeShape(
            name=TableName(schema_name=schema, name=name),
            kind=TYPES[kind],
            base=base,
            labels=tuple(labels),
            constraints=tuple(constraints),
            extension=catalogue.extension("type", oid),
        )
        for oid, schema, name, kind, base, labels, constraints in catalogue.rows("types")
    )


def pictured_functions(catalogue: Catalogue) -> tuple[FunctionShape, ...]:
    return tuple(
        FunctionShape(
            name=TableName(schema_name=schema, name=name),
            arguments=arguments,
            result=result,
            kind=ROUTINES[kind],
            language=language,
            volatility=VOLATILITIES[volatility],
            security_definer=definer,
            extension=catalogue.extension("proc", oid),
        )
        for oid, schema, name, arguments, result, kind, language, volatility, definer in catalogue.rows("functions")
    )


def pictured_publications(catalogue: Catalogue, version_num: int) -> tuple[PublicationShape, ...]:
    schemas: dict[int, list[str]] = defaultdict(list)
    if version_num >= PUBLISHED_SCHEMAS:
        for publication, schema in catalogue.rows("published_schemas"):
            schemas[publication].append(schema)
    return tuple(
        PublicationShape(name=name, all_tables=every, schemas=tuple(schemas[oid]))
        for oid, name, every in catalogue.rows("publications")
    )


def pictured_extensions(catalogue: Catalogue) -> tuple[ExtensionShape, ...]:
    return tuple(
        ExtensionShape(name=name, version=version, schema_name=schema)
        for name, version, schema in catalogue.rows("extensions")
    )
