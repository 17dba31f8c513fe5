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

LEAD_INS = tuple(
    line.split()
    for line in (
        "could you",
        "can you",
        "would you",
        "will you",
        "i want to",
        "i want you to",
        "i would like to",
        "i'd like to",
        "i would like you to",
        "we want to",
        "we need to",
        "we have to",
        "i need to",
        "i have to",
        "we would like to",
        "you should",
        "let us",
        "lets",
        "let 's",
        "i 'd like to",
        "we should",
        "go ahead and",
        "help me",
        "it would be nice to",
        "i need you to",
        "we must",
        "i must",
        "try to",
        "start to",
        "make sure to",
        "do this",
        "do the following",
        "next",
        "first",
        "second",
        "secondly",
        "third",
        "finally",
        "lastly",
        "afterwards",
        "after that",
        "then",
        "and",
        "also",
        "please",
        "ok",
        "okay",
        "hi",
        "hello",
        "hey",
        "so",
        "but",
        "now",
        "plus",
        "kindly",
        "well",
        "yes",
        "additionally",
        "furthermore",
        "besides",
        "at last",
        "too",
        "as well",
        "to",
        ",",
        ":",
        "-",
        "*",
        "&",
        "firstly",
        "actually",
        "instead",
        "no ,",
        "sorry",
    )
)
TAILS = tuple(
    line.split()
    for line in (
        "please",
        "thanks",
        "thank you",
        "thx",
        "too",
        "as well",
        "also",
        "now",
        "today",
        "asap",
        "then",
        ".",
        "!",
        "?",
        ",",
        "and",
        "if possible",
        "for me",
        "instead",
        "after all",
        "right away",
        "again",
        "ok",
        ":",
        "soon",
        "cheers",
    )
)

_LEADS = {words[0]: tuple(one for one in LEAD_INS if one[0] == words[0]) for words in LEAD_INS}
_TAILS = {words[-1]: tuple(one for one in TAILS if one[-1] == words[-1]) for words in TAILS}
NOTHING = FILLERS | frozenset(  # a block of words reads better than a list
    """it is this that with as in on at here there run execute apply do following sql statement statements change changes
    migration , . ! : - and then so thanks thank you hi hello 's first finally too also only should be want i we need to for
    would like make sure""".split()  # noqa: SIM905
)
"""Words that alone ask for nothing."""


def says_nothing(tokens: Tokens) -> bool:
    """Tell whether there is only politeness around what was cut out."""
    return all(token.word in NOTHING for token in tokens.all)


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


def bare_clause(tokens: Tokens) -> Tokens:
    """A clause without what is only politeness or order around it."""
    start, end = 0, len(tokens)
    while start < end and (step := _lead(tokens, start, end)):
        start += step
    while start < end and (step := _tail(tokens, start, end)):
        end -= step
    return tokens.part(start, end)


def _lead(tokens: Tokens, start: int, end: int) -> int:
    known = _LEADS.get(tokens.word(start), ())
    is_item = tokens[start].kind == "number" and tokens.word(start + 1) in (".", ")") and start + 2 < end
    return max((len(w) for w in known if len(w) <= end - start and _words_at(tokens, start, w)), default=2 * is_item)


def _tail(tokens: Tokens, start: int, end: int) -> int:
    known = _TAILS.get(tokens.word(end - 1), ())
    return max((len(w) for w in known if len(w) <= end - start and _words_at(tokens, end - len(w), w)), default=0)


def _words_at(tokens: Tokens, at: int, words: list[str]) -> bool:
    return all(tokens.word(at + place) == word for place, word in enumerate(words))


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
