"""What an event reads like as a line for the person; many events are shown elsewhere and have none."""

from typing import Literal, NamedTuple

from agent.chat.visible import visible
from protocol import events as e
from protocol.figure import spoken
from protocol.states import State, plan_of

Kind = Literal["person", "model", "program", "good", "bad", "warning", "quiet"]


class Line(NamedTuple):
    mark: str
    kind: Kind
    text: str


def line_of(event: e.Move | e.Narrative, state: State) -> Line | None:
    """Tell an event in one line, or None when it is not for the transcript."""
    line = _said(event) or _planned(event) or _ran(event, state) or _ended(event)
    return line._replace(text=visible(line.text)) if line else None


def check_line(check: e.CheckDone) -> Line:
    """Tell a check with what was observed: ✓ passed, ✗ failed, · only informs."""
    mark, kind = _MARKS[check.passed]
    return Line(mark, kind, visible(f"{check.title}: {check.observed}"))


_MARKS: dict[bool | None, tuple[str, Kind]] = {True: ("✓", "good"), False: ("✗", "bad"), None: ("·", "quiet")}


def _said(event: e.Move | e.Narrative) -> Line | None:
    match event:
        case e.PersonSaid(words=words):
            return Line("›", "person", words)
        case e.ModelReplied(text=text) if text.strip():
            return Line("", "model", text)
        case e.Told(text=text):
            return Line("◇", "program", text)
        case e.ToolRefused(tool=tool, reason=reason):
            return Line("!", "warning", f"{tool}: {reason}")
        case e.RequestMade(words=words, target_alias=alias):
            return Line("◆", "program", f"Request on {alias}: {words}")
        case e.FactsRead(facts=facts):
            read = "; ".join(f"{table.name}: {table.rows.short}" for table in facts.tables)
            return Line("·", "quiet", f"Read from {facts.target.database}: {read}.")
        case _:
            return None


def _planned(event: e.Move | e.Narrative) -> Line | None:
    match event:
        case e.DiscoveryCompleted():
            return Line("✓", "good", "Every question has its answer.")
        case e.DiscoveryReopened(reason=reason):
            return Line("?", "program", f"Back to the questions: {reason}")
        case e.PlanDrafted(plan=plan):
            return Line("◆", "program", f"Plan {plan.digest[:12]}: {plan.title}. F2 shows it.")
        case e.PlanWithdrawn(reason=reason):
            return Line("↶", "program", f"The plan was withdrawn: {reason}")
        case e.PlanApproved(digest=digest, by=by):
            return Line("✓", "good", f"Plan {digest[:12]} was approved by {by}.")
        case e.PlanDeclined(reason=reason):
            return Line("✗", "warning", f"The plan was declined: {reason}")
        case e.DriftFound(differences=differences):
            return Line("!", "bad", "The schema is not the one of the plan: " + "; ".join(differences))
        case _:
            return None


def _ran(event: e.Move | e.Narrative, state: State) -> Line | None:
    match event:
        case e.StepStarted(step=step):
            return Line("▶", "program", f"{title_of(step, state)}: started")
        case e.StepDone(step=step, seconds=seconds, facts=facts):
            told = "".join(f", {label} {value}" for label, value in facts)
            return Line("✓", "good", f"{title_of(step, state)}: done in {spoken(seconds, 'seconds')}{told}")
        case e.StepFailed(step=step, reason=reason):
            return Line("✗", "bad", f"{title_of(step, state)}: {reason}")
        case e.StepUndone(step=step):
            return Line("↶", "warning", f"{title_of(step, state)}: undone")
        case e.LockWaited(attempt=attempt, attempts=attempts, blockers=blockers):
            who = "; ".join(blockers) or "nobody who can be seen"
            return Line("…", "warning", f"Gave way, try {attempt} of {attempts}. The lock is held by {who}.")
        case e.CheckDone():
            return check_line(event)
        case e.SignalRead(state="alarm" | "notice" as alert):
            return Line("!", "bad" if alert == "alarm" else "warning", f"{event.signal}: {event.now} ({alert})")
        case _:
            return None


def _ended(event: e.Move | e.Narrative) -> Line | None:
    match event:
        case e.RunPaused(reason=reason):
            return Line("‖", "warning", f"Paused: {reason}")
        case e.RunResumed():
            return Line("▶", "program", "Going on.")
        case e.VerificationPassed():
            return Line("✓", "good", "Verification passed.")
        case e.VerificationFailed(reason=reason):
            return Line("✗", "bad", f"Verification failed: {reason}")
        case e.MonitoringEnded(reason=reason):
            return Line("✓", "good", f"The watch has ended: {reason}")
        case e.RollbackConfirmed(by=by):
            return Line("↶", "warning", f"{by} asked to roll back.")
        case e.RunRolledBack():
            return Line("↶", "warning", "Everything that was done is undone.")
        case e.RunAbandoned(reason=reason):
            return Line("✗", "warning", f"Ended: {reason}")
        case _:
            return None


def title_of(step_id: str, state: State) -> str:
    plan = plan_of(state)
    step = plan.step(step_id) if plan else None
    return step.title if step else step_id
