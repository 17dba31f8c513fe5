"""What is true between two statements of a file."""

from typing import NamedTuple

from protocol.steps import LockMode
from tools.lint.actions import Relation
from tools.locks.known import Growing

Place = tuple[str, str]
"""Schema and name."""


class Held(NamedTuple):
    """A lock that an earlier statement of the running transaction took on a table in use."""

    relation: Relation
    mode: LockMode


class Moment(NamedTuple):
    """What a ROLLBACK returns to.

    What is known and the sets of what the file has made grow in place, for a copy at each statement would cost the
    square of the file; `copied` is for a moment that is kept.
    """

    new: set[Place]
    columns: set[tuple[Place, str]]
    names: set[str]
    known: Growing
    held: dict[Place, Held] = {}  # noqa: RUF012 - never changed in place
    enum_values: frozenset[str] = frozenset()
    unproved: frozenset[tuple[Place, str]] = frozenset()
    session: dict[str, str] = {}  # noqa: RUF012 - copied before it changes

    def copied(self) -> "Moment":
        return self._replace(
            new=set(self.new), columns=set(self.columns), names=set(self.names), known=self.known.copied()
        )
