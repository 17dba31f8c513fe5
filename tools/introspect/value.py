"""Ask the server what it makes of a type and of an expression; nothing of it is executed for a row."""

import re
from typing import Literal, cast

import psycopg

from protocol.errors import BadAnswer
from protocol.facts import ValueFacts
from protocol.names import TableName
from tools.engines.postgres import Connection, one_value
from tools.introspect.read import SQL

STABLE_WORDS = frozenset(
    {"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "current_user", "user"}
    | {"session_user", "current_role", "current_catalog", "current_schema", "system_user"}
)
"""SQL functions that are called without parentheses; all of them are stable."""

Volatility = Literal["immutable", "stable", "volatile"]
STRENGTH: tuple[Volatility, ...] = ("immutable", "stable", "volatile")


def read_value(
    connection: Connection, table: TableName, type_: str, default: str | None, computed: str | None
) -> ValueFacts:
    """Check type and expression against the server; raise BadAnswer naming the question that is wrong."""
    oid, name = _type(connection, type_)
    expression = default or computed
    if expression is not None:
        source = f" FROM {table.sql}" if computed else ""
        _fits(connection, expression, name, source, "computed" if computed else "default")
    strength = _volatility(connection, expression or "")
    if default and strength == "immutable":
        _keeps_its_value(connection, default, name)
    return ValueFacts(
        type=name,
        constrained_domain=bool(one_value(connection, SQL["constrained_domain"], (oid,))),
        expression=expression,
        volatility=strength,
    )


def _type(connection: Connection, type_: str) -> tuple[int, str]:
    try:
        cursor = connection.execute(f"SELECT NULL::{type_} LIMIT 0")
    except psycopg.errors.Error as error:
        raise BadAnswer(f"type: the server does not know the type `{type_}` ({_said(error)}).") from None
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
    try:
        connection.execute(f"EXPLAIN SELECT ({expression})::{type_}{source}")
    except psycopg.errors.Error as error:
        raise BadAnswer(f"{question}: the server refuses `{expression}` as {type_} ({_said(error)}).") from None


def _keeps_its_value(connection: Connection, default: str, type_: str) -> None:
    """A cast cuts a string silently where ALTER TABLE would fail on it."""
    if re.match(r"(character|bit)", type_) is None:
        return
    if one_value(connection, f"SELECT ({default})::{type_}::text = ({default})::text") is False:
        raise BadAnswer(f"default: `{default}` does not fit into {type_}.")


def _volatility(connection: Connection, expression: str) -> Volatility:
    bare = re.sub(r"'(?:[^']|'')*'", "''", expression)
    called = re.findall(r'((?:"[^"]+"|\w+)(?:\s*\.\s*(?:"[^"]+"|\w+))*)\s*\(', bare)
    names = [_plain(name) for name in called]
    strongest = one_value(connection, SQL["volatility"], (names,)) or 0
    if set(re.findall(r"\w+", bare.lower())) & STABLE_WORDS:
        strongest = max(strongest, 1)
    return STRENGTH[cast(int, strongest)]


def _plain(name: str) -> str:
    parts = re.findall(r'"[^"]+"|\w+', name)
    return ".".join(part.strip('"') if part.startswith('"') else part.lower() for part in parts[-2:])


def _said(error: psycopg.Error) -> str:
    return " ".join((error.diag.message_primary or str(error)).split())
