"""PostgreSQL's own grammar, version 18, through postgast: the only module that knows that library.

Everything is bounded here, because the library recurses: a statement of very many tokens is refused instead of parsed
into a tree, and a tree deeper than protobuf's limit of 100 messages is refused by protobuf.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib import import_module
from itertools import pairwise
from typing import Any

from tools.lint.actions import Relation

postgast: Any = import_module("postgast")  # by name, because mypy stops at a syntax error in the stubs of 0.2.0
pb: Any = import_module("postgast.pg_query_pb2")
protobuf: Any = import_module("google.protobuf.message")  # ships no stubs

MAX_TOKENS = 10_000
"""A chain of 60,000 operators overflows the C stack of libpg_query while it writes the tree out (measured)."""


BLOCK = '],"action":{'
"""What stands before a PL/pgSQL function's code in the JSON of libpg_query; no string in it can look like that."""


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


def plpgsql(statement: str) -> Any:
    """Return the tree of a DO block or a function in PL/pgSQL as lists and dictionaries; raise NotRead."""
    try:
        return postgast.parse_plpgsql(statement)
    except postgast.PgQueryError as error:
        raise NotRead(f"its PL/pgSQL is not read: {error.message}", broken=False) from error
    except json.JSONDecodeError as error:
        return _repaired(error.doc)
    except RecursionError as error:
        raise NotRead("its PL/pgSQL is nested too deeply", broken=False) from error


def _repaired(document: str) -> Any:
    """Mend what libpg_query 18 writes for a trigger's variables: one brace too many each (postgast 0.2.0, measured).

    Where that is not all, the variables are cut off.
    """
    try:
        return json.loads(document.replace(",{}}", ",{}"))
    except json.JSONDecodeError as error:
        start = document.find(BLOCK)
        if start < 0:
            raise NotRead("its PL/pgSQL is not read", broken=False) from error
        return json.JSONDecoder().raw_decode(document, start + len(BLOCK) - 1)[0]


def text_of(expression: Any) -> str:
    """Return the SQL text of an expression's node."""
    select = pb.SelectStmt(limit_option=pb.LIMIT_OPTION_DEFAULT, op=pb.SETOP_NONE)
    select.target_list.add().res_target.val.CopyFrom(expression)
    result = pb.ParseResult()
    result.stmts.add().stmt.select_stmt.CopyFrom(select)
    return _deparsed(result).removeprefix("SELECT ")


def _deparsed(result: Any) -> str:
    try:
        return str(postgast.deparse(result))
    except postgast.PgQueryError as error:
        raise NotRead(f"a part of it cannot be written out: {error.message}", broken=False) from error


def deparsed(statement: Any) -> str:
    """Return the SQL text of a statement's node."""
    result = pb.ParseResult()
    result.stmts.add().stmt.CopyFrom(statement)
    return _deparsed(result)


def text_or_none(expression: Any) -> str | None:
    """Return the SQL text of an expression's node, None where there is no expression."""
    return text_of(expression) if expression.WhichOneof("node") else None


def type_text(type_name: Any) -> str:
    """Return the SQL text of a type's node, such as `varchar(50)[]`."""
    nameless = pb.TypeName()
    nameless.CopyFrom(type_name)
    nameless.location = 0
    for modifier in nameless.typmods:
        modifier.a_const.location = 0
    return _type_text(nameless.SerializeToString(deterministic=True))


@lru_cache(maxsize=1024)
def _type_text(serialized: bytes) -> str:
    cast = pb.Node()
    cast.type_cast.type_name.ParseFromString(serialized)
    cast.type_cast.arg.a_const.isnull = True
    return text_of(cast).removeprefix("NULL::")


def functions_in(expression: str) -> tuple[str, ...]:
    """Return the functions an expression calls, as it names them; raise NotRead."""
    return called(tree(f"SELECT {expression}"))


def columns_in(expression: str) -> tuple[str, ...]:
    """Return the columns an expression names, `*` among them for all; raise NotRead."""
    return columns_of(tree(f"SELECT {expression}"))


def columns_of(node: Any) -> tuple[str, ...]:
    """Return the columns named anywhere under a node, without their tables; `*` stands for all of them."""
    last = (reference.fields[-1] for reference in under(node, "ColumnRef"))
    names = (part.string.sval if part.WhichOneof("node") == "string" else "*" for part in last)
    return tuple(dict.fromkeys(names))


def called(node: Any) -> tuple[str, ...]:
    """Return the functions called anywhere under a node, without a leading `pg_catalog`."""
    return tuple(function_name(call) for call in under(node, "FuncCall"))


def function_name(call: Any) -> str:
    return name_of(call.funcname).removeprefix("pg_catalog.")


def relation(node: Any) -> Relation:
    """Return the table of a RangeVar."""
    return Relation(schema_name=node.schemaname, name=node.relname)


def relations(nodes: Any) -> tuple[Relation, ...]:
    """Return the tables of a list of RangeVars."""
    return tuple(relation(node.range_var) for node in nodes)


def name_of(parts: Any) -> str:
    """Join the parts of a dotted name."""
    return ".".join(part.string.sval for part in parts)


def strings(nodes: Any) -> tuple[str, ...]:
    """Return the values of a list of strings."""
    return tuple(node.string.sval for node in nodes)


def relation_of(parts: Sequence[str]) -> Relation:
    """Return the relation of a dotted name's parts."""
    return Relation(schema_name=".".join(parts[:-1]), name=parts[-1])


def options(definitions: Any) -> tuple[str, ...]:
    """Return the names of a list of options, such as those of WITH (…)."""
    return tuple(definition.def_elem.defname for definition in definitions)


def word(node: Any, field: str) -> str:
    """Return the name of an enumeration's value, such as `AT_AddColumn`."""
    return _words(node.DESCRIPTOR, field)[getattr(node, field)]


@cache
def _words(descriptor: Any, field: str) -> dict[int, str]:
    values = descriptor.fields_by_name[field].enum_type.values_by_number
    return {number: str(value.name) for number, value in values.items()}


def under(node: Any, *kinds: str) -> Iterator[Any]:
    """Yield every message of these kinds under a node, the node included, in the order of the text's tree."""
    waiting = [node]
    while waiting:
        message = waiting.pop()
        if message.DESCRIPTOR.name in kinds:
            yield message
        waiting += reversed(list(_children(message)))


def _children(message: Any) -> Iterator[Any]:
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if isinstance(value, protobuf.Message):
            yield value
        else:
            yield from value


def _not_read(sql: str, error: Any) -> NotRead:
    """Its position counts characters from 1 (measured; postgast's documentation says bytes), 0 where it has none."""
    return NotRead(error.message, min(max(error.cursorpos - 1, 0), len(sql)))


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
