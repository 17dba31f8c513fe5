"""Whatever happens, in whatever order: no step starts without an approval of exactly its plan and a yes to itself."""

import json
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pydantic import ValidationError

from protocol import events as e
from protocol.discovery import Answer, Origin
from protocol.errors import IllegalMove
from protocol.machine import advance
from protocol.plan import Plan
from protocol.states import FINAL, Approval, Approved, Execution, Idle, Paused, RollingBack, State
from protocol.steps import Backfill, Statements

Moves = Callable[[State, e.Move | e.Narrative], State]

FINDING = settings(max_examples=100, stateful_step_count=40, deadline=None, database=None)
FALLING = settings(FINDING, max_examples=1000, phases=(Phase.generate,), derandomize=True)


class Witness:
    """Judges a start by the history alone; it knows nothing of the machine's states."""

    def __init__(self, history: Sequence[e.Move]) -> None:
        self.drafted: Plan | None = None
        self.approved: str | None = None
        self.confirmed: str | None = None
        self.running = False
        self.done: list[str] = []
        for event in history:
            self._sees(event)

    def objection(self, step: str) -> str | None:
        """Say why this step may not start now."""
        if self.drafted is None or self.approved != self.drafted.digest:
            return "no plan is approved"
        if [known.id for known in self.drafted.steps][len(self.done)] != step:
            return "it is not the next step of the approved plan"
        if self.running:
            return "it runs already"
        return None if self.confirmed == step else "nobody said yes to this step since"

    def _sees(self, event: e.Move) -> None:
        match event:
            case e.PlanDrafted(plan=plan):
                self.drafted, self.approved, self.done = plan, None, []
            case e.PlanApproved(digest=digest):
                self.approved = digest
            case e.PlanWithdrawn() | e.DriftFound() | e.RollbackConfirmed() | e.RunAbandoned() | e.PlanDeclined():
                self.approved = None
            case e.StepConfirmed(step=step):
                self.confirmed = step
            case e.StepStarted():
                self.running = True
            case e.StepDone(step=step):
                self.done.append(step)
                self.confirmed, self.running = None, False
            case e.StepFailed() | e.RunPaused():
                self.confirmed, self.running = None, False
            case _:
                pass


def objection_to(state: State, history: Sequence[e.Move], step: str) -> str | None:
    """Say what is wrong with starting `step` in `state` after `history`; None when all is right."""
    if not isinstance(state, Execution):
        return "nothing is being executed"
    if state.approved.digest != state.approved.plan.digest:
        return "the approval in the state is for another plan"
    return Witness(history).objection(step)


def possible(plans: Sequence[Plan]) -> list[e.Move]:
    """Every event that may be tried: right ones, and those of other plans, other steps and no plan at all."""
    steps = [*dict.fromkeys(step.id for plan in plans for step in plan.steps), "unheard_of"]
    answer = Answer(question="column", value="role", origin=Origin.PERSON)
    return [
        e.RequestMade(words="add a column", target_alias="shop"),
        e.AnswerGiven(answer=answer),
        e.ChangeNamed(number=1, change="add_column"),
        e.DiscoveryCompleted(),
        e.DiscoveryReopened(reason="another answer"),
        e.PlanWithdrawn(reason="another way"),
        e.PlanDeclined(reason="no"),
        e.DriftFound(differences=("column `x` was added",)),
        e.RunPaused(reason="wait"),
        e.RunResumed(),
        e.VerificationPassed(),
        e.VerificationFailed(reason="it is not there"),
        e.MonitoringEnded(reason="over"),
        e.RollbackConfirmed(by="ann"),
        e.RunRolledBack(),
        e.RunAbandoned(reason="enough"),
        *(e.PlanDrafted(plan=plan) for plan in plans),
        *(e.PlanApproved(digest=digest, by="ann") for digest in (*(plan.digest for plan in plans), "", "0" * 64)),
        *(
            e.CheckDone(check=check.id, title="t", observed="o", passed=passed)
            for check in plans[0].checks
            for passed in (True, False, None)
        ),
        *(
            kind.model_validate({"step": step, **more})
            for step in steps
            for kind, more in (
                (e.StepConfirmed, {"by": "ann"}),
                (e.StepStarted, {}),
                (e.StepDone, {"fingerprint": "f", "seconds": 1}),
                (e.StepFailed, {"reason": "no lock"}),
                (e.StepUndone, {}),
            )
        ),
    ]


def until_approved(plan: Plan) -> list[e.Move]:
    return [
        e.RequestMade(words="add a column", target_alias="shop"),
        e.ChangeNamed(number=1, change="add_column"),
        e.DiscoveryCompleted(),
        e.PlanDrafted(plan=plan),
        e.PlanApproved(digest=plan.digest, by="ann"),
    ]


