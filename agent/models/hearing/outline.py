"""Which stretches of a request belong together: whole clauses, columns to add with all that is said of them, SQL."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from agent.models.hearing import add_column
from agent.models.hearing.clauses import Clause, carried
from agent.models.hearing.readings import bare_clause, says_nothing
from agent.models.hearing.sql import Pasted
from agent.models.hearing.stop_words import NOT_A_NAME
from agent.models.hearing.template import Matching, Row, compiled
from agent.models.hearing.text import Span, Text
from tools.discover import Heard

PLACE = compiled("(in|on|for|alter|change) [table] {table:named} [table]")
NAMED_PLACE = compiled("[table] {table:named} [table]")
OF_THE_COLUMN = {"set_not_null", "drop_not_null", "set_default", "drop_default", "change_type"}
"""Kinds that only complete a column that was added right before."""


@dataclass
class Addition:
    """A column to add: the places where it and its attributes are said."""

    spans: list[Span] = field(default_factory=list)

    @property
    def start(self) -> int:
        return self.spans[0][0]


Piece = Clause | Addition | Pasted | Heard


@dataclass
class Outline:
    """Sorts clauses; `left` is the text without SQL and without what is said of the whole request."""

    words: str
    left: str
    _pieces: list[tuple[int, Piece]] = field(default_factory=list)
    _open: Addition | None = None
    _loose: list[Clause] = field(default_factory=list)

    def sentence(self, clauses: Sequence[Clause]) -> None:
        """Put the clauses of a sentence where they belong."""
        before: Clause | None = None
        for number, clause in enumerate(clauses):
            follows = clauses[number + 1].tokens.word(0) if number == 0 and len(clauses) > 1 else ""
            place = self._place(clause, (PLACE, NAMED_PLACE) if follows == ":" else (PLACE,)) if follows else None
            is_whole = before is None or any(reading.kind not in ("", "correction") for reading in clause.readings)
            whole = clause if is_whole or before is None else carried(before, clause)
            self._take(whole, place)
            before = whole if any(reading.kind not in ("", "correction") for reading in whole.readings) else None

    def _take(self, clause: Clause, place: Heard | None) -> None:
        only_corrects = {reading.kind for reading in clause.readings} == {"correction"}
        if says_nothing(clause.tokens):
            return
        if only_corrects and self._open is not None:
            self._part(clause)
        elif place is not None:
            self._end_of_loose()
            self._pieces.append((clause.start, place))
        elif clause.readings and not self._is_addition(clause):
            self._whole(clause)
        else:
            self._part(clause)

    def _whole(self, clause: Clause) -> None:
        self._end_of_loose()
        self._pieces.append((clause.start, clause))
        kinds = {reading.kind for reading in clause.readings}
        if not kinds <= OF_THE_COLUMN | {"correction"}:
            self._open = None

    def _is_addition(self, clause: Clause) -> bool:
        """What is refused may still be a column to add: a role is one, and something that is created too."""
        refused = not any(reading.kind for reading in clause.readings)
        found = add_column.read(self.text([self._span(clause)])) if refused else None
        return found is not None and not found[1]

    def _part(self, clause: Clause) -> None:
        """A part of an addition: its clause, or something said of it."""
        span = self._span(clause)
        if add_column.is_clause(self.text([span])):
            before = [self._span(one) for one in self._loose]
            self._loose = []
            self._open = Addition([*before, span])
            self._pieces.append((self._open.start, self._open))
        elif self._open is not None:
            self._open.spans.append((clause.start, clause.end))
        else:
            self._loose.append(clause)

    def text(self, spans: Iterable[Span]) -> Text:
        """What is left of the words in these places."""
        text = Text(self.words, self.left)
        text.only(spans)
        return text

    def _end_of_loose(self) -> None:
        """What belongs to nothing may be an addition that was cut in two, or was not understood."""
        if self._loose:
            spans = [(self._span(self._loose[0])[0], self._span(self._loose[-1])[1])]
            self._pieces.append((spans[0][0], Addition(spans)))
        self._loose = []

    def _span(self, clause: Clause) -> Span:
        bare = bare_clause(clause.tokens)
        return (bare[0].start if len(bare) else clause.start), clause.end

    def _place(self, clause: Clause, templates: tuple[Row, ...]) -> Heard | None:
        """“In users, …” says where everything in the sentence is."""
        if any(reading.kind != "correction" for reading in clause.readings):
            return None
        bare = bare_clause(clause.tokens)
        matching = Matching(bare)
        found = next((said for one in templates for said in matching.whole(one)), None) if len(bare) else None
        if not found or bare.word(len(bare) - 1) in NOT_A_NAME:
            return None
        said = found[0]
        return Heard(question="table", value=said.value, quote=self.words[said.start : said.end])

    def pieces(self, pasted: tuple[Pasted, ...]) -> Iterator[Piece]:
        """Everything in the order of the words."""
        self._end_of_loose()
        every = [*self._pieces, *((one.start, one) for one in pasted)]
        yield from (piece for _, piece in sorted(every, key=lambda one: one[0]))
