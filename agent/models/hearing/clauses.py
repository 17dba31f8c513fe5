"""Where a request may be cut into clauses, and which cuts leave the least that nobody understands."""

from collections.abc import Iterator
from typing import NamedTuple

from agent.models.hearing.phrase import Reading
from agent.models.hearing.readings import bare_clause, readings
from agent.models.hearing.tokens import Tokens

ATOMS, SPAN = 60, 12
"""Cuts that one sentence may have, and how many pieces between cuts may be one clause."""

SOFT = frozenset({",", "and", "then", "also", "plus", "&", ":", "but"})


_Best = tuple[int, int, int, tuple[Reading, ...]]
"""Up to a cut: what is understood, how few clauses, where the last one begins, and its readings."""


class Clause(NamedTuple):
    """A stretch of the words with its readings; without any it was not understood as a whole."""

    tokens: Tokens
    readings: tuple[Reading, ...]

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[len(self.tokens) - 1].end


def sentences(tokens: Tokens) -> Iterator[Tokens]:
    """Cut at semicolons, and at full stops that end something; parentheses are left whole."""
    start, at = 0, 0
    while at < len(tokens):
        token = tokens[at]
        if token.text == ";" or (token.text in ".!?" and not tokens.glued(at + 1)):
            if _numbers_an_item(tokens, at):
                at += 1
                continue
            if start < at:
                yield tokens.part(start, at)
            start = at + 1
        at = max(tokens.after[at], at + 1)
    if start < len(tokens):
        yield tokens.part(start, len(tokens))


def _numbers_an_item(tokens: Tokens, at: int) -> bool:
    """The stop in “1. drop …” ends nothing."""
    is_number = at > 0 and tokens[at - 1].kind == "number" and tokens[at].text == "."
    return is_number and (at == 1 or tokens[at - 2].kind == "line" or tokens.word(at - 2) in (".", ";"))


def clauses(sentence: Tokens) -> Iterator[Clause]:
    """Cut one sentence so that as much as can be is understood, in as few clauses as can be."""
    cuts = _cuts(sentence)
    if len(cuts) > ATOMS:
        yield Clause(sentence, ())
        return
    best: list[_Best] = [(0, 0, 0, ())]
    for end in range(1, len(cuts)):
        choices: list[_Best] = [(best[end - 1][0], best[end - 1][1], end - 1, ())]
        for start in range(max(0, end - SPAN), end):
            found = readings(bare_clause(_between(sentence, cuts[start], cuts[end])))
            if found:
                covered = best[start][0] + (cuts[end] - cuts[start]) * (2 if found[0].kind else 1)
                choices.append((covered, best[start][1] - 1, start, found))
        best.append(max(choices, key=lambda choice: choice[:2]))
    yield from _chosen(sentence, cuts, best)


def _chosen(sentence: Tokens, cuts: list[int], best: list[_Best]) -> Iterator[Clause]:
    chosen: list[Clause] = []
    end = len(cuts) - 1
    while end > 0:
        _, _, start, found = best[end]
        part = _between(sentence, cuts[start], cuts[end])
        if len(part):
            chosen.append(Clause(part, found))
        end = start
    yield from reversed(chosen)


def _cuts(sentence: Tokens) -> list[int]:
    """Places outside parentheses where a clause may end: before a joining word or a new line."""
    cuts, at = [0], 0
    while at < len(sentence):
        token = sentence[at]
        if (token.word in SOFT or token.kind == "line") and cuts[-1] < at:
            cuts.append(at)
        at = max(sentence.after[at], at + 1)
    return [*cuts, len(sentence)]


def _between(sentence: Tokens, start: int, end: int) -> Tokens:
    return Tokens(sentence.words, tuple(token for token in sentence.all[start:end] if token.kind != "line"))


def carried(before: Clause, clause: Clause) -> Clause:
    """Read “drop users.a and users.b” and “make it unique and required”: the verb counts for what follows as well."""
    first, here = bare_clause(before.tokens), bare_clause(clause.tokens)
    if not len(here):
        return clause
    verb = first[0]
    it = verb._replace(kind="word", text="it")
    kinds = {reading.kind for reading in before.readings}
    for added in ((verb,), (verb, it)):
        whole = Tokens(clause.tokens.words, (*added, *here.all))
        found = tuple(reading for reading in readings(whole) if reading.kind in kinds | CARRIED)
        if found:
            return Clause(whole, found)
    return clause


CARRIED = {"add_unique", "set_not_null", "drop_not_null", "set_default", "change_type"}
"""“Make it unique and required” brings two kinds with one verb."""
