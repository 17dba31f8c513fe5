"""A run told from its journal, as Markdown: what was asked, approved, done and proved."""

from collections.abc import Iterable

from agent.runs import Run
from protocol import events as e
from protocol.figure import spoken
from protocol.narration import MARKS
from protocol.states import plan_of


def report_of(run: Run) -> str:
    """Return the report; a run without a plan has only its beginning."""
    return "\n".join(_lines(run)) + "\n"


def _lines(run: Run) -> Iterable[str]:
    plan = plan_of(run.state)
    yield f"# Run {run.id}"
    yield ""
    if run.request:
        yield f"**Request:** {run.request.words}"
        yield f"**Database:** {run.request.target_alias}"
    yield f"**Phase:** {run.state.phase.replace('_', ' ')}"
    if plan:
        chosen = ", ".join(plan.chosen)
        yield f"**Plan:** {plan.title}, strategy `{chosen}`, {plan.environment.upper()}, digest `{plan.digest}`"
    yield from ("", "## What happened", "")
    for entry in run.entries:
        line = _line(entry.event)
        if line:
            yield f"- {entry.at[:19].replace('T', ' ')} {line}"
        if isinstance(entry.event, e.StepDone):
            yield from (f"  - {label}: {text}" for label, text in entry.event.facts)


def _line(event: e.Move | e.Narrative) -> str:
    match event:
        case e.PlanDrafted(plan=plan):
            return f"plan drafted: {plan.id}, digest `{plan.digest[:12]}`"
        case e.PlanApproved(digest=digest, by=by):
            return f"approved by {by}: `{digest[:12]}`"
        case e.PlanDeclined(reason=reason):
            return f"declined: {reason}"
        case e.StepConfirmed(step=step, by=by):
            return f"step `{step}` confirmed by {by}"
        case e.StepDone(step=step, seconds=seconds):
            return f"step `{step}` done in {spoken(seconds, 'seconds')}"
        case e.StepFailed(step=step, reason=reason):
            return f"step `{step}` failed: {reason}"
        case e.LockWaited(step=step, attempt=attempt, blockers=blockers):
            return f"step `{step}` got no lock at try {attempt}: {'; '.join(blockers) or 'holder unknown'}"
        case e.RunPaused(reason=reason):
            return f"paused: {reason}"
        case e.RunResumed():
            return "resumed"
        case e.DriftFound(differences=found):
            return "drift: " + "; ".join(found)
        case e.CheckDone(title=title, observed=observed, passed=passed):
            return f"{MARKS[passed]} {title}: {observed}"
        case e.VerificationPassed():
            return "verified"
        case e.VerificationFailed(reason=reason):
            return reason
        case e.ToolRefused(tool=tool, reason=reason):
            return f"refused `{tool}`: {reason}"
        case e.StepUndone(step=step):
            return f"step `{step}` undone"
        case e.RunRolledBack():
            return "rolled back"
        case e.MonitoringEnded(reason=reason):
            return f"the watch ended: {reason}"
        case e.RunAbandoned(reason=reason):
            return f"abandoned: {reason}"
        case _:
            return ""
