"""A change of any kind, with answers that fit a schema more often than not."""

from collections.abc import Callable, Mapping

from hypothesis import strategies as st

from protocol.discovery import Scalar
from protocol.names import quoted
from tests.tools.changes.random_schemas import DEFAULTS, VALUES, RandomColumn, RandomSchema, RandomTable

Answers = Mapping[str, Scalar]
Drawing = Callable[[st.DrawFn, RandomSchema, RandomTable], Answers]

WIDER = {
    "smallint": "integer",
    "integer": "bigint",
    "character varying(20)": "character varying(40)",
    "numeric(10,2)": "numeric(12,2)",
    "date": "timestamp without time zone",
    "text": "character varying",
    "uuid": "text",
}
"""A type, and one that takes all its values."""

FRESH = st.sampled_from(("fresh", "New One", "table", "naïve"))


def _column(draw: st.DrawFn, table: RandomTable, *types: str) -> RandomColumn:
    fitting = [column for column in table.plain if not types or column.type in types]
    return draw(st.sampled_from(fitting or list(table.plain)))


def _add_column(draw: st.DrawFn, _: RandomSchema, __: RandomTable) -> Answers:
    kind = draw(st.sampled_from(sorted(DEFAULTS)))
    default = draw(st.sampled_from(("none", DEFAULTS[kind])))
    return {"column": draw(FRESH), "type": kind, "nullable": default == "none", "default": default}


def _rename_column(draw: st.DrawFn, _: RandomSchema, table: RandomTable) -> Answers:
    return {"column": _column(draw, table).name, "new_name": draw(FRESH)}


def _of_column(draw: st.DrawFn, _: RandomSchema, table: RandomTable) -> Answers:
    return {"column": _column(draw, table).name}


def _change_type(draw: st.DrawFn, _: RandomSchema, table: RandomTable) -> Answers:
    column = _column(draw, table, *WIDER)
    return {"column": column.name, "type": WIDER.get(column.type, "text")}


def _set_not_null(draw: st.DrawFn, _: RandomSchema, table: RandomTable) -> Answers:
    column = _column(draw, table, *DEFAULTS)
    return {"column": column.name, "fill": DEFAULTS.get(column.type, "none")}


def _set_default(draw: st.DrawFn, _: RandomSchema, table: RandomTable) -> Answers:
    column = _column(draw, table, *DEFAULTS)
    return {"column": column.name, "default": DEFAULTS.get(column.type, "NULL")}


def _add_index(draw: st.DrawFn, _: RandomSchema, table: RandomTable) -> Answers:
    column = _column(draw, table, "text", "integer", "date")
    partial = draw(st.booleans())
    return {"keys": quoted(column.name), "where": f"{quoted(column.name)} IS NOT NULL" if partial else "none"}


def _add_check(draw: st.DrawFn, _: RandomSchema, table: RandomTable) -> Answers:
    column = _column(draw, table)
    return {"condition": f"{quoted(column.name)} IS NULL OR {quoted(column.name)} IS NOT NULL"}


def _add_unique(draw: st.DrawFn, _: RandomSchema, table: RandomTable) -> Answers:
    return {"columns": quoted(_column(draw, table, "bigint", "uuid").name)}


def _named_table(draw: st.DrawFn, _: RandomSchema, __: RandomTable) -> Answers:
    return {"new_name": draw(FRESH)}


def _create_table(draw: st.DrawFn, schema: RandomSchema, _: RandomTable) -> Answers:  # noqa: ARG001
    kind = draw(st.sampled_from(sorted(VALUES)))
    return {"table_name": f"{{schema}}.{quoted(draw(FRESH))}", "definition": f"id bigint PRIMARY KEY, v {kind}"}


def _set_values(draw: st.DrawFn, _: RandomSchema, table: RandomTable) -> Answers:
    column = _column(draw, table, *DEFAULTS)
    return {"assignments": f"{quoted(column.name)} = {DEFAULTS.get(column.type, 'NULL')}"}


def _copy_column(draw: st.DrawFn, _: RandomSchema, table: RandomTable) -> Answers:
    return {"column": _column(draw, table).name, "new_column": draw(FRESH)}


def _deduplicate(draw: st.DrawFn, _: RandomSchema, table: RandomTable) -> Answers:
    return {"columns": quoted(_column(draw, table, "integer", "text").name)}


def _comment(draw: st.DrawFn, _: RandomSchema, __: RandomTable) -> Answers:
    return {"comment": draw(st.sampled_from(("it's new", "none", "two\nlines")))}


def _nothing(_: st.DrawFn, __: RandomSchema, ___: RandomTable) -> Answers:
    return {}


KINDS: dict[str, Drawing] = {
    "add_check": _add_check,
    "add_column": _add_column,
    "add_comment": _comment,
    "add_index": _add_index,
    "add_unique": _add_unique,
    "change_type": _change_type,
    "copy_column": _copy_column,
    "create_table": _create_table,
    "deduplicate": _deduplicate,
    "drop_column": _of_column,
    "drop_default": _of_column,
    "drop_not_null": _of_column,
    "drop_table": _nothing,
    "rename_column": _rename_column,
    "rename_table": _named_table,
    "set_default": _set_default,
    "set_not_null": _set_not_null,
    "set_values": _set_values,
}


@st.composite
def answers(draw: st.DrawFn, kind: str, schema: RandomSchema) -> dict[str, Scalar]:
    """Answers to the questions of a kind; `{schema}` stands where the schema's name goes."""
    table = draw(st.sampled_from(schema.tables))
    found = dict(KINDS[kind](draw, schema, table))
    if kind != "create_table":
        found["table"] = f"{{schema}}.{table.name}"
    return found
