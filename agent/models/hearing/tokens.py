"""Words, quoted texts, numbers and marks of a request, each with its place; one pass, nothing is tried twice."""

import re
from functools import cached_property
from typing import NamedTuple

_PIECE = re.compile(
    r"""
      (?P<string>(?<!\w)'(?:[^']|'')*')
    | (?P<curly>“[^“”\n]*”|‘[^‘’\n]*’)
    | (?P<quoted>"(?:[^"\n]|"")+"|`[^`\n]+`)
    | (?P<number>[0-9]+(?:\.[0-9]+)?)
    | (?P<word>[^\W\d](?:[\w$])*(?:(?<=n)['’]t\b)?|(?<=\w)['’](?:s|d|m|re|ll|ve)\b)
    | (?P<operator>::|[-+*/<>=!~@\#%^&|?]+)
    | (?P<line>\n)
    | (?P<mark>[^\s\x1f])
    """,
    re.VERBOSE,
)
CLOSED_BY = {"(": ")", "[": "]"}


class Token(NamedTuple):
    """A piece of the words; `word` is what templates compare: folded, and empty for everything in quotes."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        return "" if self.kind in ("string", "curly", "quoted") else self.text.lower().replace("’", "'")


class Tokens:
    """The pieces of a text; `words` is the text itself, for what was said between two places."""

    def __init__(self, words: str, pieces: tuple[Token, ...] | None = None) -> None:
        self.words = words
        self.all = _cut(words) if pieces is None else pieces

    def __len__(self) -> int:
        return len(self.all)

    def __getitem__(self, at: int) -> Token:
        return self.all[at]

    def part(self, start: int, end: int) -> "Tokens":
        return Tokens(self.words, self.all[start:end])

    def said(self, start: int, end: int) -> str:
        """The person's own text from one piece to before another."""
        return self.words[self.all[start].start : self.all[end - 1].end] if start < end else ""

    def word(self, at: int) -> str:
        """The folded word at a place; empty behind the end."""
        return self.all[at].word if 0 <= at < len(self.all) else ""

    def glued(self, at: int) -> bool:
        """Tell whether nothing stands between this piece and the one before."""
        return 0 < at < len(self.all) and self.all[at - 1].end == self.all[at].start

    @cached_property
    def after(self) -> tuple[int, ...]:
        """Place of each piece -> the place behind it, or behind what it opens; -1 where that is never closed."""
        behind = list(range(1, len(self.all) + 1))
        waiting: list[tuple[int, str]] = []
        for at, token in enumerate(self.all):
            if token.text in CLOSED_BY:
                waiting.append((at, CLOSED_BY[token.text]))
            elif waiting and token.text == waiting[-1][1]:
                behind[waiting.pop()[0]] = at + 1
        for at, _ in waiting:
            behind[at] = -1
        return tuple(behind)


def _cut(words: str) -> tuple[Token, ...]:
    return tuple(
        Token(str(found.lastgroup), found.group(), found.start(), found.end()) for found in _PIECE.finditer(words)
    )
