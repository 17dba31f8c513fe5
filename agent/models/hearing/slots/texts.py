"""Texts and labels."""

from collections.abc import Iterator

from agent.models.hearing.said import Found
from agent.models.hearing.slots.names import name, one
from agent.models.hearing.tokens import Tokens

SEPARATORS = {
    "space": " ",
    "spaces": " ",
    "comma": ",",
    "commas": ",",
    "dash": "-",
    "hyphen": "-",
    "slash": "/",
    "@": "@",
}


def text(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """A text in any quotes, without them."""
    token = tokens[at]
    if token.kind in ("string", "curly", "quoted") and len(token.text) > 2:
        inside = token.text[1:-1]
        yield one(at + 1, question, inside.replace("''", "'") if token.kind == "string" else inside, tokens, at)


def label(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """A label of an enumerated type: a text in any quotes, or one word."""
    if tokens[at].kind == "word":
        yield from name(tokens, at, question)
    else:
        yield from text(tokens, at, question)


def rest(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """Everything to the end of the clause."""
    ends = {tokens.word(place) for place in range(at, len(tokens))}
    if tokens[at].kind not in ("string", "curly", "quoted") and "then" not in ends:
        yield one(len(tokens), question, tokens.said(at, len(tokens)).rstrip(" ."), tokens, at)


def words(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """Some words, whatever they are."""
    for end in range(at + 1, min(at + 8, len(tokens)) + 1):
        yield one(end, question, tokens.said(at, end), tokens, at)


def separator(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """A text in quotes, or a mark that has a name."""
    if tokens.word(at) in SEPARATORS:
        yield one(at + 1, question, SEPARATORS[tokens.word(at)], tokens, at)
    elif tokens[at].kind in ("string", "curly", "quoted") and len(tokens[at].text) > 2:
        yield one(at + 1, question, tokens[at].text[1:-1], tokens, at)
