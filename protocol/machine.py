"""Every legal move of a run, in one pure function: `advance(state, event) -> state`."""

from typing import TypeVar, get_args

from protocol import events as e
from protocol.errors import IllegalMove
from protocol.states import (
    Abandoned,
    Approval,
    Approved,
    Discovery,
    Done,
    Execution,
    Idle,
    Monitoring,
    Paused,
    Planning,
    RolledBack,
    RollingBack,
    State,
    Verification,
    no_return_of,
)
from protocol.value import Value

NARRATIVE = get_args(e.Narrative)

V = TypeVar("V", bound=Value)


def advance(state: State, event: e.Move | e.Narrative) -> State:
    """Return the state after `event`, or raise IllegalMove and leave everything as it was."""
    if isinstance(event, NARRATIVE):
        return state
    after = _moved(state, event)
    if after is None:
        raise IllegalMove(f"`{event.type}` is not possible in phase {state.phase.replace('_', ' ')}; nothing was done.")
    return after


def _moved(state: State, event: e.Move | e.Narrative) -> State | None:
    match state, event:
        case Idle(), e.RequestMade(words=words, environment=environment):
            return Discovery(words=words, environment=environment)
        case Discovery(), e.AnswerGiven(answer=answer):
            return _with(state, sheet=state.sheet.with_answer(answer))
        case Discovery(), e.ChangeNamed(number=number, change=change) if 1 <= number <= len(state.changes) + 1:
            return _with(state, changes=(*state.changes[: number - 1], change, *state.changes[number:]))
        case Discovery(changes=(_, *_)), e.DiscoveryCompleted():
            return Planning(words=state.words, environment=state.environment, changes=state.changes, sheet=state.sheet)
        case Planning(), e.DiscoveryReopened():
            return _reopened(state)
        case Planning(), e.PlanDrafted(plan=plan):
            return Approval(plan=plan, before=state)
        case Approval(), e.PlanWithdrawn() | e.DriftFound():
            return state.before
        case Approval(), e.PlanApproved(digest=digest, by=by):
            return _approved(state, digest, by)
        case Approval(), e.PlanDeclined(reason=reason):
            return Abandoned(reason=reason)
        case Discovery() | Planning() | Approval(), e.RunAbandoned(reason=reason):
            return Abandoned(reason=reason)
        case Execution(), _:
            return _in_execution(state, event)
        case Paused(), _:
            return _in_pause(state, event)
        case Verification(), e.CheckDone(check=check, passed=passed):
            failed = (*state.failed, check) if passed is False else state.failed
            return _with(state, answered=state.answered | {check}, failed=failed)
        case Verification(), e.VerificationPassed() if state.is_proved:
            return Monitoring(execution=state.execution)
        case Verification(), e.VerificationFailed(reason=reason):
            return Paused(was=Verification(execution=state.execution), reason=reason, failed=True)
        case Verification(), e.RunPaused(reason=reason):
            return Paused(was=Verification(execution=state.execution), reason=reason)
        case Verification() | Monitoring(), e.RollbackConfirmed():
            return _rolling_back(state.execution)
        case Monitoring(), e.MonitoringEnded():
            return Done(execution=state.execution)
        case RollingBack(left=(first, *rest)), e.StepUndone(step=step) if step == first:
            return _with(state, left=tuple(rest))
        case RollingBack(left=()), e.RunRolledBack():
            return RolledBack(execution=state.execution)
        case _:
            return None


def _in_execution(state: Execution, event: e.Move | e.Narrative) -> State | None:
    match event:
        case e.StepConfirmed(step=step) if step == state.next_step and not state.running:
            return _with(state, confirmed=step)
        case e.StepStarted(step=step) if step == state.confirmed and not state.running:
            return _with(state, running=True)
        case e.StepDone(step=step, fingerprint=fingerprint) if step == state.confirmed and state.running:
            return _after(
                _with(state, done=(*state.done, step), fingerprint=fingerprint, confirmed=None, running=False)
            )
        case e.StepFailed(step=step, reason=reason) if step == state.confirmed:
            return Paused(was=_rested(state), reason=reason, failed=True)
        case e.RunPaused(reason=reason):
            return Paused(was=_rested(state), reason=reason)
        case e.DriftFound(differences=differences) if state.done:
            return Paused(was=_rested(state), reason="drift: " + "; ".join(differences), drifted=True)
        case e.DriftFound() if not state.running:
            return state.before
        case e.PlanWithdrawn() if not state.done and not state.running:
            return state.before
        case e.RunAbandoned(reason=reason) if not state.done and not state.running:
            return Abandoned(reason=reason)
        case e.RollbackConfirmed() if not state.running:
            return _rolling_back(state)
        case _:
            return None


def _in_pause(state: Paused, event: e.Move | e.Narrative) -> State | None:
    execution = state.was if isinstance(state.was, Execution) else state.was.execution
    match event:
        case e.RunResumed() if not state.drifted:
            return state.was
        case e.DriftFound(differences=differences):
            return _with(state, reason="drift: " + "; ".join(differences), drifted=True)
        case e.RollbackConfirmed():
            return _rolling_back(execution)
        case e.RunAbandoned(reason=reason):
            return Abandoned(reason=reason)
        case _:
            return None


def _after(state: Execution) -> State:
    return state if state.next_step else Verification(execution=state)


def _rested(state: Execution) -> Execution:
    """The same execution with nothing running; the step needs its confirmation again."""
    return _with(state, confirmed=None, running=False)


def _approved(state: Approval, digest: str, by: str) -> Execution:
    if digest != state.plan.digest:
        raise IllegalMove("the approval is for another plan than the one shown; nothing was done.")
    if state.plan.errors:
        raise IllegalMove("the plan has lint errors; it cannot be approved. Nothing was done.")
    return Execution(
        approved=Approved(plan=state.plan, digest=digest, by=by),
        before=state.before,
        fingerprint=state.plan.schema_before.fingerprint,
    )


def _rolling_back(state: Execution) -> RollingBack:
    final = no_return_of(state)
    if final is not None:
        raise IllegalMove(
            f"“{final.title}” was the point of no return, and it is behind this run. Nothing was taken back. "
            "What is gone is in the backup: restore from there, or go on."
        )
    return RollingBack(execution=_rested(state), left=tuple(reversed(state.done)))


def _reopened(state: Planning) -> Discovery:
    return Discovery(words=state.words, environment=state.environment, changes=state.changes, sheet=state.sheet)


def _with(state: V, **changes: object) -> V:
    """Build the state anew with its validators, which `model_copy` would skip."""
    return type(state)(**{name: getattr(state, name) for name in type(state).model_fields} | changes)
