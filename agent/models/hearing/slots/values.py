"""Types, values, expressions, conditions and assignments."""

import re
from collections.abc import Iterator
from functools import lru_cache

from agent.models.hearing.said import Found, Said
from agent.models.hearing.slots.names import bare, is_name, one, parts
from agent.models.hearing.spoken_types import type_at
from agent.models.hearing.stop_words import NOT_A_VALUE, ROLES
from agent.models.hearing.tokens import Tokens
from protocol.discovery import EXPRESSION
from protocol.names import literal, quoted

CONSTANTS = {
    "true",
    "false",
    "null",
    "current_timestamp",
    "current_date",
    "localtimestamp",
    "localtime",
    "current_time",
}


MOST = 60
"""Pieces an expression may have in a sentence; what is longer is pasted as SQL."""


SPOKEN_VALUES: dict[tuple[str, ...], str] = {
    ("now",): "now()",
    ("the", "empty", "string"): "''",
    ("an", "empty", "string"): "''",
    ("empty", "string"): "''",
    ("zero",): "0",
    ("the", "current", "time"): "now()",
    ("current", "time"): "now()",
    ("the", "current", "timestamp"): "now()",
}


SQL_WORDS = frozenset(  # a block of words reads better than a list
    """and or not is in like ilike between null true false case when then else end at time zone interval cast as
    similar to distinct from any some all collate extract for substring position overlay""".split()  # noqa: SIM905
)


COMPARES = re.compile(r"[<>=~]|\b(?:is|in|like|ilike|between|not|similar)\b|\(", re.IGNORECASE)


