import os
from pathlib import Path

import platformdirs
import pytest

from tools.state_directory import state_directory


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")

    assert state_directory({"WHIMBREL_STATE": "/srv/state"}) == Path("/srv/state")
    assert state_directory({"WHIMBREL_STATE": "~/state"}) == Path("/home/ada/state")
    assert state_directory({"WHIMBREL_STATE": "state"}) == Path.cwd() / "state"


def test_root_keeps_state_where_the_servers_account_can_enter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    assert state_directory({}) == Path("/var/lib/whimbrel")


def test_an_ordinary_user_keeps_state_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert state_directory({"WHIMBREL_STATE": ""}) == platformdirs.user_state_path("whimbrel")
