"""Pieces of statements as answers to questions take them."""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import Field

from protocol.discovery import Scalar
from protocol.names import quoted
from protocol.value import Value
from tools.lint.grammar import text_of, word


class NotTyped(Exception):
    """No kind of change says all that the statement says; the text is the reason."""


class SqlChange(Value):
    """A change and the answers to its own questions; `reason` says why it is `run_sql`, empty for the other kinds."""

    kind: str
    answers: dict[str, Scalar] = Field(default_factory=dict)
    statement: str
    reason: str = ""


SAID = {
    "access_method": "it names an access method",
    "constraints": "it has constraints of its own",
    "deferrable": "it is DEFERRABLE",
    "from_clause": "it reads another table",
    "inh_relations": "it inherits from another table",
    "nulls_not_distinct": "it is NULLS NOT DISTINCT",
    "of_typename": "it follows a composite type",
    "options": "it sets storage parameters",
    "partspec": "it is partitioned",
    "returning_clause": "it returns rows, and nobody reads them",
    "table_elts": "it has columns of its own",
    "table_space": "it names a tablespace",
    "tablespacename": "it names a tablespace",
    "indexspace": "it names a tablespace",
    "with_clause": "it has a WITH query",
    "collation": "it names a collation",
    "is_no_inherit": "it is NO INHERIT",
    "indexname": "it adopts an index that is there",
    "including": "it INCLUDEs columns",
    "without_overlaps": "it is WITHOUT OVERLAPS",
    "fk_with_period": "it is over a PERIOD",
    "fk_del_set_cols": "it sets single columns on delete",
}
"""What a statement may say that no question asks for, by the field of its node."""


def all_absent(node: Any, *fields: str) -> None:
    """Raise NotTyped for the first field that is set."""
    said = {field.name for field, value in node.ListFields() if value}
    for field in fields:
        if field in said:
            raise NotTyped(SAID[field])


def table_name(node: Any) -> str:
    """The table of a RangeVar as the question takes it: without quotes, for they are no part of the name."""
    return joined([name for name in (node.catalogname, node.schemaname, node.relname) if name])


def names_of(node: Any) -> list[str]:
    """The parts of a dotted name."""
    return [part.string.sval for part in node.list.items]


def relation_name(node: Any) -> str:
    """The dotted name of a table or an index as the question takes it."""
    return joined(names_of(node))


def joined(names: Sequence[str]) -> str:
    """A name that holds a dot would be read as a schema and another name, and so as another table."""
    if len(names) > 2:
        raise NotTyped("it names a database")
    if any(mark in name for name in names for mark in '."'):
        raise NotTyped("a name in it holds a dot or a quote")
    return ".".join(names)


def strings_of(nodes: Sequence[Any]) -> list[str]:
    return [part.string.sval for part in nodes]


def column_list(nodes: Sequence[Any]) -> str:
    return ", ".join(quoted(name) for name in strings_of(nodes))


def index_element(element: Any) -> str:
    """A column or expression with collation, operator class and order, as CREATE INDEX takes it."""
    if element.opclassopts:
        raise NotTyped("its operator class has parameters")
    what = quoted(element.name) if element.name else f"({text_of(element.expr)})"
    collation = f" COLLATE {_dotted(element.collation)}" if element.collation else ""
    opclass = f" {_dotted(element.opclass)}" if element.opclass else ""
    order = {"SORTBY_ASC": " ASC", "SORTBY_DESC": " DESC"}.get(word(element, "ordering"), "")
    nulls = {"SORTBY_NULLS_FIRST": " NULLS FIRST", "SORTBY_NULLS_LAST": " NULLS LAST"}
    return what + collation + opclass + order + nulls.get(word(element, "nulls_ordering"), "")


def _dotted(parts: Sequence[Any]) -> str:
    return ".".join(quoted(name) for name in strings_of(parts))


def behind(text: str, words: str, bound: Any) -> str:
    """What stands behind FOR VALUES in a statement, or DEFAULT."""
    if bound.is_default:
        return "DEFAULT"
    found = re.search(r"\s+".join(words.split()) + r"\s+(.*)\Z", text, re.IGNORECASE | re.DOTALL)
    if found is None:
        raise NotTyped("where its bounds stand cannot be told")
    return found[1].strip()


_PIECE = re.compile(
    r"""--[^\n\r]*|/\*.*?\*/|(\$\w*\$).*?\1|[eE]'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|.""", re.DOTALL
)


def in_parentheses(text: str) -> str:
    """What stands between the first parenthesis and the one that closes it; nothing else may follow."""
    depth, inside, after = 0, "", ""
    opened = False
    for found in _PIECE.finditer(text):
        piece = found.group()
        depth -= piece == ")" and opened
        if opened and depth == 0:
            after = text[found.end() :]
            break
        inside += piece if opened else ""
        depth += piece == "("
        opened = opened or piece == "("
    if not opened or depth or after.strip(" \t\n\r;"):
        raise NotTyped("more than columns and constraints stands in it")
    return inside.strip()
