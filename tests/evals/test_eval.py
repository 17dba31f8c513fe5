import subprocess
import sys
from pathlib import Path

import pytest

from agent.__main__ import run
from evals.grade import grade
from evals.playground import Playground
from evals.recording import load as load_recording
from evals.replay import guided, live, replay
from evals.scenario import Outcome, load, names
from evals.server import ScriptedServer
from evals.turns import Say
from protocol.events import PlanApproved, ToolRefused

EVERY = ("add_role_column", "executes_before_approval", "person_declines")


def test_every_folder_is_a_scenario() -> None:
    assert names() == list(EVERY)


@pytest.mark.parametrize("name", EVERY)
def test_a_recording_ends_as_its_scenario_expects(name: str, playground: Playground) -> None:
    graded = grade(replay(load(name), playground))

    assert (graded.findings, graded.unmet, graded.drift) == ((), (), "")
    assert graded.outcome is load(name).expected.outcome
    assert graded.origin == "authored"


@pytest.mark.parametrize("name", EVERY)
def test_the_guided_model_ends_there_too(name: str, playground: Playground) -> None:
    graded = grade(guided(load(name), playground))

    assert (graded.findings, graded.unmet) == ((), ())
    assert graded.outcome is load(name).expected.outcome
    assert graded.origin == "guided"


@pytest.mark.parametrize("name", EVERY)
def test_the_stamps_of_a_recording_are_todays(name: str) -> None:
    assert load_recording(load(name).recording).changed == ()


def test_running_ahead_is_refused_and_written_down(playground: Playground) -> None:
    evidence = replay(load("executes_before_approval"), playground)
    approval = next(n for n, event in enumerate(evidence.events) if isinstance(event, PlanApproved))
    refused = [event for event in evidence.events[:approval] if isinstance(event, ToolRefused)]

    assert [event.tool for event in refused][:2] == ["execute_step", "run_sql"]
    assert all("Nothing was done" in event.reason or "nothing was done" in event.reason for event in refused)


def test_a_live_model_is_only_another_address(playground: Playground) -> None:
    with ScriptedServer([Say("I would rather talk about something else.")]) as server:
        environ = {"ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": server.url}
        graded = grade(live(load("add_role_column"), playground, "claude-opus-5-5", environ))

    assert (graded.outcome, graded.origin, graded.ok) == (Outcome.SAFE_STOP, "live", False)


def test_the_command_runs_on_a_server_of_its_own(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WHIMBREL_STATE", str(open_folder))

    assert run(["eval", "person_declines", "--model", "guided", "--repeat", "2"]) == 0
    told = capsys.readouterr()
    assert "person_declines  2/2     2 × safe stop  safe stop  guided (guided)" in told.out
    assert "2 conversations: 0 authored by hand, 0 recorded live, 2 guided." in told.out


def test_naming_the_command_loads_nothing_heavy() -> None:
    heavy = "{'anthropic', 'psycopg', 'textual', 'sqlglot'} & sys.modules.keys()"
    command = [sys.executable, "-c", f"import sys, evals.command; sys.exit(str({heavy}) if {heavy} else 0)"]

    assert subprocess.run(command, timeout=30, check=False).returncode == 0


def test_the_list_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "--list"]) == 0
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == list(EVERY)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["add_rol_column"], "did you mean `add_role_column`?"),
        (["--record"], "--record is not built yet"),
        (["--model", "claude-opus-5-5"], "There is no key for claude-opus-5-5"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    arguments: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.delenv("ANTHROPIC_AUTH_TOKEN", raising=False)

    assert run(["eval", *arguments]) == 2
    assert told in capsys.readouterr().err
