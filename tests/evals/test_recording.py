import shutil
from pathlib import Path

import pytest

from evals.recording import heard_last, load, prefix_today, save
from evals.refresh import main, refresh
from evals.scenario import SCENARIOS
from evals.scenario import load as load_scenario
from protocol.errors import UsageError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The scenarios, copied, so that a test may damage them."""
    shutil.copytree(SCENARIOS, tmp_path / "scenarios")
    return tmp_path / "scenarios"


def test_refreshing_stamps_an_authored_recording_and_says_what_had_changed(folder: Path) -> None:
    path = folder / "person_declines" / "recording.json"
    before = load(path)
    save(before.model_copy(update={"prefixes": before.prefixes | {"planning": "old"}}), path)

    assert load(path).changed == ("planning",)
    assert refresh("person_declines", folder) == ("planning",)
    assert load(path) == before
    assert path.read_text("utf-8") == (SCENARIOS / "person_declines" / "recording.json").read_text("utf-8")


def test_a_live_recording_is_not_stamped_anew(folder: Path) -> None:
    path = folder / "person_declines" / "recording.json"
    save(load(path).model_copy(update={"origin": "recorded"}), path)

    with pytest.raises(UsageError, match="needs a new recording"):
        refresh("person_declines", folder)


def test_phases_have_prefixes_of_their_own() -> None:
    phases = ("discovery", "planning", "approval", "execution", "verification", "monitoring", "abandoned")

    assert len({prefix_today(phase) for phase in phases}) == len(phases)


@pytest.mark.parametrize(
    ("content", "heard"),
    [
        ([{"type": "text", "text": "noted: hello"}], "words"),
        ([{"type": "tool_result", "content": "noted: still open: type"}], "noted"),
        ([{"type": "tool_result", "content": "noted: x", "is_error": True}], "refused"),
        ([{"type": "tool_result", "content": "said: hm"}, {"type": "text", "text": "hm"}], "said"),
    ],
)
def test_what_was_heard_last_is_one_word(content: list[dict[str, object]], heard: str) -> None:
    assert heard_last([{"role": "user", "content": content}]) == heard


def test_a_file_that_is_no_scenario_is_told(folder: Path) -> None:
    (folder / "person_declines" / "scenario.toml").write_text("title = 1", "utf-8")
    (folder / "person_declines" / "recording.json").write_text("{}", "utf-8")

    with pytest.raises(UsageError, match="is no scenario"):
        load_scenario("person_declines", folder)
    with pytest.raises(UsageError, match="is no recording"):
        load(folder / "person_declines" / "recording.json")


def test_refresh_needs_a_name_it_knows(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert main(["person_decline"]) == 2
    assert "did you mean `person_declines`?" in capsys.readouterr().err
