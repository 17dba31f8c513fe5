"""The run as plain lines or as JSON lines; asks when a person sits there, and never guesses when not."""

import asyncio
import getpass
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TextIO

from protocol.discovery import Question, Scalar, Sheet
from protocol.errors import BadAnswer, NeedsAnswer, Refused
from protocol.events import Entry, FactsRead, ModelReplied, Move, Narrative, StepProgressed, StepStarted
from protocol.narration import lines_of
from protocol.person import Answers, Approve, Confirm, Confirmation, Decision, Decline, Hold, Modify, RollBack
from protocol.plan import Plan
from protocol.plan_markdown import markdown
from protocol.sheet_text import question_lines, sheet_lines
from protocol.states import State
from protocol.steps import Gate, Step, sql_of

DIGEST_AT_LEAST = 12
"""Characters of the digest that name a plan on the command line."""

ASKED_ALWAYS = ("environment", "downtime")
"""Asked although a safe assumption exists: the whole plan hangs on them."""


@dataclass(frozen=True)
class Consent:
    """What the command line agreed to beforehand."""

    approve: str | None = None
    yes: bool = False
    confirm_database: str | None = None
    gates: tuple[str, ...] = ()

    def passes(self, gate: Gate) -> bool:
        """What agrees to the steps opens no gate: that is a fact about the application, said by its id or `all`."""
        return gate.id in self.gates or "all" in self.gates


