"""The part of .gitignore that projects really use: names, folders, `*`, `?`, `**`, anchors and `!`."""

import re
from collections.abc import Sequence
from typing import NamedTuple


class Pattern(NamedTuple):
    regex: re.Pattern[str]
    folders_only: bool
    takes_back: bool


def patterns(text: str) -> tuple[Pattern, ...]:
    """Read the lines of a .gitignore; one that cannot be read as a pattern is left out."""
    lines = (line.rstrip() for line in text.splitlines())
    return tuple(_pattern(line) for line in lines if line.strip("/!") and not line.startswith("#"))


def is_ignored(path: str, is_folder: bool, rules: Sequence[Pattern]) -> bool:
    """Tell whether a path relative to the .gitignore is ignored; the last pattern that fits decides."""
    for rule in reversed(rules):
        if (is_folder or not rule.folders_only) and rule.regex.fullmatch(path):
            return not rule.takes_back
    return False


def _pattern(line: str) -> Pattern:
    takes_back = line.startswith("!")
    body = line.removeprefix("!").removeprefix("\\")
    folders_only = body.endswith("/")
    body = body.rstrip("/")
    anchored = "/" in body
    regex = ("" if anchored else "(?:.*/)?") + _regex(body.removeprefix("/"))
    return Pattern(re.compile(regex), folders_only, takes_back)


_PIECES = re.compile(r"\*\*/|/\*\*|\*|\?|\[!?[^\]]+\]|.", re.DOTALL)
_MEANING = {"**/": "(?:.*/)?", "/**": "/.*", "*": "[^/]*", "?": "[^/]"}


def _regex(body: str) -> str:
    return "".join(_MEANING.get(piece) or _one(piece) for piece in _PIECES.findall(body))


def _one(piece: str) -> str:
    if len(piece) == 1:
        return re.escape(piece)
    inside = piece[1:-1].replace("\\", "\\\\")
    return f"[^{inside[1:]}]" if inside.startswith("!") else f"[{inside}]"
