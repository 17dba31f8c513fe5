"""Walk through SQL as psql's own scanner does: what stands outside strings, quoted names and comments."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Kind = Literal["comment", "placeholder", ";", "\\"]

_MARKS = re.compile(
    r"""
      (?P<comment> --[^\n]* | /\* )
    | (?P<placeholder> (?<![:\w\]]) : (?: '[\w.-]*' | "[\w.-]*" | [^\W\d]\w* ) | \$\{ [^{}\n]+ \} )
    | (?<![\w$]) [eE]' (?: [^'\\] | \\. | '' )* (?: ' | \Z )
    | ' [^']* (?: ' | \Z )
    | " [^"]* (?: " | \Z )
    | (?<![\w$]) (?P<dollar> \$ (?: [^\W\d]\w* )? \$ )
    | (?P<mark> [;\\] )
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


class Mark(NamedTuple):
    """A comment, a semicolon, a backslash, or what a tool puts a text in for: `:name`, `:'name'`, `:"name"`, `${name}`.

    `start` and `end` count characters.
    """

    kind: Kind
    start: int
    end: int


def marks(sql: str, at: int = 0) -> Iterator[Mark]:
    """Yield, from `at` on, what stands outside strings; one left open reaches to the end of the text."""
    while found := _MARKS.search(sql, at):
        start, at = found.span()
        if found["dollar"]:
            at = _after(sql, found["dollar"], at)
        elif found["comment"]:
            at = _comment_end(sql, at) if found["comment"] == "/*" else at
            yield Mark("comment", start, at)
        elif found["placeholder"]:
            yield Mark("placeholder", start, at)
        elif found["mark"]:
            yield Mark(";" if found["mark"] == ";" else "\\", start, at)


def _after(sql: str, tag: str, at: int) -> int:
    end = sql.find(tag, at)
    return len(sql) if end < 0 else end + len(tag)


def _comment_end(sql: str, at: int) -> int:
    """Return where the comment ends that was opened before `at`; comments nest."""
    depth = 1
    for edge in _COMMENT_EDGE.finditer(sql, at):
        depth += 1 if edge[0] == "/*" else -1
        if depth == 0:
            return edge.end()
    return len(sql)
