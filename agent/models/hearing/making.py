"""Changes made of clauses, one after the other: numbered, with “it” resolved, or completing one that was there."""

from collections.abc import Collection, Iterator, Sequence

from agent.models.hearing import add_column
from agent.models.hearing.clauses import Clause
from agent.models.hearing.context import TABLELESS, Context, Unclear
from agent.models.hearing.correcting import completed, corrected, same_place
from agent.models.hearing.heard import HeardChange, Hearing
from agent.models.hearing.outline import Addition
from agent.models.hearing.phrase import Reading
from agent.models.hearing.refusing import knows, not_in_this_version, not_understood, two_ways
from agent.models.hearing.said import Said
from agent.models.hearing.spoken_types import note_on
from agent.models.hearing.sql import Pasted
from agent.models.hearing.text import Text
from tools.discover import Heard

MORE = ("also", "another", "additionally", "too", "then", "and")
"""A clause that begins so adds a change, and corrects none."""


class Making:
    """`changes` are what this hearing brings, by their numbers; raises Unclear with the sentence."""

    def __init__(self, words: str, known: Collection[str], running: Sequence[HeardChange]) -> None:
        self.words, self.known, self.running = words, known, tuple(running)
        self.changes: dict[int, HeardChange] = {}
        self.notes: list[str] = []
        self.context = Context(running)

    # --- pieces ------------------------------------------------------------------------------------------------------

    def pasted(self, pasted: Pasted) -> None:
        """Take the changes of a stretch of SQL."""
        self.notes += pasted.notes
        for change in pasted.changes:
            self._add(change.kind, change.heard)

    def addition(self, addition: Addition, text: Text) -> None:
        """Take a column to add, or what adds to one; `text` is what is left of the words there."""
        number = next((n for n, one in self._every().items() if one.kind == "add_column"), 0)
        found = add_column.read(text, running=bool(number))
        if found is None:
            said = " ".join(self.words[start:end] for start, end in addition.spans)
            alone = not self.changes and said.strip() == self.words.strip(" \n.!?")
            raise Unclear(f"{'I did not understand that.' if alone else not_understood(said)} {knows(self.known)}")
        heard, problem = found
        if problem:
            raise Unclear(f"{problem} {knows(self.known)}")
        self._added(heard, number)

    def _added(self, heard: tuple[Heard, ...], number: int) -> None:
        own = {"table", "column"} & {one.question for one in heard}
        self.notes += [note for one in heard if one.question == "type" and (note := note_on(one.quote))]
        if not own and number:
            self._put(self._every()[number].with_heard(*heard))
        else:
            self._add("add_column", heard)

    def clause(self, clause: Clause) -> None:
        """Take a clause by its one reading."""
        reading = self._one(clause)
        doubt = next((one.doubt for one in reading.said if one.doubt), "")
        if doubt:
            raise Unclear(doubt)
        self.notes += [one.note for one in reading.said if one.note]
        if reading.kind == "correction":
            self._put(corrected(self._every(), self._answers(reading.said), self.words))
            return
        for said in _apart(reading.said):
            self._add(reading.kind, self._answers(said), adds=clause.tokens.word(0) in MORE, quote=_text(clause))

    def _one(self, clause: Clause) -> Reading:
        at_place = self.context.place is not None
        real = [one for one in clause.readings if one.kind not in ("", "correction") and (at_place or not one.placed)]
        fitting = [one for one in clause.readings if one.kind == "correction" and self._fits(one)]
        every = real or fitting
        if len(every) == 1:
            return every[0]
        said = _text(clause)
        if every:
            raise Unclear(two_ways(said, every))
        refused = next((one.reason for one in clause.readings if one.reason), not_understood(said))
        raise Unclear(f"{refused} {knows(self.known)}")

    def _fits(self, reading: Reading) -> bool:
        return bool(same_place(self._every(), [one.question for one in reading.said]))

    # --- answers -----------------------------------------------------------------------------------------------------

    def _answers(self, said: tuple[Said, ...]) -> tuple[Heard, ...]:
        heard: dict[str, Heard] = {}
        for one in said:
            for answer in self._answer(one):
                heard.setdefault(answer.question, answer)
        return tuple(heard.values())

    def _answer(self, said: Said) -> tuple[Heard, ...]:
        if said.refers:
            return self.context.resolved(said, self.words)
        if "|" in said.question:
            pairs = zip(said.question.split("|"), said.value.split("|"), strict=True)
            quote = self.words[said.start : said.end]
            return tuple(Heard(question=question, value=value, quote=quote) for question, value in pairs)
        folded = self.words.isupper() and said.question in NAMES
        value = said.value.lower() if folded else said.value
        return (Heard(question=said.question, value=value, quote=self.words[said.start : said.end]),)

    # --- numbers -----------------------------------------------------------------------------------------------------

    def _every(self) -> dict[int, HeardChange]:
        """The changes so far, those of this hearing over those that were running."""
        return dict(enumerate(self.running, 1)) | self.changes

    def _add(self, kind: str, heard: tuple[Heard, ...], *, adds: bool = False, quote: str = "") -> None:
        if kind not in self.known:
            raise Unclear(not_in_this_version(kind, self.known))
        heard = self._with_table(kind, heard)
        change = HeardChange(kind, heard)
        found = completed(change, self._every(), running=len(self.running), adds=adds, quote=quote)
        self._put(found or HeardChange(kind, heard, len(self._every()) + 1))

    def _with_table(self, kind: str, heard: tuple[Heard, ...]) -> tuple[Heard, ...]:
        if kind in TABLELESS or any(one.question == "table" for one in heard):
            return heard
        table = self.context.only_table()
        return heard if table is None else (table, *heard)

    def _put(self, change: HeardChange) -> None:
        self.changes[change.number] = change
        every = self._every()
        self.context.before = [every[number] for number in sorted(every) if number != change.number] + [change]

    def hearing(self, shared: tuple[Heard, ...]) -> Hearing:
        """Everything that was heard, with what is said of the whole request at the first change."""
        if shared and not self.changes and self.running:
            self.changes[1] = self.running[0]
        if not self.changes:
            raise Unclear(f"I did not understand that. {knows(self.known)}")
        first = min(self.changes)
        known = {one.question for one in self.changes[first].heard}
        self.changes[first] = self.changes[first].with_heard(*(one for one in shared if one.question not in known))
        return Hearing(tuple(self._fresh()), notes=tuple(dict.fromkeys(self.notes)))

    def _fresh(self) -> Iterator[HeardChange]:
        """Only what is new: what was running is known already."""
        for number, change in sorted(self.changes.items()):
            old = self.running[number - 1] if number <= len(self.running) else None
            before = old.heard if old is not None and old.kind == change.kind else ()
            yield HeardChange(change.kind, tuple(one for one in change.heard if one not in before), number)


def _text(clause: Clause) -> str:
    return clause.tokens.said(0, len(clause.tokens)).strip(" ,\n")


NAMES = {
    "table",
    "column",
    "new_name",
    "constraint",
    "index",
    "enum",
    "partition",
    "target",
    "schema",
    "ref_table",
    "columns",
    "keys",
}


def _apart(said: tuple[Said, ...]) -> Iterator[tuple[Said, ...]]:
    """One set of answers for each name of a list, when a question is answered several times."""
    questions = [one.question for one in said]
    several = next((name for name in questions if questions.count(name) > 1), None)
    if several is None:
        yield said
        return
    rest = tuple(one for one in said if one.question != several)
    for one in said:
        if one.question == several:
            yield (one, *rest)