def is_of(event: e.Move, step: str | None) -> bool:
    return getattr(event, "step", step) == step


USUAL = (e.StepConfirmed, e.StepStarted, e.StepDone)
OF_A_STEP = (*USUAL, e.StepFailed, e.RunPaused, e.RunResumed)
SETBACKS = (
    e.DiscoveryReopened,
    e.PlanWithdrawn,
    e.PlanDeclined,
    e.DriftFound,
    e.RollbackConfirmed,
    e.MonitoringEnded,
    e.RunAbandoned,
)


class Runs(RuleBasedStateMachine):
    """Fires events at `moves`, legal ones often enough to get far; keeps what was accepted."""

    plans: Sequence[Plan]
    moves: Moves

    def __init__(self) -> None:
        super().__init__()
        self.events = possible(self.plans)
        self.state: State = Idle()
        self.accepted: list[e.Move] = []

    @initialize(data=st.data(), approved=st.booleans())
    def a_plan_may_be_approved_already(self, data: st.DataObject, approved: bool) -> None:
        if approved:
            for event in until_approved(data.draw(st.sampled_from(self.plans), label="approved")):
                self.fire(event)

    @rule(data=st.data())
    def anything_is_tried(self, data: st.DataObject) -> None:
        self.fire(data.draw(st.sampled_from(self.events), label="tried"))

    @precondition(lambda self: not isinstance(self.state, FINAL))
    @rule(data=st.data())
    def something_legal_happens(self, data: st.DataObject) -> None:
        ways = [event for event in self.events if self.is_legal(event)]
        on = [event for event in ways if not isinstance(event, SETBACKS)]
        self.fire(data.draw(st.sampled_from(on or ways), label="happened"))

    @precondition(lambda self: isinstance(self.state, Execution))
    @rule(said=st.just(USUAL) | st.lists(st.sampled_from(OF_A_STEP), min_size=1, max_size=4))
    def the_next_step_is_tried(self, said: Sequence[type[e.Move]]) -> None:
        for kind in said:
            step = self.state.next_step if isinstance(self.state, Execution) else "preflight"
            self.fire(next(event for event in self.events if isinstance(event, kind) and is_of(event, step)))

    @precondition(lambda self: isinstance(self.state, FINAL))
    @rule()
    def another_run_begins(self) -> None:
        self.state, self.accepted = Idle(), []

    def is_legal(self, event: e.Move) -> bool:
        try:
            self.moves(self.state, event)
        except IllegalMove:
            return False
        return True

    def fire(self, event: e.Move) -> None:
        before = self.state
        try:
            self.state = self.moves(before, event)
        except IllegalMove:
            assert self.state is before
            return
        if isinstance(event, e.StepStarted):
            assert objection_to(before, self.accepted, event.step) is None
        self.accepted.append(event)


class SavedRuns(Runs):
    """Saves and loads every state besides."""

    saved: State | None = None

    @invariant()
    def the_state_survives_the_disk(self) -> None:
        if self.state is not self.saved:
            assert type(self.state).model_validate_json(self.state.model_dump_json()) == self.state
            self.saved = self.state


def on(runs: type[Runs], plans: Sequence[Plan], moves: Moves) -> type[Runs]:
    return type("These", (runs,), {"plans": plans, "moves": staticmethod(moves)})


@pytest.fixture(scope="module")
def plans(short_plan: Plan, long_plan: Plan) -> tuple[Plan, Plan]:
    return short_plan, long_plan


def test_no_step_starts_unapproved_or_unconfirmed(plans: tuple[Plan, Plan]) -> None:
    run_state_machine_as_test(on(SavedRuns, plans, advance), settings=FINDING)


# --- the same test must fail where a guard is missing --------------------------------------------------------------


def any_digest_approves(state: State, event: e.Move | e.Narrative) -> State:
    """The machine without the comparison of digests: the validators are bypassed, and so are those behind them."""
    match state, event:
        case Approval(plan=plan, before=before), e.PlanApproved(digest=digest, by=by):
            approved = Approved.model_construct(plan=plan, digest=digest, by=by)
            return Execution.model_construct(approved=approved, before=before, fingerprint="")
        case Execution(), e.StepConfirmed(step=step) if step == state.next_step:
            return state.model_copy(update={"confirmed": step})
        case Execution(running=False, confirmed=confirmed), e.StepStarted(step=step) if step == confirmed:
            return state.model_copy(update={"running": True})
        case _:
            return advance(state, event)


