"""A phrase: a kind of change, how it is said, and what is made of the answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from agent.models.hearing.said import Said

Make = Callable[[tuple[Said, ...]], tuple[Said, ...]]
"""Makes answers of what was found, where they are not the same thing; no answers where it means something else."""


def as_found(said: tuple[Said, ...]) -> tuple[Said, ...]:
    return said


@dataclass(frozen=True)
class Phrase:
    """`kind` is empty for what is understood and cannot be done; `reason` says it."""

    kind: str
    templates: tuple[str, ...]
    make: Make = as_found
    reason: str = ""
    placed: bool = False
    """Only where the table was said before, as in “in users: …”."""


class Reading(NamedTuple):
    """What one clause may mean: a kind with answers."""

    kind: str
    said: tuple[Said, ...]
    reason: str = ""
    placed: bool = False


def phrase(kind: str, *templates: str, make: Make = as_found) -> Phrase:
    return Phrase(kind, templates, make)


def placed(kind: str, *templates: str) -> Phrase:
    """What may mean a table as well, unless the table was said before."""
    return Phrase(kind, templates, placed=True)


def refused(reason: str, *templates: str) -> Phrase:
    """What is understood and cannot be done, with the sentence that says why and what can."""
    return Phrase("", templates, reason=reason)


def of(said: tuple[Said, ...], question: str) -> Said | None:
    return next((one for one in said if one.question == question), None)


def without(said: tuple[Said, ...], *questions: str) -> tuple[Said, ...]:
    return tuple(one for one in said if one.question not in questions)
