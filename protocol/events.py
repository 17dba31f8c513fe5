"""Everything that can happen in a run, as past-tense facts; a run is a list of these.

The first half moves the machine; the second half is narrative and moves nothing.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from protocol.discovery import Answer
from protocol.facts import Facts
from protocol.plan import Plan
from protocol.target import Environment
from protocol.value import Value

# --- events that move the machine ----------------------------------------------------------------------------------


class RequestMade(Value):
    type: Literal["request_made"] = "request_made"
    words: str
    target_alias: str
    environment: Environment | None = None


class ChangeNamed(Value):
    """The change `number` of the request is of this kind; the next number adds one, a known one replaces it."""

    type: Literal["change_named"] = "change_named"
    number: int
    change: str


class AnswerGiven(Value):
    type: Literal["answer_given"] = "answer_given"
    answer: Answer


class DiscoveryCompleted(Value):
    type: Literal["discovery_completed"] = "discovery_completed"


class DiscoveryReopened(Value):
    """The person wants another answer, or the plan cannot be made with these."""

    type: Literal["discovery_reopened"] = "discovery_reopened"
    reason: str


class PlanDrafted(Value):
    type: Literal["plan_drafted"] = "plan_drafted"
    plan: Plan


class PlanWithdrawn(Value):
    type: Literal["plan_withdrawn"] = "plan_withdrawn"
    reason: str


class PlanApproved(Value):
    type: Literal["plan_approved"] = "plan_approved"
    digest: str
    by: str


class PlanDeclined(Value):
    type: Literal["plan_declined"] = "plan_declined"
    reason: str


class DriftFound(Value):
    type: Literal["drift_found"] = "drift_found"
    differences: tuple[str, ...]


class StepConfirmed(Value):
    type: Literal["step_confirmed"] = "step_confirmed"
    step: str
    by: str


class StepStarted(Value):
    type: Literal["step_started"] = "step_started"
    step: str


class StepDone(Value):
    """`fingerprint` is that of everything the plan watches, after the step; `facts` are label and value for the report.

    `rows` are the rows of each table that was counted, by its name.
    """

    type: Literal["step_done"] = "step_done"
    step: str
    fingerprint: str
    facts: tuple[tuple[str, str], ...] = ()
    rows: dict[str, int] = Field(default_factory=dict)
    seconds: float


class StepFailed(Value):
    """`refused` tells a guard's no, before anything was tried, from a step that was tried and did not work."""

    type: Literal["step_failed"] = "step_failed"
    step: str
    reason: str
    refused: bool = False


class RunPaused(Value):
    type: Literal["run_paused"] = "run_paused"
    reason: str


class RunResumed(Value):
    type: Literal["run_resumed"] = "run_resumed"


class CheckDone(Value):
    """`passed` is None for a check that only informs."""

    type: Literal["check_done"] = "check_done"
    check: str
    title: str
    observed: str
    passed: bool | None


class VerificationPassed(Value):
    type: Literal["verification_passed"] = "verification_passed"


class VerificationFailed(Value):
    type: Literal["verification_failed"] = "verification_failed"
    reason: str


class MonitoringEnded(Value):
    type: Literal["monitoring_ended"] = "monitoring_ended"
    reason: str


class RollbackConfirmed(Value):
    type: Literal["rollback_confirmed"] = "rollback_confirmed"
    by: str


class StepUndone(Value):
    type: Literal["step_undone"] = "step_undone"
    step: str


class RunRolledBack(Value):
    type: Literal["run_rolled_back"] = "run_rolled_back"


class RunAbandoned(Value):
    type: Literal["run_abandoned"] = "run_abandoned"
    reason: str


# --- events that tell the story and move nothing -------------------------------------------------------------------


class FactsRead(Value):
    type: Literal["facts_read"] = "facts_read"
    facts: Facts


class StepProgressed(Value):
    """`left` and `rate` (rows a second) are None until known."""

    type: Literal["step_progressed"] = "step_progressed"
    step: str
    rows: int
    of: int | None = None
    rate: float | None = None
    seconds_left: float | None = None
    batch_p95_ms: float | None = None


class BackupGrew(Value):
    """The dump has this many bytes so far; uncompressed it would be `at_most`."""

    type: Literal["backup_grew"] = "backup_grew"
    step: str
    bytes: int
    at_most: int


class LockWaited(Value):
    """A try for a lock ended without it; `blockers` says in words who holds it."""

    type: Literal["lock_waited"] = "lock_waited"
    step: str
    attempt: int
    attempts: int
    blockers: tuple[str, ...]


class SignalRead(Value):
    """One reading of a signal; `now` and `baseline` are `value` and the one before the migration, as words."""

    type: Literal["signal_read"] = "signal_read"
    signal: str
    value: float
    now: str
    baseline: str
    state: Literal["normal", "notice", "alarm"]


class PersonSaid(Value):
    type: Literal["person_said"] = "person_said"
    words: str


class ModelReplied(Value):
    """`blocks` are the model's content blocks, verbatim, for the next request."""

    type: Literal["model_replied"] = "model_replied"
    text: str
    blocks: tuple[dict[str, Any], ...] = ()
    model: str
    stop: str
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float | None = None


class ToolReturned(Value):
    type: Literal["tool_returned"] = "tool_returned"
    call_id: str
    tool: str
    content: str


class ToolRefused(Value):
    type: Literal["tool_refused"] = "tool_refused"
    call_id: str
    tool: str
    reason: str


class Told(Value):
    """A sentence of the program itself to the person."""

    type: Literal["told"] = "told"
    text: str


Move = (
    RequestMade
    | ChangeNamed
    | AnswerGiven
    | DiscoveryCompleted
    | DiscoveryReopened
    | PlanDrafted
    | PlanWithdrawn
    | PlanApproved
    | PlanDeclined
    | DriftFound
    | StepConfirmed
    | StepStarted
    | StepDone
    | StepFailed
    | RunPaused
    | RunResumed
    | CheckDone
    | VerificationPassed
    | VerificationFailed
    | MonitoringEnded
    | RollbackConfirmed
    | StepUndone
    | RunRolledBack
    | RunAbandoned
)

Narrative = (
    FactsRead
    | StepProgressed
    | BackupGrew
    | LockWaited
    | SignalRead
    | PersonSaid
    | ModelReplied
    | ToolReturned
    | ToolRefused
    | Told
)

Event = Annotated[Move | Narrative, Field(discriminator="type")]

EVENTS: TypeAdapter[Move | Narrative] = TypeAdapter(Event)


class Entry(Value):
    """One line of a journal: the event, its number from 1, and when it was written (ISO 8601, UTC)."""

    n: int
    at: str
    event: Event