def a_type(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """A type of PostgreSQL, or a word with one plain meaning."""
    found = type_at(tokens, at)
    if found is not None:
        end, type_, doubt, note = found
        yield one(end, question, type_, tokens, at, doubt=doubt, note=note)


def any_type(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """After the word type: a type of the person's own too."""
    known = list(a_type(tokens, at, question))
    yield from known
    if not known:
        yield from parts(tokens, at, question)


@lru_cache(maxsize=4_000)
def is_expression(text: str) -> bool:
    """Tell whether it would be taken as one SQL expression."""
    try:
        EXPRESSION.validate_python(text)
    except ValueError:
        return False
    return True


def ends(tokens: Tokens, at: int) -> Iterator[int]:
    """Every place where something that began here may end: parentheses are taken whole."""
    begun = at
    while at < len(tokens) and at - begun < MOST:
        if tokens[at].text in (")", "]", ";") or tokens.after[at] < 0:
            return
        at = tokens.after[at]
        yield at


def value(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """A value: a lone word is a text unless SQL knows it; so is what stands in any quotes but SQL's own."""
    token = tokens[at]
    if token.kind in ("quoted", "curly"):
        yield one(at + 1, question, literal(token.text[1:-1]), tokens, at)
        return
    for words, meant in SPOKEN_VALUES.items():
        behind = at + len(words)
        if tuple(tokens.word(place) for place in range(at, behind)) == words and tokens.word(behind) != "(":
            yield one(behind, question, meant, tokens, at)
            return
    for end in ends(tokens, at):
        said = tokens.said(at, end)
        if end == at + 1 and token.kind == "word":
            if token.word in ROLES:
                yield one(
                    end,
                    question,
                    said,
                    tokens,
                    at,
                    doubt=f"“{said}” may be the text or the role; say '{said}' for the text, or {said}() … as SQL.",
                )
            elif token.word not in NOT_A_VALUE:
                yield one(end, question, said if token.word in CONSTANTS else literal(said), tokens, at)
        elif may_be_sql(tokens, at, end) and is_expression(said):
            yield one(end, question, said, tokens, at)


def row_value(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """A value of a row, which may be another column of it: a lone word is doubtful."""
    for end, said in value(tokens, at, question):
        word = tokens[at]
        is_bare = end == at + 1 and word.kind == "word" and said[0].value == literal(word.text)
        doubt = f"“{word.text}” may be the text or a column: say '{word.text}' for the text, or use = for a column."
        yield end, tuple(one._replace(doubt=doubt) for one in said) if is_bare else said


def may_be_sql(tokens: Tokens, at: int, end: int) -> bool:
    """Two words side by side are prose, unless SQL knows the first or second of them."""
    pairs = list(zip(tokens.all[at : end - 1], tokens.all[at + 1 : end], strict=True))
    if any(left.word == "in" and right.text != "(" for left, right in pairs):
        return False
    return not any(
        left.kind in ("word", "number") and right.kind in ("word", "number") and not {left.word, right.word} & SQL_WORDS
        for left, right in pairs
    )


def expression(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """SQL as it was typed, a lone word too: it is a column then."""
    for end in ends(tokens, at):
        said = tokens.said(at, end)
        if may_be_sql(tokens, at, end) and is_expression(said):
            yield one(end, question, said, tokens, at)


def condition(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """An SQL condition, perhaps in parentheses; something in it compares."""
    if tokens.word(at) == "check":
        return
    if question == "where" and is_name(tokens, at + (tokens.word(at) == "not")):
        behind = at + 1 + (tokens.word(at) == "not")
        yield one(behind, question, tokens.said(at, behind), tokens, at)
    for end in ends(tokens, at):
        said = tokens.said(at, end)
        if COMPARES.search(said) and may_be_sql(tokens, at, end) and is_expression(said):
            inside = said[1:-1].strip() if tokens.after[at] == end and tokens.word(at) == "(" else said
            yield one(end, question, inside, tokens, at)


def inside(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """What stands in parentheses, without them."""
    if tokens.word(at) == "(" and tokens.after[at] > at + 2:
        end = tokens.after[at]
        value = tokens.said(at + 1, end - 1).strip()
        yield end, (Said(question, value, tokens[at + 1].start, tokens[end - 2].end),)


def assignments(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """`status = 'new', email = lower(email)`; said with `to`, it is written with `=`."""
    parts: list[str] = []
    yield from more_assignments(tokens, at, at, question, parts)


def more_assignments(tokens: Tokens, begun: int, at: int, question: str, parts: list[str]) -> Iterator[Found]:
    if not is_name(tokens, at) or tokens.word(at + 1) not in ("=", ":=", "to") or len(parts) > 12:
        return
    column = quoted(bare(tokens[at])) if tokens[at].kind == "quoted" else tokens[at].text
    for end, (said, *_) in assigned(tokens, at + 2, question, written=tokens.word(at + 1) != "to"):
        whole = [*parts, f"{column} = {said.value}"]
        yield one(end, question, ", ".join(whole), tokens, begun, doubt=said.doubt)
        if tokens.word(end) in (",", "and", "&"):
            after = end + (2 if tokens.word(end) == "," and tokens.word(end + 1) == "and" else 1)
            yield from more_assignments(tokens, begun, after, question, whole)


def assigned(tokens: Tokens, at: int, question: str, *, written: bool) -> Iterator[Found]:
    """After `=` a lone word is a column, as in SQL; after `to` it is a text."""
    if at >= len(tokens):
        return
    yield from (expression if written else row_value)(tokens, at, question)


def number(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    minus = tokens.word(at) == "-" and at + 1 < len(tokens)
    if tokens[at + minus].kind == "number":
        yield one(at + minus + 1, question, tokens.said(at, at + minus + 1), tokens, at)


def values(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """A list of values, each a number, a quoted text or one word."""
    parts: list[str] = []
    begun, inside = at, tokens.word(at) == "("
    at += inside
    while at < len(tokens):
        found = next(value(tokens, at, question), None)
        if found is None or found[0] != at + 1:
            return
        parts.append(found[1][0].value)
        at += 1
        closing = inside and tokens.word(at) == ")"
        if (closing or not inside) and len(parts) > 1:
            yield one(at + closing, question, ", ".join(parts), tokens, begun)
        if closing or tokens.word(at) not in (",", "and", "or"):
            return
        while tokens.word(at) in (",", "and", "or"):
            at += 1


def mapping(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """`target_column = expression, …`."""
    if tokens.word(at + 1) == "=":
        yield from assignments(tokens, at, question)
