"""Cut a clause that was kept as typed: into its pieces at a comma, and a piece into its words."""

import re
from collections.abc import Iterator

_WORD = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<string>[A-Za-z]?'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")+")
    | (?P<name>[^\W0-9][\w$]*)
    | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)

_CLOSES = {"(": ")", "[": "]"}


class Unclear(ValueError):
    """The clause holds what two readers may end at different places; the message says what."""


def words(text: str) -> tuple[str, ...]:
    """The words of a clause without the spaces; raise Unclear where they are not one clause."""
    return tuple(word for word, _ in _walk(text) if not word.isspace())


def pieces(text: str, at: str = ",") -> tuple[str, ...]:
    """Cut at commas outside of parentheses and strings; raise Unclear."""
    found, piece = [], ""
    for word, depth in _walk(text):
        if word == at and depth == 0:
            found.append(piece)
            piece = ""
        else:
            piece += word
    return tuple(part.strip() for part in (*found, piece))


def plain(name: str) -> str:
    """An identifier as the catalogue spells it: a quoted one as it is, another in lower case."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()


def _walk(text: str) -> Iterator[tuple[str, int]]:
    """Yield each word, spaces too, with the depth of parentheses it stands in."""
    waiting: list[str] = []
    _refuse_strange(text)
    for found in _WORD.finditer(text):
        word = found.group()
        if word in ("'", '"'):
            raise Unclear("a quote is left open")
        if word in _CLOSES.values() and (not waiting or waiting.pop() != word):
            raise Unclear(f"a `{word}` closes nothing")
        yield word, len(waiting)
        if word in _CLOSES:
            waiting.append(_CLOSES[word])
    if waiting:
        raise Unclear(f"a `{waiting[-1]}` is missing")


def _refuse_strange(text: str) -> None:
    bare = re.sub(r"""'(?:[^']|'')*'|"(?:[^"]|"")*\"""", "''", text)
    if found := re.search(r";|--|/\*|\$\w*\$|[\x00\ud800-\udfff]|\b[eEuU]&?''", bare):
        raise Unclear(f"`{found.group()}` is not taken; write one clause, text in plain quotes, no comment")
