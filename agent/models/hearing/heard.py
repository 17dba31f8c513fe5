"""What was understood of a request: changes in order, or the sentence for what was not."""

from dataclasses import dataclass

from tools.discover import Heard


@dataclass(frozen=True)
class HeardChange:
    """One change and the answers found for it; `number` is its place in the whole request, from 1."""

    kind: str
    heard: tuple[Heard, ...] = ()
    number: int = 1

    def value(self, question: str) -> str:
        """What was heard for a question; empty where nothing was."""
        return next((one.value for one in self.heard if one.question == question), "")

    def with_heard(self, *more: Heard) -> "HeardChange":
        """The same change with answers added; the later one counts."""
        new = {one.question for one in more}
        kept = tuple(one for one in self.heard if one.question not in new)
        return HeardChange(self.kind, (*kept, *more), self.number)


@dataclass(frozen=True)
class Hearing:
    """`changes` are new or corrected ones; with a `problem` nothing is taken. `notes` are said beside the changes."""

    changes: tuple[HeardChange, ...] = ()
    problem: str = ""
    notes: tuple[str, ...] = ()

    @property
    def heard(self) -> tuple[Heard, ...]:
        """Every answer of every change."""
        return tuple(one for change in self.changes for one in change.heard)
