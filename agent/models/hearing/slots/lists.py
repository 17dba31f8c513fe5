"""Lists of names."""

from collections.abc import Iterator

from agent.models.hearing.said import Found, Said
from agent.models.hearing.slots.names import bare, dotted, is_name, one, parts
from agent.models.hearing.spoken_types import type_at
from agent.models.hearing.tokens import Tokens
from protocol.names import quoted


def listed(tokens: Tokens, at: int) -> Iterator[tuple[int, list[int]]]:
    """Every end of a list of names from here, with the places of the names."""
    places: list[int] = []
    while is_name(tokens, at) and not dotted(tokens, at):
        places.append(at)
        at += 1
        yield at, list(places)
        before = at
        while tokens.word(at) in (",", "and", "&", "plus", "or"):
            at += 1
        if at == before or at - before > 2:
            return
        while tokens.word(at) in ("column", "the"):
            at += 1


def columns(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """`a`, `a, b and c`, or either in parentheses."""
    if tokens.word(at) == "(" and tokens.after[at] > 0:
        close = tokens.after[at]
        for end, places in listed(tokens, at + 1):
            if end == close - 1:
                yield as_list(close, question, places, tokens, at)
        return
    for end, places in listed(tokens, at):
        yield as_list(end, question, places, tokens, at)


def columns_inside(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    if tokens.word(at) == "(":
        yield from columns(tokens, at, question)


def as_list(end: int, question: str, places: list[int], tokens: Tokens, at: int) -> Found:
    names = ", ".join(
        quoted(bare(tokens[place])) if tokens[place].kind == "quoted" else tokens[place].text for place in places
    )
    return one(end, question, names, tokens, at)


def each(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """Two names or more, each of which is a change of its own."""
    for end, places in listed(tokens, at):
        if len(places) > 1:
            each = (Said(question, bare(tokens[p]), tokens[p].start, tokens[p].end) for p in places)
            yield end, tuple(each)


def each_table(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """As `each`, of names that may have a schema."""
    found: list[Said] = []
    while True:
        ends = list(parts(tokens, at, question))
        if not ends:
            return
        at, said = ends[0]
        found += said
        if len(found) > 1:
            yield at, tuple(found)
        if tokens.word(at) not in (",", "and", "&"):
            return
        at += 2 if tokens.word(at) == "," and tokens.word(at + 1) == "and" else 1


def typed_columns(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """`a int, b text`: pairs, each of which is a change of its own; `question` names both answers."""
    pairs: list[Said] = []
    while is_name(tokens, at):
        found = type_at(tokens, at + 1)
        if found is None:
            return
        end, type_, doubt, note = found
        pairs.append(
            Said(question, f"{bare(tokens[at])}|{type_}", tokens[at].start, tokens[end - 1].end, doubt=doubt, note=note)
        )
        if len(pairs) > 1:
            yield end, tuple(pairs)
        at = end
        while tokens.word(at) in (",", "and", "&", "column", "a"):
            at += 1