def no_step_wants_a_yes(state: State, event: e.Move | e.Narrative) -> State:
    match state, event:
        case Execution(confirmed=None), e.StepStarted(step=step) if step == state.next_step:
            return state.model_copy(update={"confirmed": step, "running": True})
        case _:
            return advance(state, event)


def a_yes_outlives_its_step(state: State, event: e.Move | e.Narrative) -> State:
    match state, event:
        case Execution(confirmed=str()), e.StepFailed() | e.RunPaused():
            return Paused(was=state.model_copy(update={"running": False}), reason="no lock")
        case _:
            return advance(state, event)


def drift_is_overlooked(state: State, event: e.Move | e.Narrative) -> State:
    match state, event:
        case Execution(), e.DriftFound():
            return state
        case _:
            return advance(state, event)


def a_running_step_starts_again(state: State, event: e.Move | e.Narrative) -> State:
    match state, event:
        case Execution(running=True, confirmed=confirmed), e.StepStarted(step=step) if step == confirmed:
            return state
        case _:
            return advance(state, event)


@pytest.mark.parametrize(
    "careless",
    [
        any_digest_approves,
        no_step_wants_a_yes,
        a_yes_outlives_its_step,
        drift_is_overlooked,
        a_running_step_starts_again,
    ],
)
def test_without_a_guard_the_property_does_not_hold(careless: Moves, plans: tuple[Plan, Plan]) -> None:
    with pytest.raises((AssertionError, ValidationError), match=r"objection_to|another plan"):
        run_state_machine_as_test(on(Runs, plans, careless), settings=FALLING)


def test_an_approval_built_past_its_validator_is_seen(plans: tuple[Plan, Plan]) -> None:
    shown, other = plans
    history = [
        *until_approved(shown)[:-1],
        e.PlanApproved(digest=other.digest, by="ann"),
        e.StepConfirmed(step="preflight", by="ann"),
    ]
    state: State = Idle()
    for event in history:
        state = any_digest_approves(state, event)

    assert isinstance(any_digest_approves(state, e.StepStarted(step="preflight")), Execution)
    assert objection_to(state, history, "preflight") == "the approval in the state is for another plan"
    assert Witness(history).objection("preflight") == "no plan is approved"


def test_a_false_approval_is_refused_at_the_next_move_as_well(plans: tuple[Plan, Plan]) -> None:
    shown, other = plans
    state: State = Idle()
    for event in (*until_approved(shown)[:-1], e.PlanApproved(digest=other.digest, by="ann")):
        state = any_digest_approves(state, event)

    with pytest.raises(ValidationError, match="the approval is for another plan"):
        advance(state, e.StepConfirmed(step="preflight", by="ann"))


# --- attacks on the values -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def running(long_plan: Plan) -> Execution:
    """The third of six steps runs."""
    state: State = Idle()
    history = until_approved(long_plan)
    for step in ("preflight", "backup"):
        history += [
            e.StepConfirmed(step=step, by="ann"),
            e.StepStarted(step=step),
            e.StepDone(step=step, fingerprint="f", seconds=1),
        ]
    for event in (*history, e.StepConfirmed(step="add_column", by="ann"), e.StepStarted(step="add_column")):
        state = advance(state, event)
    assert isinstance(state, Execution)
    return state


def test_an_approval_of_another_plan_cannot_be_built(plans: tuple[Plan, Plan]) -> None:
    shown, other = plans

    with pytest.raises(ValidationError, match="the approval is for another plan"):
        Approved(plan=shown, digest=other.digest, by="ann")


def test_an_approval_does_not_follow_its_plan_into_a_copy(long_plan: Plan) -> None:
    last = long_plan.steps[-1]
    assert isinstance(last, Statements)
    worse = last.model_copy(update={"sql": ("DROP TABLE public.users",)})
    changed = long_plan.model_copy(update={"steps": (*long_plan.steps[:-1], worse)})

    with pytest.raises(ValidationError, match="the approval is for another plan"):
        Approved(plan=changed, digest=long_plan.digest, by="ann")


def first(plan: dict[str, Any], kind: type[Statements | Backfill]) -> dict[str, Any]:
    wanted = kind.model_fields["kind"].default
    found: dict[str, Any] = next(step for step in plan["steps"] if step["kind"] == wanted)
    return found


def sql_of_a_step(plan: dict[str, Any]) -> None:
    first(plan, Statements)["sql"] = ["DROP TABLE public.users"]


def one_more_statement(plan: dict[str, Any]) -> None:
    first(plan, Statements)["sql"].append("DROP TABLE public.orders")


def undo_of_a_step(plan: dict[str, Any]) -> None:
    first(plan, Statements)["undo"]["steps"][0]["sql"] = ["DROP TABLE public.users"]


