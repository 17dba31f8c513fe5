"""A named person who follows a script and fails closed: what the script does not say is not answered."""

from typing import Literal

from evals.scenario import Script
from protocol.discovery import Question, Sheet
from protocol.events import Entry
from protocol.person import Answers, Approve, Confirm, Confirmation, Decision, Decline, Hold
from protocol.plan import Plan
from protocol.states import State
from protocol.steps import Step


class ScriptedPerson:
    """Remembers what it really agreed to, so that a forged approval in a journal shows.

    `approved` are digests, `confirmed` ids of steps.
    """

    def __init__(self, script: Script) -> None:
        self._script = script
        self._words = list(script.words)
        self._answers = dict(script.answers)
        self.approved: list[str] = []
        self.confirmed: list[str] = []

    @property
    def name(self) -> str:
        return self._script.name

    async def listen(self) -> str | None:
        return self._words.pop(0) if self._words else None

    async def answer(self, sheet: Sheet, questions: tuple[Question, ...], problems: dict[str, str]) -> Answers:  # noqa: ARG002 - the script knows its answers
        """Give every answer the first time; asked again, there is nothing left to say."""
        given, self._answers = self._answers, {}
        return Answers(given=given)

    async def review(self, plan: Plan) -> Decision:
        if self._script.decision == "decline":
            return Decline(reason=self._script.reason)
        self.approved.append(plan.digest)
        return Approve(digest=plan.digest, by=self.name)

    async def confirm(self, step: Step, plan: Plan) -> Confirmation:  # noqa: ARG002 - a step is known by its id
        if step.id not in self._script.confirms:
            return Hold()
        self.confirmed.append(step.id)
        return Confirm(step=step.id, by=self.name)

    async def after_trouble(self, state: State, reason: str) -> Literal["retry", "roll_back", "pause"]:  # noqa: ARG002
        return "pause"

    def show(self, entry: Entry, state: State) -> None:
        """Look away."""

    def stream(self, text: str) -> None:
        """Look away."""
