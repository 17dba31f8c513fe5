"""PostgreSQL's own grammar, version 18, through postgast: the only module that knows that library.

Everything is bounded here, because the library recurses: a statement of very many tokens is refused instead of parsed
into a tree, and a tree deeper than protobuf's limit of 100 messages is refused by protobuf.
"""

import json
from collections.abc import Iterator
from importlib import import_module
from itertools import pairwise
from typing import Any

from tools.lint.actions import Relation

postgast: Any = import_module("postgast")  # by name, because mypy stops at a syntax error in the stubs of 0.2.0
pb: Any = import_module("postgast.pg_query_pb2")
protobuf: Any = import_module("google.protobuf.message")  # ships no stubs

MAX_TOKENS = 10_000
"""A chain of 60,000 operators overflows the C stack of libpg_query while it writes the tree out (measured)."""


class NotRead(Exception):
    """The text is no tree; `at` counts characters, `broken` says that the server would refuse it as well."""

    def __init__(self, reason: str, at: int = 0, *, broken: bool = True) -> None:
        super().__init__(reason)
        self.reason, self.at, self.broken = reason, at, broken


def split(sql: str) -> list[str]:
    """Return the statements of a file that is right from end to end; raise NotRead at its first error."""
    try:
        return list(postgast.split(sql, method="parser"))
    except postgast.PgQueryError as error:
        raise _not_read(sql, error) from error


def pieces(sql: str) -> list[str]:
    """Cut a file that has errors at every semicolon outside strings; a string left open makes it one piece.

    postgast's own scanner method drops a piece without a keyword in it, so it cannot be used.
    """
    try:
        tokens = postgast.scan(sql).tokens
    except postgast.PgQueryError:
        return [sql]
    encoded, cut = sql.encode(), [token.start for token in tokens if token.token == pb.ASCII_59]
    return [encoded[start:end].decode() for start, end in pairwise([0, *cut, len(encoded)])]


def tree(statement: str) -> Any:
    """Return the one statement's node of libpg_query; raise NotRead."""
    if len(statement) > MAX_TOKENS and len(postgast.scan(statement).tokens) > MAX_TOKENS:
        raise NotRead(f"it has more than {MAX_TOKENS:,} words", broken=False)
    try:
        return postgast.parse(statement).stmts[0].stmt
    except postgast.PgQueryError as error:
        raise _not_read(statement, error) from error
    except protobuf.DecodeError as error:
        raise NotRead("its expressions are nested too deeply", broken=False) from error


def text_of(expression: Any) -> str:
    """Return the SQL text of an expression's node."""
    select = pb.SelectStmt(limit_option=pb.LIMIT_OPTION_DEFAULT, op=pb.SETOP_NONE)
    select.target_list.add().res_target.val.CopyFrom(expression)
    result = pb.ParseResult()
    result.stmts.add().stmt.select_stmt.CopyFrom(select)
    return str(postgast.deparse(result)).removeprefix("SELECT ")


def type_text(type_name: Any) -> str:
    """Return the SQL text of a type's node, such as `varchar(50)[]`."""
    cast = pb.Node()
    cast.type_cast.type_name.CopyFrom(type_name)
    cast.type_cast.arg.a_const.isnull = True
    return text_of(cast).removeprefix("NULL::")


def functions_in(expression: str) -> tuple[str, ...]:
    """Return the functions an expression calls, as it names them; raise NotRead."""
    return called(tree(f"SELECT {expression}"))


def called(node: Any) -> tuple[str, ...]:
    """Return the functions called anywhere under a node, without a leading `pg_catalog`."""
    return tuple(name_of(call.funcname).removeprefix("pg_catalog.") for call in under(node, "FuncCall"))


def relation(node: Any) -> Relation:
    """Return the table of a RangeVar."""
    return Relation(schema_name=node.schemaname, name=node.relname)


def name_of(parts: Any) -> str:
    """Join the parts of a dotted name."""
    return ".".join(part.string.sval for part in parts)


def word(node: Any, field: str) -> str:
    """Return the name of an enumeration's value, such as `AT_AddColumn`."""
    values = node.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number
    return str(values[getattr(node, field)].name)


def under(node: Any, kind: str) -> Iterator[Any]:
    """Yield every message of one kind under a node, the node included."""
    if node.DESCRIPTOR.name == kind:
        yield node
    for field, value in node.ListFields():
        if field.message_type is None:
            continue
        for child in [value] if isinstance(value, protobuf.Message) else value:
            yield from under(child, kind)


def _not_read(sql: str, error: Any) -> NotRead:
    """Its position counts characters from 1 (measured; postgast's documentation says bytes), 0 where it has none."""
    return NotRead(error.message, min(max(error.cursorpos - 1, 0), len(sql)))


def plpgsql(create_function: str) -> Any:
    """Return the tree of a PL/pgSQL function as lists and dictionaries; raise NotRead.

    The tree of every trigger function has ten stray `}` in its list of variables (postgast 0.2.0, measured).
    """
    try:
        return postgast.parse_plpgsql(create_function)
    except postgast.PgQueryError as error:
        raise NotRead(error.message, broken=False) from error
    except json.JSONDecodeError as error:
        try:
            return json.loads(error.doc.replace(",{}}", ",{}"))
        except (json.JSONDecodeError, RecursionError) as again:
            raise NotRead("the parser's answer is no JSON", broken=False) from again
    except RecursionError as error:
        raise NotRead("it is nested too deeply", broken=False) from error


def words_of(sql: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names in a text, as the server would fold them, and its string constants; raise NotRead.

    Comments are neither. It reads PL/pgSQL as well: both have the same words.
    """
    try:
        tokens = postgast.scan(sql).tokens
    except postgast.PgQueryError as error:
        raise _not_read(sql, error) from error
    encoded = sql.encode()
    found = [(token.token, encoded[token.start : token.end].decode()) for token in tokens]
    names = tuple(
        text[1:-1].replace('""', '"') if text.startswith('"') else text.lower()
        for kind, text in found
        if text[0] == '"' or text[0].isalpha() or text[0] == "_" or not text[0].isascii()
        if kind != pb.SCONST
    )
    return names, tuple(text for kind, text in found if kind == pb.SCONST)


def without_values(sql: str) -> str:
    """Return a statement with `$n` for its constants and without comments, on one line; raise NotRead."""
    try:
        normal = postgast.normalize(sql)
        tokens = postgast.scan(normal).tokens
    except postgast.PgQueryError as error:
        raise _not_read(sql, error) from error
    encoded = normal.encode()
    for token in reversed(tokens):
        if token.token in (pb.SQL_COMMENT, pb.C_COMMENT):
            encoded = encoded[: token.start] + b" " + encoded[token.end :]
    return " ".join(encoded.decode().split())


def all_under(node: Any, kinds: frozenset[str]) -> dict[str, list[Any]]:
    """Return the messages of several kinds under a node, the node included, in one walk and in no order."""
    found: dict[str, list[Any]] = {kind: [] for kind in kinds}
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if (kind := one.DESCRIPTOR.name) in kinds:
            found[kind].append(one)
        for field, value in one.ListFields():
            if field.message_type is not None:
                waiting.extend([value] if isinstance(value, protobuf.Message) else value)
    return found
