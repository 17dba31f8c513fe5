"""Run one step of an approved plan, or take it back; blocking, for a thread of its own."""

from collections.abc import Callable

from protocol.errors import Stopped
from protocol.steps import Backfill, Backup, ChangingStep, Concurrently, Gate, Preflight, Statements, Step
from tools import ledger
from tools.backfill import run_backfill
from tools.backup import run_backup
from tools.concurrently import run_concurrently
from tools.engines.postgres import Connection, lost_connection
from tools.execute import run_statements
from tools.preflight import run_preflight
from tools.work import Outcome, Work


def run_step(work: Work, step: Step) -> Outcome:
    """Run it; raise StepFailed or Refused with the reason."""
    match step:
        case Preflight():
            return run_preflight(work, step)
        case Backup():
            return run_backup(work, step)
        case Gate(waits_for=condition):
            return Outcome(facts=(("Passed", condition),))
        case Statements():
            return run_statements(work, step)
        case Concurrently():
            return run_concurrently(work, step)
        case Backfill():
            return run_backfill(work, step)


def undo_step(work: Work, step: Step, *, begun: bool = False) -> bool:
    """Run what undoes a step, then forget all of it; False for one that the ledger does not know: undone already.

    `begun` undoes it whatever the ledger says, for a step that was left in the middle.
    """
    if step.undo is None or not (begun or is_in_ledger(work, step.id)):
        return False
    for part in step.undo.steps:
        if run_step(work, _undoing(part)).paused:
            raise Stopped(f"Interrupted while step `{step.id}` was taken back; `whimbrel rollback` goes on.")
    ledger.forget_all(work, (step.id, *(part.id for part in step.undo.steps)))
    return True


def _undoing(part: ChangingStep) -> ChangingStep:
    """What an undo wants to be there may be there already: somebody brought it back, or never took it away."""
    return part.model_copy(update={"accepts_existing": True}) if isinstance(part, Concurrently) else part


def was_left_in_the_middle(work: Work, step: Step) -> bool:
    """A step that goes in pieces may have been begun without being done: a backfill, an index built concurrently."""
    return _asked(work, lambda connection: ledger.read_checkpoint(connection, work.run, step.id) is not None)


def is_in_ledger(work: Work, step_id: str) -> bool:
    return _asked(work, lambda connection: ledger.is_done(connection, work.run, step_id))


def _asked(work: Work, ask: Callable[[Connection], bool]) -> bool:
    with lost_connection(work.database), work.database.reading() as connection:
        return ledger.exists(connection) and ask(connection)
