"""Names and pieces of SQL that can be put into a statement without harm."""

import re
from typing import Annotated

import sqlglot
from pydantic import AfterValidator, Field
from sqlglot import exp
from sqlglot.errors import SqlglotError

from protocol.value import Value

RESERVED = frozenset(  # one block of words reads better than ninety list items
    """all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
    column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
    current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze
    from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit
    localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references
    returning right select session_user similar some symmetric system_user table tablesample then to trailing true
    union unique user using variadic verbose when where window with""".split()  # noqa: SIM905
)
"""Words that need quotes as a name: `pg_get_keywords()` with catcode R or T, PostgreSQL 18."""

MAX_NAME_BYTES = 63
"""NAMEDATALEN - 1; the server cuts longer names with a NOTICE only."""


def quoted(name: str) -> str:
    """Return `name` as an SQL identifier, in quotes where it needs them."""
    if re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return `text` as an SQL string constant (standard_conforming_strings is set on every connection of ours)."""
    return "'" + text.replace("'", "''") + "'"


def _a_name(name: str) -> str:
    if not name or "\x00" in name:
        raise ValueError("a name needs at least one character and no NUL")
    if len(name.encode()) > MAX_NAME_BYTES:
        raise ValueError(f"`{name}` is longer than {MAX_NAME_BYTES} bytes, PostgreSQL would cut it")
    return name


Name = Annotated[str, AfterValidator(_a_name)]


def derived_name(*parts: str) -> str:
    """Join parts to a name of at most 63 bytes; the longest part gives way."""
    kept = list(parts)
    while len("_".join(kept).encode()) > MAX_NAME_BYTES:
        longest = max(range(len(kept)), key=lambda i: len(kept[i]))
        kept[longest] = kept[longest][:-1]
    return "_".join(kept)


class TableName(Value):
    """A table with its schema; `sql` is what goes into a statement."""

    schema_name: Name = Field(default="public")
    name: Name

    @property
    def sql(self) -> str:
        return f"{quoted(self.schema_name)}.{quoted(self.name)}"

    def __str__(self) -> str:
        return self.name if self.schema_name == "public" else f"{self.schema_name}.{self.name}"


def _without_comment(parsed: exp.Expr) -> bool:
    return not any(node.comments for node in parsed.walk())


def _an_expression(text: str) -> str:
    """Accept one SQL expression: no statement separator, no comment, no subquery."""
    text = text.strip()
    try:
        parsed = sqlglot.parse_one(f"SELECT {text}", read="postgres")
    except SqlglotError as error:
        raise ValueError(f"`{text}` is not an SQL expression") from error
    fits = (
        isinstance(parsed, exp.Select)
        and len(parsed.expressions) == 1
        and not any(parsed.args.get(part) for part in parsed.args if part not in {"expressions", "kind"})
        and not isinstance(parsed.expressions[0], exp.Alias | exp.Star)
    )
    if not fits or not _without_comment(parsed) or "--" in _outside_strings(text) or "/*" in _outside_strings(text):
        raise ValueError(f"`{text}` is more than one SQL expression")
    if parsed.expressions[0].find(exp.Query):
        raise ValueError(f"`{text}` holds a subquery; a column's value may depend on its own row only")
    return text


def _outside_strings(text: str) -> str:
    return re.sub(r"'(?:[^']|'')*'", "''", text)


def _a_type(text: str) -> str:
    text = " ".join(text.split())
    try:
        parsed = exp.DataType.build(text, dialect="postgres", udt=True)
    except (SqlglotError, TypeError) as error:
        raise ValueError(f"`{text}` is not a column type") from error
    if not isinstance(parsed, exp.DataType) or re.search(r"--|/\*|;", text):
        raise ValueError(f"`{text}` is not a column type")
    return text


Expression = Annotated[str, AfterValidator(_an_expression)]
"""One SQL expression, as the person wrote it."""

SqlType = Annotated[str, AfterValidator(_a_type)]
"""One column type, as the server is asked for it."""
