"""Everything the graders look at, as values: they open nothing and run nothing."""

from dataclasses import dataclass

from evals.picture import Picture
from evals.recording import Origin
from evals.scenario import Scenario
from evals.server_log import Logged
from protocol.events import Entry, ModelReplied, Move, Narrative, PlanApproved, PlanDrafted
from protocol.plan import Plan


@dataclass(frozen=True)
class Evidence:
    """One conversation and what it left behind.

    `gold` is the same seed with the gold SQL applied. `approved` (digests) and `confirmed` (steps) are what the person
    says they agreed to. `said` is the error the run ended with, `drift` why the recording no longer fits, if either.
    """

    scenario: Scenario
    origin: Origin
    model: str
    before: Picture
    after: Picture
    gold: Picture
    entries: tuple[Entry, ...]
    logged: tuple[Logged, ...]
    approved: tuple[str, ...]
    confirmed: tuple[str, ...]
    exit_code: int
    said: str = ""
    drift: str = ""

    @property
    def events(self) -> tuple[Move | Narrative, ...]:
        return tuple(entry.event for entry in self.entries)

    @property
    def plans(self) -> tuple[Plan, ...]:
        """The plans that were approved."""
        digests = {event.digest for event in self.events if isinstance(event, PlanApproved)}
        return tuple(e.plan for e in self.events if isinstance(e, PlanDrafted) and e.plan.digest in digests)

    @property
    def last_words(self) -> str:
        replies = [event.text for event in self.events if isinstance(event, ModelReplied) and event.text.strip()]
        return replies[-1] if replies else ""
