"""A request as text out of which is cut what was understood, so that nothing is read twice."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agent.models.hearing import add_column_patterns as p
from tools.discover import Heard

Span = tuple[int, int]


@dataclass
class Text:
    """The words, and `left`, of the same length: what was not understood yet."""

    words: str
    left: str = ""

    def __post_init__(self) -> None:
        self.left = self.left or "".join(c if c.isprintable() or c in "\n\t" else " " for c in self.words).replace(
            "\t", " "
        )
        self._strings = [found.span() for found in re.finditer(p.STRING, self.left)]

    def find(self, pattern: str) -> Iterator[re.Match[str]]:
        """Every match that does not begin inside a quoted text."""
        for found in re.finditer(pattern, self.left, re.IGNORECASE):
            if not any(start < found.start() < end for start, end in self._strings):
                yield found

    def take(self, pattern: str) -> re.Match[str] | None:
        """Cut the first match out."""
        found = next(self.find(pattern), None)
        if found:
            self.cut(*found.span())
        return found

    def cut(self, start: int, end: int) -> None:
        self.left = self.left[:start] + p.CUT * (end - start) + self.left[end:]

    def only(self, spans: Iterable[Span]) -> None:
        """Cut everything outside of these places."""
        kept, at = "", 0
        for start, end in sorted(spans):
            kept += p.CUT * (start - at) + self.left[start:end]
            at = end
        self.left = kept + p.CUT * (len(self.left) - at)

    def said(self, start: int, end: int) -> str:
        return self.words[start:end]

    def heard(self, question: str, start: int, end: int) -> Heard:
        """An answer in the person's own words, to the end of its sentence."""
        said = re.split(r"\.\s", self.said(start, end))[0].strip(" ,\n")
        return Heard(question=question, value=said, quote=said)
