"""Ask the server what it makes of a type and of an expression; nothing of it is executed for a row."""

import re
from typing import Literal, cast

import psycopg
from psycopg.rows import TupleRow

from protocol.errors import BadAnswer
from protocol.facts import TableFacts, ValueFacts
from protocol.inquiry import Inquiry
from protocol.names import quoted
from tools.engines.postgres import Connection, one_value
from tools.introspect.read import SQL
from tools.introspect.standing import what_is_there

REFUSALS = (
    psycopg.ProgrammingError,
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.InternalError,
    psycopg.NotSupportedError,
)
"""The server refuses what it was asked; anything else, such as a lost connection, is no answer to the question."""

STABLE_WORDS = frozenset(
    {"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "current_user", "user"}
    | {"session_user", "current_role", "current_catalog", "current_schema", "system_user"}
)
"""SQL functions that are called without parentheses; all of them are stable."""

Volatility = Literal["immutable", "stable", "volatile"]
STRENGTH: tuple[Volatility, ...] = ("immutable", "stable", "volatile")


def read_value(connection: Connection, inquiry: Inquiry, over: TableFacts | None = None) -> ValueFacts:
    """Check a type and an expression against the server; raise BadAnswer naming the question that is wrong."""
    if inquiry.use in {"free name", "table there"}:
        return _name_as_asked(connection, inquiry)
    source = f" FROM {_rows_of(over)}" if over is not None else ""
    oid, name = _type(connection, inquiry.type, inquiry.type_question) if inquiry.type else (0, "")
    expression, strength = inquiry.expression, STRENGTH[0]
    if expression is not None:
        name = name or _own_type(connection, expression, source, inquiry)
        _fits(connection, expression, name, source, inquiry.question)
        if inquiry.use != "using":
            _is_assigned(connection, expression, name, source, inquiry.question)
        strength = _volatility(connection, expression, source)
    if inquiry.use == "default" and expression and strength == "immutable":
        _keeps_its_value(connection, expression, name, inquiry.question)
    return ValueFacts(
        question=inquiry.question,
        type=name,
        constrained_domain=bool(oid and one_value(connection, SQL["constrained_domain"], (oid,))),
        expression=expression,
        volatility=strength,
    )


def _name_as_asked(connection: Connection, inquiry: Inquiry) -> ValueFacts:
    assert inquiry.table is not None
    found, table = what_is_there(connection, inquiry.table), inquiry.table
    if inquiry.use == "free name" and found is not None and table.schema_name == "whimbrel":
        raise BadAnswer(f"{inquiry.question}: `{table}` is still there from an earlier run; drop or rename it first.")
    if inquiry.use == "free name" and found is not None:
        raise BadAnswer(f"{inquiry.question}: `{table}` is taken, by {found}; another name is needed.")
    if inquiry.use == "table there" and found != "a table":
        raise BadAnswer(f"{inquiry.question}: there is no table `{table}`" + (f", but {found}." if found else "."))
    return ValueFacts(question=inquiry.question, type="")


def _rows_of(facts: TableFacts) -> str:
    """The table, or where an earlier change of the request will have altered it, a row of NULLs with its columns.

    Nothing is run for that row, and no LIMIT keeps the planner from looking through it for what is volatile.
    """
    if not facts.foreseen:
        return facts.name.sql
    columns = ", ".join(f"NULL::{column.type} AS {quoted(column.name)}" for column in facts.table.columns)
    return f"(SELECT {columns}) AS {quoted(facts.name.name)}"


def _own_type(connection: Connection, expression: str, source: str, inquiry: Inquiry) -> str:
    """The type that an expression has by itself; a condition has to be boolean."""
    try:
        cursor = _ask(connection, f"SELECT ({expression}){source} LIMIT 0")
    except REFUSALS as error:
        raise BadAnswer(f"{inquiry.question}: the server refuses `{expression}` ({_said(error)}).") from None
    assert cursor.description is not None
    name = str(one_value(connection, SQL["type_name"], (cursor.description[0].type_code, -1)))
    if inquiry.use == "condition" and name != "boolean":
        raise BadAnswer(f"{inquiry.question}: `{expression}` is of type {name}, and a condition is true or false.")
    return name


def _type(connection: Connection, type_: str, question: str) -> tuple[int, str]:
    try:
        cursor = _ask(connection, f"SELECT NULL::{type_} LIMIT 0")
    except REFUSALS as error:
        raise BadAnswer(f"{question}: the server does not know the type `{type_}` ({_said(error)}).") from None
    assert cursor.description is not None
    assert cursor.pgresult is not None
    oid = cursor.description[0].type_code
    name = one_value(connection, SQL["type_name"], (oid, cursor.pgresult.fmod(0)))
    domain = one_value(connection, "SELECT format_type(to_regtype($1), NULL)", (type_,))
    base_of_domain = one_value(connection, "SELECT typtype = 'd' FROM pg_type WHERE oid = to_regtype($1)", (type_,))
    if base_of_domain:
        return int(one_value(connection, "SELECT to_regtype($1)::oid::bigint", (type_,))), str(domain)
    return oid, str(name)


def _fits(connection: Connection, expression: str, type_: str, source: str, question: str) -> None:
    """Put it into a WHERE, where an aggregate, a window or a set is refused as in a column's value."""
    try:
        _ask(connection, f"EXPLAIN SELECT{source} WHERE (({expression})::{type_}) IS NULL")
    except REFUSALS as error:
        raise BadAnswer(f"{question}: the server refuses `{expression}` as {type_} ({_said(error)}).") from None


def _is_assigned(connection: Connection, expression: str, type_: str, source: str, question: str) -> None:
    """A cast may pass where ALTER TABLE and UPDATE fail: `1::boolean` is legal, DEFAULT 1 of a boolean is not."""
    try:
        _ask(connection, f"EXPLAIN SELECT CASE WHEN false THEN NULL::{type_} ELSE ({expression}) END{source}")
    except REFUSALS:
        cursor = _ask(connection, f"SELECT ({expression}), NULL::{type_}{source} LIMIT 0")
        given, wanted = (column.type_code for column in cursor.description or ())
        if one_value(connection, SQL["only_by_explicit_cast"], (given, wanted)):
            said = one_value(connection, SQL["type_name"], (given, -1))
            raise BadAnswer(
                f"{question}: `{expression}` is of type {said}, which a column of type {type_} does not take; "
                "write the value as that type."
            ) from None


def _keeps_its_value(connection: Connection, default: str, type_: str, question: str) -> None:
    """A cast cuts a string silently where ALTER TABLE would fail on it; a domain's CHECK speaks only when it is run."""
    try:
        kept = _ask(connection, f"SELECT ({default})::{type_}::text = ({default})::text").fetchone()
    except REFUSALS as error:
        raise BadAnswer(f"{question}: the server refuses `{default}` as {type_} ({_said(error)}).") from None
    if re.match(r"(character|bit)", type_) and kept == (False,):
        raise BadAnswer(f"{question}: `{default}` does not fit into {type_}.")


def _volatility(connection: Connection, expression: str, source: str) -> Volatility:
    """Take the names it calls, and the planner's own word for what names do not show: operators, casts, odd strings."""
    if _planner_calls_it_volatile(connection, expression, source):
        return "volatile"
    bare = re.sub(r"'(?:[^']|'')*'", "''", expression)
    called = re.findall(r'((?:"[^"]+"|\w+)(?:\s*\.\s*(?:"[^"]+"|\w+))*)\s*\(', bare)
    names = [_plain(name) for name in called]
    strongest = one_value(connection, SQL["volatility"], (names,)) or 0
    if set(re.findall(r"\w+", bare.lower())) & STABLE_WORDS:
        strongest = max(strongest, 1)
    return STRENGTH[cast(int, strongest)]


def _planner_calls_it_volatile(connection: Connection, expression: str, source: str) -> bool:
    """A subquery with a volatile function in its list is never pulled up, so the plan keeps a scan of it (measured)."""
    inner = f"SELECT ({expression}) AS value{source}"
    plan = _ask(connection, f"EXPLAIN (COSTS OFF) SELECT FROM ({inner}) AS whimbrel_asked WHERE value IS NOT NULL")
    return any("Subquery Scan on whimbrel_asked" in line for (line,) in plan)  # a foreseen table is a subquery too


def _plain(name: str) -> str:
    parts = re.findall(r'"[^"]+"|\w+', name)
    return ".".join(part.strip('"') if part.startswith('"') else part.lower() for part in parts[-2:])


def _ask(connection: Connection, sql: str) -> psycopg.Cursor[TupleRow]:
    """Run one statement; the extended protocol refuses a second one that a parser of ours might have overlooked."""
    return connection.execute(sql, binary=True)


def _said(error: psycopg.Error) -> str:
    return " ".join((error.diag.message_primary or str(error)).split())
