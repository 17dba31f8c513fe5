import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from agent import doctor
from agent.doctor import Line, Role, examine, exit_code
from agent.settings import Backup, Settings
from tools.engines.client_tools import ClientTool
from tools.engines.dsn import Dsn, parse

CANARY = "kAnaRy7"
UNREACHABLE = parse(f"host=/nowhere user=ann dbname=shop password={CANARY}")


def by_label(settings: Settings, dsn: Dsn | None = None, environ: Mapping[str, str] | None = None) -> dict[str, Line]:
    return {line.label: line for line in examine(settings, dsn, environ or {})}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state=tmp_path / "state", backup=Backup(reserve_bytes=0))


def test_everything_is_checked_without_a_database_too(settings: Settings) -> None:
    lines = examine(settings, None, {})

    assert [line.label for line in lines] == ["python", "terminal", "state", "embedded", "pg_dump", "model", "database"]
    assert exit_code(lines) == 0
    assert not settings.state_directory.exists()


def test_a_database_that_answers_is_named_with_its_version_and_role(settings: Settings, database: str) -> None:
    lines = by_label(settings, parse(database))

    assert (lines["database"].state, lines["role"].state) == ("ok", "ok")
    assert "PostgreSQL" in lines["database"].sentence
    assert lines["pg_dump"].state == "ok"


def test_a_database_that_does_not_answer_ends_with_three(settings: Settings) -> None:
    lines = examine(settings, UNREACHABLE, {})
    database = lines[-1]

    assert (database.label, database.state, exit_code(lines)) == ("database", "fail", 3)
    assert database.sentence.startswith("ann@socket/shop cannot be reached: ")
    assert CANARY not in repr(lines)


def test_a_wrong_setting_weighs_more_than_a_database_that_does_not_answer(settings: Settings) -> None:
    wrong = settings.model_copy(update={"model": "recorded:/nowhere"})

    assert exit_code(examine(wrong, UNREACHABLE, {})) == 2


def test_what_libpq_reads_for_itself_is_masked_too() -> None:
    line = Line(label="database", state="fail", sentence=f"no {CANARY}")

    assert doctor._masked(line, None, {"PGPASSWORD": CANARY}).sentence == "no ***"


def test_a_check_that_breaks_is_a_sentence_without_its_message(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: (_ for _ in ()).throw(RuntimeError(CANARY)))

    line = by_label(settings)["state"]

    assert (line.state, line.sentence) == ("fail", "this could not be checked (RuntimeError).")


@pytest.mark.parametrize(
    ("role", "state", "sentence"),
    [
        ({}, "ok", "ann: may create the schema `whimbrel` and sees other sessions' activity."),
        ({"in_recovery": True}, "warn", "ann: the server is a standby that only replays."),
        (
            {"read_only": True, "can_create_schema": False, "reads_statistics": False},
            "warn",
            "ann: its transactions are read-only (default_transaction_read_only); it may not create the schema "
            "`whimbrel`, where checkpoints are kept; it does not see other sessions' activity "
            "(GRANT pg_read_all_stats).",
        ),
    ],
)
def test_what_the_role_lacks_is_said(role: dict[str, bool], state: str, sentence: str) -> None:
    able = {"can_create_schema": True, "reads_statistics": True, "read_only": False, "in_recovery": False}
    found = doctor._role(Role.model_validate({"name": "ann", "version": "18.1", "major": 18, **able, **role}))

    assert (found.state, found.sentence) == (state, sentence)


@pytest.mark.parametrize(
    ("model", "environ", "state", "said"),
    [
        (None, {}, "ok", "guided: works without a key"),
        ("guided", {"ANTHROPIC_API_KEY": CANARY}, "ok", "guided: works without a key"),
        (None, {"ANTHROPIC_API_KEY": CANARY}, "ok", "claude-opus-5-5 at https://api.anthropic.com, a key is set"),
        ("claude-x", {}, "fail", "There is no key for the model's service"),
        ("recorded:/", {}, "ok", "the recording /."),
        ("recorded:/nowhere", {}, "fail", "The recording /nowhere does not exist."),
    ],
)
def test_the_model_is_named_and_never_its_key(
    settings: Settings, model: str | None, environ: dict[str, str], state: str, said: str
) -> None:
    line = by_label(settings.model_copy(update={"model": model}), None, environ)["model"]

    assert (line.state, said in line.sentence, CANARY in line.sentence) == (state, True, False)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"https://u:{CANARY}@gate.example:8443/{CANARY}?k={CANARY}#{CANARY}", "https://gate.example:8443"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        (f"http://u:{CANARY}/x@h", "an address that cannot be read (ANTHROPIC_BASE_URL)"),
        (f"http://u:12/{CANARY}@h", "an address that cannot be read (ANTHROPIC_BASE_URL)"),
        (f"http://u{CANARY}/x@h", "an address that cannot be read (ANTHROPIC_BASE_URL)"),
        (CANARY, "an address that cannot be read (ANTHROPIC_BASE_URL)"),
    ],
)
def test_of_the_models_address_only_scheme_host_and_port_are_shown(url: str, shown: str) -> None:
    assert doctor._public(url) == shown


def test_a_full_disk_is_a_warning(settings: Settings) -> None:
    full = settings.model_copy(update={"backup": Backup(reserve_bytes=10**18)})

    line = by_label(full)["state"]

    assert (line.state, line.sentence.endswith("no backup fits.")) == ("warn", True)


def test_a_state_that_is_a_file_is_wrong(settings: Settings) -> None:
    settings.state_directory.write_text("")

    line = by_label(settings)["state"]

    assert (line.state, line.exit_code) == ("fail", 2)


def test_a_missing_pg_dump_is_a_warning(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(program: str, at_least_major: int) -> ClientTool | None:
        assert (program, at_least_major) == ("pg_dump", 0)
        return None

    monkeypatch.setattr("tools.engines.client_tools.find", nothing)

    assert by_label(settings)["pg_dump"].state == "warn"


def test_without_a_terminal_output_is_plain(settings: Settings) -> None:
    line = by_label(settings, None, {"TERM": "dumb"})["terminal"]

    assert (line.state, line.sentence) == ("warn", "not a terminal that can be drawn on (dumb): output is plain lines.")


def test_a_secret_in_a_malformed_setting_is_not_shown(settings: Settings) -> None:
    secret = settings.model_copy(update={"database_url": SecretStr(CANARY)})

    assert CANARY not in repr(examine(secret, None, {"PGPASSWORD": CANARY, "ANTHROPIC_API_KEY": f"{CANARY}\n"}))
