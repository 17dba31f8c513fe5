"""Every way in which one clause can be read, by the phrases of all kinds."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from agent.models.hearing.kinds import phrases
from agent.models.hearing.phrase import Phrase, Reading
from agent.models.hearing.said import FILLERS, Said
from agent.models.hearing.template import Choice, Matching, Part, Row, Word, compiled, first_words
from agent.models.hearing.tokens import Tokens

LONGEST = 120
"""Pieces of one clause; what is longer is no sentence."""


class _Known(NamedTuple):
    phrase: Phrase
    row: Row
    needs: tuple[frozenset[str], ...]


@cache
def _by_first_word() -> dict[str, tuple[_Known, ...]]:
    """Phrases by the word they begin with; those that begin with a name under the empty word."""
    found: dict[str, list[_Known]] = {}
    for one in phrases():
        for template in one.templates:
            row = compiled(template)
            known = _Known(one, row, tuple(_needs(row)))
            for word in first_words(row) or ("",):
                found.setdefault(word, []).append(known)
    return {word: tuple(known) for word, known in found.items()}


def _needs(part: Part) -> Iterator[frozenset[str]]:
    """Sets of words of which the clause must hold one each."""
    match part:
        case Word(text):
            yield frozenset({text})
        case Row(parts):
            for inside in parts:
                yield from _needs(inside)
        case Choice(ways):
            each = [next(_needs(way), None) for way in ways]
            if all(each):
                yield frozenset().union(*(one for one in each if one))


def readings(tokens: Tokens) -> tuple[Reading, ...]:
    """Every reading of a bare clause that leaves nothing over; those of a kind before those that are refused."""
    if not 0 < len(tokens) <= LONGEST:
        return ()
    words = {token.word for token in tokens.all}
    matching = Matching(tokens)
    found: dict[object, Reading] = {}
    for known in {id(known): known for known in _candidates(tokens)}.values():
        if all(not words.isdisjoint(need) for need in known.needs):
            for said in matching.whole(known.row):
                _keep(found, known.phrase, said)
    real = [reading for reading in found.values() if reading.kind]
    sure = [reading for reading in real if not reading.placed]
    return tuple(_without_lesser(sure or real) + [one for one in found.values() if not sure and not one.kind])


def _candidates(tokens: Tokens) -> Iterator[_Known]:
    by_word = _by_first_word()
    at = 0
    while at < len(tokens) and tokens.word(at) in FILLERS:
        yield from by_word.get(tokens.word(at), ())
        at += 1
    yield from by_word.get(tokens.word(at), ())
    yield from by_word.get("", ())


def _keep(found: dict[object, Reading], one: Phrase, said: tuple[Said, ...]) -> None:
    answers = tuple(item for item in one.make(said) if item.question != "ignored")
    if said and not answers and one.kind:
        return
    reason = one.reason.format_map(_Names({item.question: item.value for item in said}))
    key = (one.kind, frozenset((a.question, a.value, a.refers) for a in answers), reason)
    found.setdefault(key, Reading(one.kind, answers, reason, one.placed))


class _Names(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def _without_lesser(every: list[Reading]) -> list[Reading]:
    """A reading that says less than another of the same kind is no second meaning."""
    keyed = [(one, frozenset((a.question, a.value, a.refers) for a in one.said)) for one in every]
    return [one for one, mine in keyed if not any(other.kind == one.kind and mine < theirs for other, theirs in keyed)]
