"""The phases of a run. A state is a class, and what it needs is a field: no Execution without an Approved."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from protocol.discovery import Sheet
from protocol.plan import Plan
from protocol.steps import Step
from protocol.target import Environment
from protocol.value import Value


class Approved(Value):
    """A plan together with the person's approval of exactly its digest; it cannot be built otherwise."""

    plan: Plan
    digest: str
    by: str

    @model_validator(mode="after")
    def _binds(self) -> "Approved":
        if self.digest != self.plan.digest:
            raise ValueError("the approval is for another plan")
        if self.plan.errors:
            raise ValueError("a plan with lint errors cannot be approved")
        return self


class Idle(Value):
    """Nothing was asked yet."""

    phase: Literal["idle"] = "idle"


class Discovery(Value):
    """`changes` are the kinds of change asked for, in the order they are to be made."""

    phase: Literal["discovery"] = "discovery"
    words: str
    environment: Environment | None = None
    changes: tuple[str, ...] = ()
    sheet: Sheet = Sheet()


class Planning(Value):
    """Every question has its answer; a plan can be drafted."""

    phase: Literal["planning"] = "planning"
    words: str
    environment: Environment | None = None
    changes: tuple[str, ...] = Field(min_length=1)
    sheet: Sheet


class Approval(Value):
    """A plan waits for the person."""

    phase: Literal["approval"] = "approval"
    plan: Plan
    before: Planning


class Execution(Value):
    """Steps run in order; `confirmed` is the step the person said yes to, `running` whether it has started."""

    phase: Literal["execution"] = "execution"
    approved: Approved
    before: Planning
    done: tuple[str, ...] = ()
    fingerprint: str
    confirmed: str | None = None
    running: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> "Execution":
        ids = tuple(step.id for step in self.approved.plan.steps)
        if self.done != ids[: len(self.done)]:
            raise ValueError("steps are done in the order of the plan")
        if self.confirmed is not None and self.confirmed != self.next_step:
            raise ValueError("only the next step can be confirmed")
        if self.running and self.confirmed is None:
            raise ValueError("no step runs unconfirmed")
        return self

    @property
    def next_step(self) -> str | None:
        steps = self.approved.plan.steps
        return steps[len(self.done)].id if len(self.done) < len(steps) else None


class Verification(Value):
    """Checks are answered one by one; it can only pass when every check of the plan was, and none failed."""

    phase: Literal["verification"] = "verification"
    execution: Execution
    answered: frozenset[str] = frozenset()
    failed: tuple[str, ...] = ()

    @property
    def is_proved(self) -> bool:
        asked = {check.id for check in self.execution.approved.plan.checks}
        return not self.failed and asked <= self.answered


class Monitoring(Value):
    phase: Literal["monitoring"] = "monitoring"
    execution: Execution


class Paused(Value):
    """Nothing runs and no lock is held. After drift there is no way on, only back or out.

    `failed` tells a step or verification that did not work from a pause that was wanted.
    """

    phase: Literal["paused"] = "paused"
    was: Annotated[Execution | Verification, Field(discriminator="phase")]
    reason: str
    drifted: bool = False
    failed: bool = False


class RollingBack(Value):
    """`left` are the steps still to undo, the next one first."""

    phase: Literal["rolling_back"] = "rolling_back"
    execution: Execution
    left: tuple[str, ...]


class Done(Value):
    phase: Literal["done"] = "done"
    execution: Execution


class RolledBack(Value):
    phase: Literal["rolled_back"] = "rolled_back"
    execution: Execution


class Abandoned(Value):
    phase: Literal["abandoned"] = "abandoned"
    reason: str


State = (
    Idle
    | Discovery
    | Planning
    | Approval
    | Execution
    | Verification
    | Monitoring
    | Paused
    | RollingBack
    | Done
    | RolledBack
    | Abandoned
)

FINAL = (Done, RolledBack, Abandoned)


def plan_of(state: State) -> Plan | None:
    """The plan a state speaks of, if it has one."""
    match state:
        case Approval(plan=plan):
            return plan
        case Execution(approved=approved):
            return approved.plan
        case Verification() | Monitoring() | RollingBack() | Done() | RolledBack():
            return state.execution.approved.plan
        case Paused(was=was):
            return plan_of(was)
        case _:
            return None


def no_return_of(execution: Execution) -> Step | None:
    """The step behind which nothing can be taken back any more, once it is done."""
    steps = execution.approved.plan.steps
    return next((step for step in steps if step.is_no_return and step.id in execution.done), None)


def execution_of(state: State) -> Execution | None:
    """The execution a state speaks of, if it has one."""
    match state:
        case Execution():
            return state
        case Verification() | Monitoring() | RollingBack() | Done() | RolledBack():
            return state.execution
        case Paused(was=was):
            return execution_of(was)
        case _:
            return None
