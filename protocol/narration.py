"""Each event as lines for a person; what is only for the machine gives none."""

from collections.abc import Iterable

from protocol import events as e
from protocol.figure import spoken
from protocol.states import Monitoring, State, plan_of

MARKS = {True: "✓", False: "✗", None: "·"}


def lines_of(event: e.Move | e.Narrative, state: State) -> Iterable[str]:
    """Yield what is to be read, without markup."""
    match event:
        case e.RequestMade(words=words, target_alias=alias):
            yield f"Request: {words}"
            yield f"Database: {alias}"
        case e.FactsRead(facts=facts):
            for table in facts.tables:
                size = f"{table.heap_bytes.short} + {table.index_bytes.short} indexes"
                yield f"Read: {table.name}, {table.rows.short}, {size}"
        case e.PlanDrafted(plan=plan):
            yield f"Plan {plan.id}: {plan.title}, strategy {', '.join(plan.chosen)}, digest {plan.digest[:12]}"
        case e.PlanApproved(digest=digest, by=by):
            yield f"Approved: {digest[:12]} by {by}"
        case e.PlanDeclined(reason=reason):
            yield f"Declined: {reason}. Nothing was changed."
        case e.PlanWithdrawn(reason=reason) | e.DiscoveryReopened(reason=reason):
            yield f"Again: {reason}"
        case e.DriftFound(differences=found):
            yield "The schema is not the approved one: " + "; ".join(found)
        case e.StepStarted(step=step):
            yield _step_started(step, state)
        case e.StepProgressed():
            yield _progress(event)
        case e.BackupGrew(bytes=size, at_most=most):
            yield f"  {spoken(size, 'bytes')} written (at most {spoken(most, 'bytes')})"
        case e.LockWaited(attempt=attempt, attempts=attempts, blockers=blockers):
            yield f"  no lock at try {attempt} of {attempts}: " + ("; ".join(blockers) or "whoever held it is gone")
        case e.StepDone(step=step, seconds=seconds, facts=facts):
            yield f"✓ {step} done in {spoken(seconds, 'seconds')}"
            yield from (f"  {label}: {text}" for label, text in facts)
        case e.StepFailed(step=step, reason=reason):
            yield f"✗ {step} failed: {reason}"
        case e.RunPaused(reason=reason):
            yield f"Paused: {reason}"
        case e.RunResumed():
            yield "Going on."
        case e.CheckDone(title=title, observed=observed, passed=passed):
            yield f"{MARKS[passed]} {title}: {observed}"
        case e.VerificationPassed():
            yield "✓ Verified."
        case e.VerificationFailed(reason=reason):
            yield f"✗ {reason}"
        case e.SignalRead(signal=signal, now=now, baseline=baseline, state=judged) if isinstance(state, Monitoring):
            yield f"  watch: {signal} {now} (before: {baseline}) {judged}"
        case e.StepUndone(step=step):
            yield _undone(step, state)
        case e.RunRolledBack():
            yield "Rolled back."
        case e.MonitoringEnded(reason=reason):
            yield f"The watch ended: {reason}"
        case e.RunAbandoned(reason=reason):
            yield f"Abandoned: {reason}"
        case e.ToolRefused(tool=tool, reason=reason):
            yield f"Refused: {tool}: {reason}"
        case e.ModelReplied(text=text) | e.Told(text=text) if text:
            yield text
        case _:
            return


def _step_started(step_id: str, state: State) -> str:
    plan = plan_of(state)
    steps = plan.steps if plan else ()
    for number, step in enumerate(steps, start=1):
        if step.id == step_id:
            return f"Step {number} of {len(steps)}: {step.title}"
    return f"Step {step_id}"


def _undone(step_id: str, state: State) -> str:
    plan = plan_of(state)
    step = plan.step(step_id) if plan else None
    return f"✓ {step_id} undone" if step is not None and step.undo else f"· {step_id}: nothing to undo"


def _progress(event: e.StepProgressed) -> str:
    share = f"{100 * event.rows / event.of:.0f} % " if event.of else ""
    rate = f", {event.rate:,.0f} rows/s" if event.rate else ""
    left = f", {spoken(event.seconds_left, 'seconds')} left" if event.seconds_left else ""
    return f"  {share}{event.rows:,} rows{rate}{left}"
