"""Every state meets every event; what is legal stands in one table."""

from collections.abc import Callable
from typing import get_args

import pytest
from pydantic import BaseModel

from protocol import events as e
from protocol.discovery import Answer, Origin
from protocol.errors import IllegalMove
from protocol.findings import Finding, Severity
from protocol.machine import advance
from protocol.plan import Plan
from protocol.states import Abandoned, Approval, Done, Execution, Idle, Paused, RolledBack, RollingBack, State

LEGAL: dict[str, dict[str, str]] = {
    "idle": {
        "request_made": "discovery",
    },
    "discovery": {
        "change_named": "discovery",
        "answer_given": "discovery",
        "run_abandoned": "abandoned",
    },
    "discovery, change named": {
        "change_named": "discovery",
        "answer_given": "discovery",
        "discovery_completed": "planning",
        "run_abandoned": "abandoned",
    },
    "planning": {
        "discovery_reopened": "discovery",
        "plan_drafted": "approval",
        "run_abandoned": "abandoned",
    },
    "approval": {
        "plan_approved": "execution",
        "plan_withdrawn": "planning",
        "plan_declined": "abandoned",
        "drift_found": "planning",
        "run_abandoned": "abandoned",
    },
    "execution, nothing done": {
        "step_confirmed preflight": "execution",
        "plan_withdrawn": "planning",
        "drift_found": "planning",
        "run_paused": "paused",
        "rollback_confirmed": "rolling_back",
        "run_abandoned": "abandoned",
    },
    "execution, first step confirmed": {
        "step_confirmed preflight": "execution",
        "step_started preflight": "execution",
        "step_failed preflight": "paused",
        "plan_withdrawn": "planning",
        "drift_found": "planning",
        "run_paused": "paused",
        "rollback_confirmed": "rolling_back",
        "run_abandoned": "abandoned",
    },
    "execution, first step running": {
        "step_done preflight": "execution",
        "step_failed preflight": "paused",
        "run_paused": "paused",
    },
    "execution, one step done": {
        "step_confirmed backup": "execution",
        "drift_found": "paused",
        "run_paused": "paused",
        "rollback_confirmed": "rolling_back",
    },
    "execution, second step confirmed": {
        "step_confirmed backup": "execution",
        "step_started backup": "execution",
        "step_failed backup": "paused",
        "drift_found": "paused",
        "run_paused": "paused",
        "rollback_confirmed": "rolling_back",
    },
    "execution, last step running": {
        "step_done add_column": "verification",
        "step_failed add_column": "paused",
        "drift_found": "paused",
        "run_paused": "paused",
    },
    "verification": {
        "check_done passed": "verification",
        "check_done failed": "verification",
        "check_done informs": "verification",
        "verification_failed": "paused",
        "run_paused": "paused",
        "rollback_confirmed": "rolling_back",
    },
    "verification, every check answered": {
        "check_done passed": "verification",
        "check_done failed": "verification",
        "check_done informs": "verification",
        "verification_passed": "monitoring",
        "verification_failed": "paused",
        "run_paused": "paused",
        "rollback_confirmed": "rolling_back",
    },
    "verification, a check failed": {
        "check_done passed": "verification",
        "check_done failed": "verification",
        "check_done informs": "verification",
        "verification_failed": "paused",
        "run_paused": "paused",
        "rollback_confirmed": "rolling_back",
    },
    "monitoring": {
        "monitoring_ended": "done",
        "rollback_confirmed": "rolling_back",
    },
    "paused in execution": {
        "run_resumed": "execution",
        "drift_found": "paused",
        "rollback_confirmed": "rolling_back",
        "run_abandoned": "abandoned",
    },
    "paused in verification": {
        "run_resumed": "verification",
        "drift_found": "paused",
        "rollback_confirmed": "rolling_back",
        "run_abandoned": "abandoned",
    },
    "paused by drift": {
        "drift_found": "paused",
        "rollback_confirmed": "rolling_back",
        "run_abandoned": "abandoned",
    },
    "rolling back, two steps left": {
        "step_undone backup": "rolling_back",
    },
    "rolling back, nothing left": {
        "run_rolled_back": "rolled_back",
    },
    "done": {},
    "rolled back": {},
    "abandoned": {},
}
"""Situation -> event -> phase afterwards. Whatever is not here is illegal."""

STEPS = ("preflight", "backup", "add_column")

