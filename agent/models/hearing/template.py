"""Phrases as templates: `(drop|remove) [column] {column} from <table>`, and how they are matched.

`(a|b)` is a choice, `[a]` may be missing, `(a|b)*` comes any number of times, `{question}` or `{question:form}` is an
answer, `{question=value}` is one that the phrase implies, and `<name>` is a piece that many phrases share.
Every place of the words is looked at once for each piece of a template, so that no sentence takes long.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from agent.models.hearing.pieces import PIECES
from agent.models.hearing.said import FILLERS, Found, Said
from agent.models.hearing.slots import FORMS, SlotReader
from agent.models.hearing.tokens import Tokens


@dataclass(frozen=True)
class Word:
    text: str


@dataclass(frozen=True)
class Slot:
    question: str
    read: SlotReader


@dataclass(frozen=True)
class Implied:
    question: str
    value: str


@dataclass(frozen=True)
class Row:
    parts: tuple["Part", ...]


@dataclass(frozen=True)
class Choice:
    ways: tuple[Row, ...]


@dataclass(frozen=True)
class Often:
    part: "Part"


Part = Word | Slot | Implied | Row | Choice | Often
_MARK = re.compile(r"\s*(\{[^}]*\}|<\w+>|\)\*|[()\[\]|]|[^\s()\[\]|{}]+)")


@cache
def compiled(template: str) -> Row:
    """Read a template; the shared pieces are put in first."""
    while (shared := re.search(r"<(\w+)>", template)) is not None:
        template = template.replace(shared.group(), PIECES[shared[1]])
    marks = _MARK.findall(template)
    row, rest = _row(marks, 0)
    assert rest == len(marks), template
    return row


def _row(marks: list[str], at: int) -> tuple[Row, int]:
    ways: list[Row] = []
    parts: list[Part] = []
    while at < len(marks) and marks[at] not in (")", "]", ")*"):
        part, at = _part(marks, at)
        if part is None:
            ways.append(Row(tuple(parts)))
            parts = []
        else:
            parts.append(part)
    if not ways:
        return Row(tuple(parts)), at
    return Row((Choice((*ways, Row(tuple(parts)))),)), at


def _part(marks: list[str], at: int) -> tuple[Part | None, int]:
    mark = marks[at]
    if mark == "|":
        return None, at + 1
    if mark in "([":
        inside, end = _row(marks, at + 1)
        closing = marks[end]
        if closing == ")*":
            return Often(inside), end + 1
        return (Choice((inside, Row(()))) if closing == "]" else inside), end + 1
    if mark.startswith("{"):
        return _slot(mark[1:-1]), at + 1
    return Word(mark), at + 1


def _slot(inside: str) -> Part:
    if "=" in inside:
        return Implied(*inside.split("=", 1))
    question, _, form = inside.partition(":")
    return Slot(question, FORMS[form or question])


def first_words(part: Part) -> frozenset[str] | None:
    """The words that a match can begin with; None where it can be anything."""
    match part:
        case Word(text):
            return frozenset({text})
        case Choice(ways):
            return _together([first_words(way) for way in ways])
        case Row(parts):
            return _first_of_row(parts)
    return None


def _first_of_row(parts: tuple[Part, ...]) -> frozenset[str] | None:
    words: frozenset[str] = frozenset()
    for part in parts:
        first = first_words(part)
        if first is None:
            return None
        words |= first
        if not (isinstance(part, Choice) and any(not way.parts for way in part.ways)):
            return words
    return words


def _together(sets: list[frozenset[str] | None]) -> frozenset[str] | None:
    whole: frozenset[str] = frozenset()
    for one in sets:
        if one is None:
            return None
        whole |= one
    return whole


@dataclass
class Matching:
    """Matches templates against one clause; what was found at a place is kept."""

    tokens: Tokens
    _known: dict[tuple[int, int], tuple[Found, ...]] = field(default_factory=dict)

    def whole(self, row: Row) -> Iterator[tuple[Said, ...]]:
        """Yield the answers of every match that leaves nothing over."""
        for end, said in dict.fromkeys(self._of(row, 0)):
            if self._only_fillers(end):
                yield said

    def _only_fillers(self, at: int) -> bool:
        return all(token.word in FILLERS | {",", "."} for token in self.tokens.all[at:])

    def _of(self, part: Part, at: int) -> tuple[Found, ...]:
        key = (id(part), at)
        if key not in self._known:
            self._known[key] = tuple(dict.fromkeys(self._match(part, at)))
        return self._known[key]

    def _match(self, part: Part, at: int) -> Iterator[Found]:
        match part:
            case Row(parts):
                yield from self._row(parts, at)
            case Choice(ways):
                for way in ways:
                    yield from self._of(way, at)
            case Often(inside):
                yield from self._often(inside, at)
            case Implied(question, value):
                before = self.tokens[max(at - 1, 0)]
                yield at, (Said(question, value, before.start, before.end),)
            case _:
                yield from self._here(part, at)

    def _here(self, part: Word | Slot, at: int) -> Iterator[Found]:
        if at >= len(self.tokens):
            return
        if isinstance(part, Word):
            if self.tokens[at].word == part.text:
                yield at + 1, ()
        else:
            yield from part.read(self.tokens, at, part.question)
        if self.tokens[at].word in FILLERS:
            yield from self._of(part, at + 1)

    def _row(self, parts: tuple[Part, ...], at: int) -> Iterator[Found]:
        found: dict[Found, None] = {(at, ()): None}
        for part in parts:
            found = {(end, (*said, *more)): None for place, said in found for end, more in self._of(part, place)}
            if not found:
                return
        yield from found

    def _often(self, inside: Part, at: int) -> Iterator[Found]:
        found: dict[Found, None] = {(at, ()): None}
        rounds = found
        for _ in range(6):
            rounds = {
                (end, (*said, *more)): None
                for place, said in rounds
                for end, more in self._of(inside, place)
                if end > place
            }
            found |= rounds
        yield from found
