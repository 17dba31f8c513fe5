from pathlib import Path

import pytest

from tools.engines import client_tools
from tools.engines.client_tools import ClientTool, find


def pretend(folder: Path, name: str, version: str) -> Path:
    path = folder / version / "bin" / name
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version} (Somewhere)'\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An otherwise empty machine with three versions; 14 is on PATH."""
    on_path = pretend(tmp_path, "pg_dump", "14.3")
    pretend(tmp_path, "pg_dump", "16beta2")
    shipped = pretend(tmp_path, "pg_dump", "18.1")
    monkeypatch.setenv("PATH", str(on_path.parent))
    monkeypatch.setattr(client_tools, "SYSTEM", tmp_path)
    monkeypatch.setattr(client_tools, "shipped_binaries", lambda: shipped.parent)
    return tmp_path


@pytest.mark.parametrize(("server", "chosen"), [(13, "14.3"), (14, "14.3"), (15, "16beta2"), (17, "18.1")])
def test_the_nearest_version_not_older_than_the_server_is_chosen(installed: Path, server: int, chosen: str) -> None:
    expected = ClientTool(installed / chosen / "bin" / "pg_dump", int(chosen[:2]), chosen)

    assert find("pg_dump", server) == expected


@pytest.mark.usefixtures("installed")
def test_nothing_is_better_than_too_old() -> None:
    assert find("pg_dump", 19) is None
    assert find("pg_restore", 13) is None


def test_debians_wrapper_is_passed_over(installed: Path) -> None:
    wrapper = installed / "pg_wrapper"
    (installed / "14.3" / "bin" / "pg_dump").rename(wrapper)
    (installed / "14.3" / "bin" / "pg_dump").symlink_to(wrapper)
    found = find("pg_dump", 13)

    assert found is not None
    assert found.version == "14.3"
    assert found.path.parent.parent.parent == installed


def test_the_shipped_tools_fit_the_shipped_server() -> None:
    assert find("pg_dump", 18) is not None
    assert find("pg_restore", 18) is not None
