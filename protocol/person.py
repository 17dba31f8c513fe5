"""The person's side of a run: what they are asked, and what they can decide. Approvals come from here only."""

from typing import Literal, Protocol

from pydantic import Field

from protocol.discovery import Question, Scalar, Sheet
from protocol.events import Entry
from protocol.plan import Plan
from protocol.states import State
from protocol.steps import Step
from protocol.value import Value


class Answers(Value):
    """Answers by question id, as typed; `words` is what was said instead of, or besides, answering."""

    given: dict[str, Scalar] = Field(default_factory=dict)
    words: str = ""


class Approve(Value):
    """Yes to the plan of this digest, which the person has seen."""

    kind: Literal["approve"] = "approve"
    digest: str
    by: str


class Decline(Value):
    kind: Literal["decline"] = "decline"
    reason: str


class Modify(Value):
    """Plan again: with another strategy, other answers, or as said in words."""

    kind: Literal["modify"] = "modify"
    strategy: str | None = None
    answers: Answers = Answers()


Decision = Approve | Decline | Modify


class Confirm(Value):
    """Yes to this one step."""

    kind: Literal["confirm"] = "confirm"
    step: str
    by: str


class Hold(Value):
    """Not now: the run pauses and can be resumed."""

    kind: Literal["hold"] = "hold"


class RollBack(Value):
    """Take back what was done."""

    kind: Literal["roll_back"] = "roll_back"
    by: str


Confirmation = Confirm | Hold | RollBack


class Person(Protocol):
    """A screen, a terminal or a pipeline. It sees events and answers questions; it decides nothing about the run."""

    async def listen(self) -> str | None:
        """Wait for the next words; None when the person leaves."""

    async def answer(self, sheet: Sheet, questions: tuple[Question, ...], problems: dict[str, str]) -> Answers:
        """Ask `questions` (all of the change's, answered ones for correction); `problems` maps ids to reasons."""

    async def review(self, plan: Plan) -> Decision:
        """Show the plan and get a decision."""

    async def confirm(self, step: Step, plan: Plan) -> Confirmation:
        """Show the next step and get a yes for it."""

    async def after_trouble(self, state: State, reason: str) -> Literal["retry", "roll_back", "pause"]:
        """A step or the verification failed: say what happens next."""

    def show(self, entry: Entry, state: State) -> None:
        """Something happened, and this is the state after it."""

    def stream(self, text: str) -> None:
        """The model says a little more of its running message."""
