"""SQL that stands in somebody's words, in a fence or bare, and the changes that it says."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from agent.models.hearing.heard import HeardChange
from agent.models.hearing.text import Span
from tools.discover import Heard
from tools.lint.grammar import NotRead, tree
from tools.lint.parse import parse
from tools.understand_sql import changes_in

FENCE = re.compile(
    r"```[^\S\n]*(?:sql|psql|postgres|postgresql|pgsql)?[^\S\n]*\n?(?P<sql>.*?)(?:```|\Z)", re.IGNORECASE | re.DOTALL
)
BEGINS = re.compile(
    r"(?<![\w'\"`.])(?:alter\s+(?:table|type|index|sequence|view|schema|database|role|domain|function)|create\s+(?:or\s+replace\s+)?"
    r"(?:unique\s+)?(?:table|index|type|view|materialized|function|trigger|sequence|schema|extension|policy|domain)"
    r"|drop\s+(?:table|index|type|view|materialized|function|trigger|sequence|schema|extension|policy|domain)"
    r"|comment\s+on|update\s+\S+\s+set|insert\s+into|delete\s+from|truncate|grant|revoke|vacuum|cluster|begin\s*;|set\s+\w+\s*="
    r"|with\s+\w+\s+as|select|do(?=\s*\$)|reindex|call|refresh)\b",
    re.IGNORECASE,
)
SAID_TOO = {"truncate", "vacuum", "grant", "revoke", "cluster", "reindex", "call", "refresh"}
"""Statements that read like sentences."""

TRIES = 60


class Pasted(NamedTuple):
    """A stretch of SQL with its changes, or the sentence for why PostgreSQL does not read it."""

    start: int
    end: int
    changes: tuple[HeardChange, ...]
    notes: tuple[str, ...]
    problem: str = ""


def pasted_in(words: str) -> tuple[Pasted, ...]:
    """Every stretch of SQL in the words, in order."""
    return tuple(_pasted(words, start, end, inner) for start, end, inner in _spans(words, Tries()))


class Tries:
    """How many more texts may be tried as SQL, for each is parsed."""

    def __init__(self) -> None:
        self.left = TRIES

    def reads(self, text: str) -> bool:
        self.left -= 1
        return _reads(text)


def _spans(words: str, tries: Tries) -> Iterator[tuple[int, int, Span]]:
    """Where SQL stands: from where to where in the words, and the SQL itself within."""
    at = 0
    for fence in FENCE.finditer(words):
        yield from _bare(words, at, fence.start(), tries)
        at = fence.end()
        if fence["sql"].strip():
            yield fence.start(), fence.end(), fence.span("sql")
    yield from _bare(words, at, len(words), tries)


def _bare(words: str, at: int, end: int, tries: Tries) -> Iterator[tuple[int, int, Span]]:
    while tries.left > 0 and (begins := BEGINS.search(words, at, end)):
        stop = _readable(words, begins.start(), end, tries)
        if stop and begins[0].islower() and _is_sentence(words[begins.start() : stop], words[stop : stop + 1]):
            stop = 0
        if stop:
            yield begins.start(), stop, (begins.start(), stop)
        at = stop or begins.end()


def _is_sentence(text: str, behind: str) -> bool:
    """“Truncate orders” may be said or typed; said, it has no semicolon."""
    first = text.split(maxsplit=1)[0].lower()
    return first in SAID_TOO and not (text.rstrip().endswith(";") or behind == ";")


def broken_in(words: str) -> str:
    """What PostgreSQL's grammar says of something that looks like SQL, and was not understood otherwise."""
    begins = re.search(r"\balter\s+(?:table|type)\b", words, re.IGNORECASE)
    reasons = changes_in(words[begins.start() :]).reasons if begins else ()
    return f"That SQL is not read: {reasons[0]}. Nothing was taken from it." if reasons else ""


def _readable(words: str, start: int, end: int, tries: Tries) -> int:
    """The furthest place up to which whole statements stand: 0 where there is none."""
    ends = {found.end() for found in re.finditer(r";|\n\s*\n|\n|[.?!](?=\s|\Z)", words[start:end])}
    places = sorted({end, *(start + one for one in ends)}, reverse=True)
    for place in places[: tries.left]:
        text = words[start:place].rstrip().rstrip(".?!`")
        if text and tries.reads(text):
            return start + len(text)
    return 0


def _reads(text: str) -> bool:
    statements = parse(text)
    try:
        for statement in statements:
            tree(statement.text)
    except (NotRead, IndexError):
        return False
    return bool(statements)


def _pasted(words: str, start: int, end: int, inner: Span) -> Pasted:
    sql = words[slice(*inner)].strip()
    changes: list[HeardChange] = []
    notes: list[str] = []
    for change in changes_in(sql).changes:
        if change.kind == "run_sql" and "grammar does not read" in change.reason:
            return Pasted(start, end, (), (), f"That SQL is not read: {change.reason}. Nothing was taken from it.")
        if change.reason:
            notes.append(f"“{_short(change.statement)}” can only be run as it is pasted: {change.reason}.")
        heard = (
            Heard(question=name, value=_said(value), quote=change.statement) for name, value in change.answers.items()
        )
        changes.append(HeardChange(change.kind, tuple(heard)))
    return Pasted(start, end, tuple(changes), tuple(notes))


def _said(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _short(statement: str) -> str:
    one_line = " ".join(statement.split())
    return one_line if len(one_line) <= 60 else one_line[:57] + "…"