STATES = get_args(State)
MOVES = get_args(e.Move)
NARRATIVE = get_args(e.Narrative)


def steps_of(name: str) -> list[e.Move]:
    """What is appended for a step that is confirmed, starts and ends."""
    return [
        e.StepConfirmed(step=name, by="ann"),
        e.StepStarted(step=name),
        e.StepDone(step=name, fingerprint=f"after {name}", seconds=1),
    ]


def folded(*events: e.Move | e.Narrative) -> State:
    state: State = Idle()
    for event in events:
        state = advance(state, event)
    return state


def phase_after(state: State, event: e.Move) -> str | None:
    """Return the phase that `event` leads to; None when it is illegal."""
    try:
        return advance(state, event).phase
    except IllegalMove:
        return None


def least(model: type[BaseModel]) -> BaseModel:
    """Build an event with just any value for whatever it needs."""
    values: dict[object, object] = {str: "x", int: 1, float: 1.0}
    needed = {
        name: () if "tuple" in str(field.annotation) else values.get(field.annotation, "normal")
        for name, field in model.model_fields.items()
        if field.is_required()
    }
    return model.model_validate(needed)


@pytest.fixture(scope="module")
def events(short_plan: Plan, long_plan: Plan) -> dict[str, e.Move]:
    """Every kind of event that moves, with the variants that matter, by label."""
    answer = Answer(question="column", value="role", origin=Origin.PERSON)
    moves: dict[str, e.Move] = {
        "request_made": e.RequestMade(words="add a role", target_alias="shop", environment="production"),
        "answer_given": e.AnswerGiven(answer=answer),
        "change_named": e.ChangeNamed(number=1, change="add_column"),
        "change_named, out of order": e.ChangeNamed(number=3, change="add_column"),
        "discovery_completed": e.DiscoveryCompleted(),
        "discovery_reopened": e.DiscoveryReopened(reason="another name"),
        "plan_drafted": e.PlanDrafted(plan=short_plan),
        "plan_withdrawn": e.PlanWithdrawn(reason="another strategy"),
        "plan_approved": e.PlanApproved(digest=short_plan.digest, by="ann"),
        "plan_approved, of another plan": e.PlanApproved(digest=long_plan.digest, by="ann"),
        "plan_approved, of no plan": e.PlanApproved(digest="", by="ann"),
        "plan_declined": e.PlanDeclined(reason="not now"),
        "drift_found": e.DriftFound(differences=("column `x` was added",)),
        "run_paused": e.RunPaused(reason="lunch"),
        "run_resumed": e.RunResumed(),
        "verification_passed": e.VerificationPassed(),
        "verification_failed": e.VerificationFailed(reason="1 of 5 checks failed"),
        "monitoring_ended": e.MonitoringEnded(reason="24 h"),
        "rollback_confirmed": e.RollbackConfirmed(by="ann"),
        "run_rolled_back": e.RunRolledBack(),
        "run_abandoned": e.RunAbandoned(reason="no time"),
    }
    for passed, label in ((True, "passed"), (False, "failed"), (None, "informs")):
        moves[f"check_done {label}"] = e.CheckDone(check="column", title="It is there", observed="uuid", passed=passed)
    for step in (*STEPS, "unheard_of"):
        confirmed, started, done = steps_of(step)
        moves |= {
            f"step_confirmed {step}": confirmed,
            f"step_started {step}": started,
            f"step_done {step}": done,
            f"step_failed {step}": e.StepFailed(step=step, reason="no lock"),
            f"step_undone {step}": e.StepUndone(step=step),
        }
    return moves