def lock_timeout(plan: dict[str, Any]) -> None:
    first(plan, Statements)["lock_timeout_ms"] = None


def statement_of_the_backfill(plan: dict[str, Any]) -> None:
    first(plan, Backfill)["update_sql"] = "DELETE FROM public.users"


def batch_size(plan: dict[str, Any]) -> None:
    first(plan, Backfill)["batch_rows"] = 2_000_000


def order_of_the_steps(plan: dict[str, Any]) -> None:
    plan["steps"] = [*plan["steps"][:2], plan["steps"][3], plan["steps"][2], *plan["steps"][4:]]


def one_step_less(plan: dict[str, Any]) -> None:
    plan["steps"].pop()


def question_of_a_check(plan: dict[str, Any]) -> None:
    plan["checks"][0]["sql"] = "SELECT 'uuid'"


def database(plan: dict[str, Any]) -> None:
    plan["facts"]["target"]["database"] = "shop_copy"


def environment(plan: dict[str, Any]) -> None:
    plan["environment"] = "development"


def schema(plan: dict[str, Any]) -> None:
    plan["facts"]["tables"][0]["table"]["columns"].pop()


@pytest.mark.parametrize(
    "tamper",
    [
        sql_of_a_step,
        one_more_statement,
        undo_of_a_step,
        lock_timeout,
        statement_of_the_backfill,
        batch_size,
        order_of_the_steps,
        one_step_less,
        question_of_a_check,
        database,
        environment,
        schema,
    ],
)
def test_a_plan_that_was_changed_on_disk_is_not_approved(
    tamper: Callable[[dict[str, Any]], None], running: Execution
) -> None:
    paused = Paused(was=running.model_copy(update={"running": False}), reason="lunch")
    rolling_back = RollingBack(execution=running, left=("preflight",))
    saved = json.loads(running.model_dump_json())
    tamper(saved["approved"]["plan"])

    for state, content in (
        (Execution, saved),
        (Paused, json.loads(paused.model_dump_json()) | {"was": saved}),
        (RollingBack, json.loads(rolling_back.model_dump_json()) | {"execution": saved}),
    ):
        with pytest.raises(ValidationError, match="the approval is for another plan"):
            state.model_validate_json(json.dumps(content))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"done": ["preflight", "add_column"]}, "steps are done in the order of the plan"),
        ({"done": ["backup"], "confirmed": None, "running": False}, "steps are done in the order of the plan"),
        ({"done": [], "confirmed": "add_column"}, "only the next step can be confirmed"),
        ({"confirmed": "backfill"}, "only the next step can be confirmed"),
        ({"confirmed": "unheard_of"}, "only the next step can be confirmed"),
        ({"confirmed": None}, "no step runs unconfirmed"),
        ({"approved": None}, "should be an object"),
        ({"skip_confirmation": True}, "Extra inputs are not permitted"),
    ],
)
def test_an_execution_cannot_be_loaded_out_of_order(fields: dict[str, Any], reason: str, running: Execution) -> None:
    saved = json.loads(running.model_dump_json()) | fields

    with pytest.raises(ValidationError, match=reason):
        Execution.model_validate_json(json.dumps(saved))


@pytest.mark.parametrize(
    "fields",
    [{"done": ("preflight", "add_column")}, {"confirmed": "backfill"}, {"confirmed": None}],
)
def test_an_execution_cannot_be_built_out_of_order(fields: dict[str, Any], running: Execution) -> None:
    whole = {name: getattr(running, name) for name in Execution.model_fields}

    with pytest.raises(ValidationError):
        Execution(**(whole | fields))


def test_an_execution_without_its_approval_cannot_be_loaded(running: Execution) -> None:
    saved = json.loads(running.model_dump_json())
    del saved["approved"]

    with pytest.raises(ValidationError, match="approved"):
        Execution.model_validate_json(json.dumps(saved))


def test_nothing_is_taken_back_from_behind_the_point_of_no_return(short_plan: Plan) -> None:
    *before, last = short_plan.steps
    final = short_plan.model_copy(update={"steps": (*before, last.model_copy(update={"final": True, "undo": None}))})
    events = until_approved(final)
    for step in final.steps:
        events += [
            e.StepConfirmed(step=step.id, by="ann"),
            e.StepStarted(step=step.id),
            e.StepDone(step=step.id, fingerprint="f", seconds=1),
        ]
    start: State = Idle()
    reached, before_the_last = reduce(advance, events, start), reduce(advance, events[:-3], start)

    with pytest.raises(IllegalMove, match="point of no return"):
        advance(reached, e.RollbackConfirmed(by="ann"))
    assert isinstance(advance(before_the_last, e.RollbackConfirmed(by="ann")), RollingBack)