@dataclass
class Console:
    """A person at a terminal, or a pipeline that brought its answers."""

    answers: Mapping[str, Scalar] = field(default_factory=dict)
    consent: Consent = Consent()
    interactive: bool = False
    as_json: bool = False
    out: TextIO = field(default_factory=lambda: sys.stdout)

    def __post_init__(self) -> None:
        self._given: dict[str, Scalar] = {}
        self._streamed = False
        self._progress = -1
        self._facts_said = False

    # --- what happens ----------------------------------------------------------------------------------------------

    def show(self, entry: Entry, state: State) -> None:
        if self.as_json:
            self._print(entry.model_dump_json())
            return
        if isinstance(entry.event, ModelReplied) and self._streamed:
            self._streamed = False
            self._print("")
            return
        if self._is_news(entry.event):
            for line in lines_of(entry.event, state):
                self._print(line)

    def _is_news(self, event: Move | Narrative) -> bool:
        """Progress is said every five per cent, and the first reading of the facts only."""
        match event:
            case StepProgressed(rows=rows, of=of) if of:
                before, self._progress = self._progress, 20 * rows // of
                return self._progress != before
            case FactsRead():
                first, self._facts_said = not self._facts_said, True
                return first
            case StepStarted():
                self._progress = -1
        return True

    def stream(self, text: str) -> None:
        if not self.as_json:
            self._streamed = True
            self.out.write(text)
            self.out.flush()

    # --- what is asked ---------------------------------------------------------------------------------------------

    async def listen(self) -> str | None:
        if not self.interactive:
            return None
        return await self._read("you> ")

    async def answer(self, sheet: Sheet, questions: tuple[Question, ...], problems: dict[str, str]) -> Answers:
        fresh = {name: said for name, said in self.answers.items() if name not in self._given}
        if fresh:
            self._given |= fresh
            return Answers(given=fresh)
        if not self.interactive:
            self._refuse_what_was_given(problems)
            return Answers()
        return await self._interview(sheet, questions, problems)

    async def review(self, plan: Plan) -> Decision:
        if not self.as_json:
            self._print(markdown(plan))
        if self.consent.approve not in (None, "ask"):
            return self._approved_by_digest(plan, str(self.consent.approve))
        if self.consent.yes and plan.environment == "development":
            return Approve(digest=plan.digest, by=f"{getpass.getuser()} (--yes)")
        if not self.interactive:
            raise NeedsAnswer(_how_to_approve(plan, self.consent.yes), missing=("approval",))
        return await self._decide(plan)

    async def confirm(self, step: Step, plan: Plan) -> Confirmation:
        if isinstance(step, Gate):
            return await self._at_gate(step)
        if self.consent.approve not in (None, "ask") or (self.consent.yes and plan.environment == "development"):
            how = "--yes" if self.consent.yes else "--approve"
            return Confirm(step=step.id, by=f"{getpass.getuser()} ({how})")
        if not self.interactive:
            raise NeedsAnswer(f"Step `{step.id}` needs a confirmation and there is nobody to ask.", missing=(step.id,))
        for line in (
            f"Next step: {step.title}. {step.why}",
            f"Lock: {step.lock}, held {step.held.short}.",
            *sql_of(step),
        ):
            self._print("  " + line)
        while True:
            match await self._read("Run this step? (yes / hold / roll back) "):
                case "yes":
                    return Confirm(step=step.id, by=getpass.getuser())
                case "hold" | None:
                    return Hold()
                case "roll back":
                    return RollBack(by=getpass.getuser())

    async def _at_gate(self, gate: Gate) -> Confirmation:
        if self.consent.passes(gate):
            return Confirm(step=gate.id, by=f"{getpass.getuser()} (--gate)")
        if not self.interactive:
            return Hold()
        self._print(f"  Gate: {gate.title}. {gate.why}")
        while True:
            match await self._read(f"Is this true: {gate.waits_for} (yes / hold / roll back) "):
                case "yes":
                    return Confirm(step=gate.id, by=getpass.getuser())
                case "hold" | None:
                    return Hold()
                case "roll back":
                    return RollBack(by=getpass.getuser())

    async def after_trouble(self, state: State, reason: str) -> Literal["retry", "roll_back", "pause"]:  # noqa: ARG002
        if not self.interactive:
            return "pause"
        while True:
            match await self._read("What now? (retry / roll back / pause) "):
                case "retry":
                    return "retry"
                case "roll back":
                    return "roll_back"
                case "pause" | None:
                    return "pause"

    # --- how it is asked -------------------------------------------------------------------------------------------

    def _refuse_what_was_given(self, problems: dict[str, str]) -> None:
        if "plan" in problems:
            raise Refused(problems["plan"])
        wrong = [problem for name, problem in problems.items() if name in self._given]
        if wrong:
            raise BadAnswer(" ".join(wrong) + " Nothing was changed.")

    async def _interview(self, sheet: Sheet, questions: tuple[Question, ...], problems: dict[str, str]) -> Answers:
        given: dict[str, Scalar] = {}
        if "plan" in problems:
            self._print("! " + problems["plan"])
        for question in questions:
            asked = question in sheet.must(questions) or question.id in problems
            if asked or (question.id in ASKED_ALWAYS and question in sheet.open(questions)):
                said = await self._ask(question, problems.get(question.id))
                if said is None:
                    raise NeedsAnswer("The questions were left unanswered. Nothing was changed.")
                given[question.id] = said
        return await self._correct(sheet, questions, given)

    async def _ask(self, question: Question, problem: str | None) -> Scalar | None:
        for line in question_lines(question, problem):
            self._print(line)
        while True:
            said = await self._read(f"{question.id}> ")
            if said is None:
                return None
            said = said or str(question.recommended or "" if question.safe is None else question.safe)
            try:
                return question.parse(said)
            except BadAnswer as error:
                self._print("! " + error.message)

    async def _correct(self, sheet: Sheet, questions: tuple[Question, ...], given: dict[str, Scalar]) -> Answers:
        known = {question.id: question for question in questions}
        for line in sheet_lines(sheet, questions, given):
            self._print(line)
        while True:
            said = await self._read("Enter goes on with these; `question = answer` corrects one> ")
            name, equals, value = (said or "").partition("=")
            if not said:
                return Answers(given=given)
            if not equals or name.strip() not in known:
                return Answers(given=given) if not said.strip() else Answers(words=said)
            try:
                given[name.strip()] = known[name.strip()].parse(value.strip())
            except BadAnswer as error:
                self._print("! " + error.message)

    def _approved_by_digest(self, plan: Plan, digest: str) -> Approve:
        if len(digest) < DIGEST_AT_LEAST or not plan.digest.startswith(digest):
            raise Refused(
                f"The approval {digest[:DIGEST_AT_LEAST]} is for another plan; this one is {plan.digest}. "
                "Nothing was changed. Read the plan and approve its digest."
            )
        database = plan.facts.target.database
        if plan.environment == "production" and self.consent.confirm_database != database:
            raise NeedsAnswer(
                f"This is production: add --confirm-database {database}. Nothing was changed.",
                missing=("confirm_database",),
            )
        return Approve(digest=plan.digest, by=f"{getpass.getuser()} (--approve)")

    async def _decide(self, plan: Plan) -> Decision:
        database = plan.facts.target.database
        word = database if plan.environment == "production" else "yes"
        spoken = f"type the database's name, {database}, to proceed" if word == database else "yes"
        while True:
            said = await self._read(f"Proceed with migration? ({spoken} / modify / no) ")
            if said == word:
                return Approve(digest=plan.digest, by=getpass.getuser())
            if said in ("no", None):
                return Decline(reason="the person said no")
            if said == "modify":
                return await self._modify(plan)

    async def _modify(self, plan: Plan) -> Modify:
        names = [way.id for way in plan.strategies if not way.obstacle]
        said = await self._read(f"A strategy ({', '.join(names)}), or Enter for the questions> ")
        return Modify(strategy=said if said in names else None)

    async def _read(self, prompt: str) -> str | None:
        """Read a line without a thread that would outlive an interrupt; None at the end of input."""
        self.out.write(prompt)
        self.out.flush()
        loop, line = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

        def ready() -> None:
            loop.remove_reader(sys.stdin.fileno())
            line.set_result(sys.stdin.readline())

        loop.add_reader(sys.stdin.fileno(), ready)
        try:
            said: str = await line
        finally:
            loop.remove_reader(sys.stdin.fileno())
        return said.strip() if said else None

    def _print(self, line: str) -> None:
        print(line, file=self.out, flush=True)


def error_line(message: str, exit_code: int, missing: tuple[str, ...] = ()) -> str:
    """An error as a JSON line."""
    return json.dumps({"error": message, "exit": exit_code, "missing": list(missing)})


def _how_to_approve(plan: Plan, yes: bool) -> str:
    production = plan.environment == "production"
    name = f" --confirm-database {plan.facts.target.database}" if production else ""
    why = "--yes holds on development targets only. " if yes else ""
    return (
        f"The plan needs an approval and there is nobody to ask. {why}Nothing was changed. Read the plan above, then "
        f"run the same again with --approve {plan.digest[:DIGEST_AT_LEAST]}{name}"
    )
