from dataclasses import replace

import pytest

from agent.chat.controls import Controls
from agent.chat.farewell import code_when_left, farewell
from agent.chat.phase_sign import environment_sign
from agent.chat.status_bar import environment_of
from protocol.events import Move, Narrative
from protocol.machine import advance
from protocol.plan import Plan
from protocol.states import Idle, State


@pytest.fixture
def approved_state(approved: tuple[Move | Narrative, ...]) -> State:
    state: State = Idle()
    for event in approved:
        state = advance(state, event)
    return state


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ("production", "▲ PRODUCTION"),
        ("staging", "■ staging"),
        ("development", "● development"),
        (None, "▲ PRODUCTION?"),
    ],
)
def test_an_environment_is_a_symbol_and_a_word_and_unknown_counts_as_production(
    environment: str | None, said: str
) -> None:
    assert str(environment_sign(environment)) == said


def test_the_plan_says_what_the_target_is(approved_state: State, controls: Controls) -> None:
    assert environment_of(approved_state, replace(controls, environment="development").environment) == "production"


def test_leaving_in_the_middle_is_an_interruption(approved_state: State) -> None:
    assert code_when_left(approved_state, 0) == 130


def test_the_farewell_has_phase_plan_and_the_last_thing_told(approved_state: State, plan: Plan) -> None:
    assert farewell(approved_state, "Resume with `whimbrel resume`.") == (
        f"whimbrel: ▶ running, plan {plan.digest[:12]}, Add column token to users\nResume with `whimbrel resume`."
    )


def test_the_farewell_of_nothing_is_one_line() -> None:
    assert farewell(Idle(), "") == "whimbrel: ○ ready"
