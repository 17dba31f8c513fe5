"""One change of a request, together with what it is planned in."""

from dataclasses import dataclass

from protocol.changes import Change
from protocol.situation import Situation


@dataclass(frozen=True)
class Wish:
    change: Change
    situation: Situation