@pytest.fixture(scope="module")
def situations(events: dict[str, e.Move], short_plan: Plan) -> dict[str, State]:
    """Every kind of state, with the variants that matter, each reached by its history."""
    named = [events["request_made"], events["change_named"]]
    planning = [*named, events["answer_given"], events["discovery_completed"]]
    approval = [*planning, events["plan_drafted"]]
    execution = [*approval, events["plan_approved"]]
    one_done = [*execution, *steps_of("preflight")]
    two_done = [*one_done, *steps_of("backup")]
    verification = [*two_done, *steps_of("add_column")]
    checks = [e.CheckDone(check=c.id, title=c.title, observed="", passed=True) for c in short_plan.checks]
    monitoring = [*verification, *checks, events["verification_passed"]]
    undone = [events["rollback_confirmed"], events["step_undone backup"], events["step_undone preflight"]]
    return {
        "idle": Idle(),
        "discovery": folded(*named[:1]),
        "discovery, change named": folded(*named),
        "planning": folded(*planning),
        "approval": folded(*approval),
        "execution, nothing done": folded(*execution),
        "execution, first step confirmed": folded(*execution, *steps_of("preflight")[:1]),
        "execution, first step running": folded(*execution, *steps_of("preflight")[:2]),
        "execution, one step done": folded(*one_done),
        "execution, second step confirmed": folded(*one_done, *steps_of("backup")[:1]),
        "execution, last step running": folded(*two_done, *steps_of("add_column")[:2]),
        "verification": folded(*verification),
        "verification, every check answered": folded(*verification, *checks),
        "verification, a check failed": folded(*verification, events["check_done failed"]),
        "monitoring": folded(*monitoring),
        "paused in execution": folded(*two_done, events["run_paused"]),
        "paused in verification": folded(*verification, events["verification_failed"]),
        "paused by drift": folded(*two_done, events["drift_found"]),
        "rolling back, two steps left": folded(*two_done, events["rollback_confirmed"]),
        "rolling back, nothing left": folded(*two_done, *undone),
        "done": folded(*monitoring, events["monitoring_ended"]),
        "rolled back": folded(*two_done, *undone, events["run_rolled_back"]),
        "abandoned": folded(*planning, events["run_abandoned"]),
    }


def test_every_state_and_every_event_is_in_the_table(situations: dict[str, State], events: dict[str, e.Move]) -> None:
    pairs = {(type(state), type(event)) for state in situations.values() for event in events.values()}

    assert pairs == {(state, event) for state in STATES for event in MOVES}
    assert set(LEGAL) == set(situations)
    assert {label for legal in LEGAL.values() for label in legal} <= set(events)


@pytest.mark.parametrize("situation", LEGAL)
def test_what_the_table_names_is_legal_and_nothing_else(
    situation: str, situations: dict[str, State], events: dict[str, e.Move]
) -> None:
    moved = {label: phase_after(situations[situation], event) for label, event in events.items()}

    assert {label: phase for label, phase in moved.items() if phase is not None} == LEGAL[situation]


@pytest.mark.parametrize("situation", LEGAL)
def test_no_event_changes_the_state_it_meets(
    situation: str, situations: dict[str, State], events: dict[str, e.Move]
) -> None:
    state = situations[situation]
    before = state.model_dump_json()
    for event in events.values():
        phase_after(state, event)

    assert state.model_dump_json() == before


@pytest.mark.parametrize("kind", NARRATIVE, ids=lambda kind: kind.__name__)
def test_an_event_that_tells_the_story_moves_nothing(
    kind: type[BaseModel], situations: dict[str, State], make_facts: Callable[..., BaseModel]
) -> None:
    event = e.FactsRead.model_validate({"facts": make_facts()}) if kind is e.FactsRead else least(kind)
    assert isinstance(event, NARRATIVE)

    assert all(advance(state, event) is state for state in situations.values())


def test_moving_and_telling_share_no_event() -> None:
    names = [kind.model_fields["type"].default for kind in (*MOVES, *NARRATIVE)]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("situation", LEGAL)
def test_every_state_survives_the_disk(situation: str, situations: dict[str, State]) -> None:
    state = situations[situation]

    assert type(state).model_validate_json(state.model_dump_json()) == state


def test_every_event_survives_the_disk(events: dict[str, e.Move]) -> None:
    for event in events.values():
        assert e.EVENTS.validate_json(e.EVENTS.dump_json(event)) == event


def test_answers_are_collected_on_the_sheet(situations: dict[str, State], events: dict[str, e.Move]) -> None:
    discovery = advance(situations["discovery"], events["answer_given"])

    assert discovery.model_dump()["sheet"]["answers"][0]["value"] == "role"


def test_discovery_is_opened_again_with_its_answers(situations: dict[str, State], events: dict[str, e.Move]) -> None:
    reopened = advance(situations["planning"], events["discovery_reopened"])

    assert reopened == advance(situations["discovery, change named"], events["answer_given"])


@pytest.mark.parametrize("event", ["step_failed backup", "run_paused"])
def test_after_a_pause_the_step_wants_its_confirmation_again(
    event: str, situations: dict[str, State], events: dict[str, e.Move]
) -> None:
    paused = advance(situations["execution, second step confirmed"], events[event])
    resumed = advance(paused, events["run_resumed"])

    assert resumed == situations["execution, one step done"]
    with pytest.raises(IllegalMove):
        advance(resumed, events["step_started backup"])


@pytest.mark.parametrize(
    ("situation", "event", "failed"),
    [
        ("execution, second step confirmed", "step_failed backup", True),
        ("execution, second step confirmed", "run_paused", False),
        ("execution, second step confirmed", "drift_found", False),
        ("verification", "verification_failed", True),
        ("verification", "run_paused", False),
    ],
)
def test_a_pause_tells_failure_from_a_wish(
    situation: str, event: str, failed: bool, situations: dict[str, State], events: dict[str, e.Move]
) -> None:
    paused = advance(situations[situation], events[event])

    assert isinstance(paused, Paused)
    assert paused.failed == failed


def test_a_running_step_is_not_started_twice(situations: dict[str, State], events: dict[str, e.Move]) -> None:
    with pytest.raises(IllegalMove):
        advance(situations["execution, first step running"], events["step_started preflight"])


def test_drift_in_a_pause_closes_the_way_on(situations: dict[str, State], events: dict[str, e.Move]) -> None:
    drifted = advance(situations["paused in execution"], events["drift_found"])

    assert isinstance(drifted, Paused)
    assert (drifted.drifted, drifted.reason) == (True, "drift: column `x` was added")


def test_done_steps_are_undone_last_first(situations: dict[str, State]) -> None:
    rolling_back = situations["rolling back, two steps left"]

    assert isinstance(rolling_back, RollingBack)
    assert rolling_back.left == ("backup", "preflight")


def test_rolling_back_after_nothing_has_nothing_left(situations: dict[str, State], events: dict[str, e.Move]) -> None:
    rolling_back = advance(situations["execution, nothing done"], events["rollback_confirmed"])

    assert isinstance(advance(rolling_back, events["run_rolled_back"]), RolledBack)


def test_a_failed_check_is_forgotten_when_verification_runs_again(
    situations: dict[str, State], events: dict[str, e.Move]
) -> None:
    paused = advance(situations["verification, a check failed"], events["verification_failed"])

    assert advance(paused, events["run_resumed"]) == situations["verification"]


def test_a_finished_run_keeps_what_was_approved(situations: dict[str, State], short_plan: Plan) -> None:
    done = situations["done"]

    assert isinstance(done, Done)
    assert (done.execution.approved.plan, done.execution.done) == (short_plan, STEPS)


def test_a_plan_with_a_lint_error_cannot_be_approved(
    make_plan: Callable[..., Plan], situations: dict[str, State]
) -> None:
    finding = Finding(rule="x", severity=Severity.ERROR, message="No.", recipe="Do not.", statement="SELECT 1")
    plan = make_plan(lint=lambda _: (finding,))
    shown = advance(situations["planning"], e.PlanDrafted(plan=plan))

    assert isinstance(shown, Approval)
    with pytest.raises(IllegalMove, match="lint errors"):
        advance(shown, e.PlanApproved(digest=plan.digest, by="ann"))


def test_an_approval_for_another_plan_says_so(situations: dict[str, State], events: dict[str, e.Move]) -> None:
    with pytest.raises(IllegalMove, match="for another plan than the one shown; nothing was done"):
        advance(situations["approval"], events["plan_approved, of another plan"])


def test_a_refused_move_says_that_nothing_was_done(situations: dict[str, State], events: dict[str, e.Move]) -> None:
    with pytest.raises(IllegalMove) as refused:
        advance(situations["rolling back, nothing left"], events["step_started preflight"])

    assert refused.value.message == "`step_started` is not possible in phase rolling back; nothing was done."


def test_a_declined_plan_keeps_its_reason(situations: dict[str, State], events: dict[str, e.Move]) -> None:
    assert advance(situations["approval"], events["plan_declined"]) == Abandoned(reason="not now")


def test_execution_remembers_the_schema_after_the_last_step(situations: dict[str, State], short_plan: Plan) -> None:
    fresh, later = situations["execution, nothing done"], situations["execution, one step done"]
    assert isinstance(fresh, Execution)
    assert isinstance(later, Execution)

    assert fresh.fingerprint == short_plan.schema_before.fingerprint
    assert later.fingerprint == "after preflight"
