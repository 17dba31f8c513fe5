import os
import stat
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from protocol.errors import ConfigurationError, WhimbrelError
from tools.engines.account import postgres_account
from tools.engines.binaries import reachable, shipped_binaries
from tools.engines.embedded import EmbeddedServer

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server under another account")


@pytest.fixture
def server(open_folder: Path) -> Iterator[EmbeddedServer]:
    """A server of our own that has not been started."""
    server = EmbeddedServer(open_folder / "server")
    yield server
    server.stop()


def one(dsn: str, query: str) -> object:
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row and row[0]


def sockets_of(server: EmbeddedServer) -> Path:
    return Path(str(one(server.dsn(), "SHOW unix_socket_directories")).strip('"'))


def test_a_started_server_answers_until_it_is_stopped(server: EmbeddedServer) -> None:
    before = server.is_running()
    server.start()
    started = server.is_running()
    version = one(server.dsn(), "SHOW server_version_num")
    server.stop()

    assert (before, started, server.is_running()) == (False, True, False)
    assert str(version).startswith("18")


def test_it_listens_on_a_private_socket_only(server18: EmbeddedServer) -> None:
    mode = stat.S_IMODE(sockets_of(server18).stat().st_mode)

    assert one(server18.dsn(), "SHOW listen_addresses") == ""
    assert one(server18.dsn(), "SHOW unix_socket_permissions") == "0700"
    assert mode == 0o700


@as_root
def test_another_user_cannot_connect(server18: EmbeddedServer) -> None:
    psql = reachable(shipped_binaries(), postgres_account(), below=server18.home) / "psql"
    tried = subprocess.run([psql, server18.dsn()], user="daemon", extra_groups=[], capture_output=True, text=True)

    assert "Permission denied" in tried.stderr


def test_data_survive_a_restart_and_starting_twice_is_harmless(server: EmbeddedServer) -> None:
    server.start()
    shop = server.create_database("shop")
    with psycopg.connect(shop) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    server.stop()
    server.start()
    server.start()

    assert one(server.create_database("shop"), "SELECT n FROM kept") == 7


def test_a_crashed_server_starts_again(server: EmbeddedServer) -> None:
    server.start()
    pidfile = server.data / "postmaster.pid"
    left_behind = pidfile.read_text().replace(pidfile.read_text().split("\n")[0], str(a_dead_process()), 1)
    server.stop()
    pidfile.write_text(left_behind)
    postgres_account().own(pidfile)
    alive = server.is_running()
    server.start()

    assert alive is False
    assert one(server.dsn(), "SELECT 1") == 1


def a_dead_process() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_many_may_start_the_same_server_at_once(server: EmbeddedServer) -> None:
    rivals = [EmbeddedServer(server.home) for _ in range(4)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(EmbeddedServer.start, rivals))
    answers = {one(rival.dsn(), "SELECT pg_postmaster_start_time()") for rival in rivals}

    assert len(answers) == 1


def test_a_failure_to_start_quotes_the_log(server: EmbeddedServer) -> None:
    server.start()
    server.stop()
    with (server.data / "postgresql.conf").open("a") as file:
        file.write("shared_bufers = 1\n")

    with pytest.raises(WhimbrelError, match="shared_bufers") as raised:
        server.start()
    assert str(server.log) in raised.value.message


def test_an_interrupted_initdb_is_done_again(server: EmbeddedServer) -> None:
    (server.home / "data.new").mkdir(parents=True)
    server.home.chmod(0o711)
    (server.home / "data.new" / "PG_VERSION").write_text("18\n")
    server.start()

    assert one(server.dsn(), "SELECT 1") == 1


def test_a_home_too_deep_for_a_socket_gets_a_short_private_folder(open_folder: Path) -> None:
    server = EmbeddedServer(open_folder / ("deep" * 25))
    server.start()
    try:
        sockets = sockets_of(server)
        found = sockets.stat()
    finally:
        server.stop()
    sockets.rmdir()

    assert not sockets.is_relative_to(open_folder)
    assert stat.S_IMODE(found.st_mode) == 0o700


def test_a_socket_folder_that_others_can_enter_is_refused(server: EmbeddedServer) -> None:
    server.start()
    sockets = sockets_of(server)
    server.stop()
    sockets.chmod(0o777)

    with pytest.raises(ConfigurationError, match="not a private folder"):
        server.start()


def test_the_persons_own_postgres_settings_do_not_interfere(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "6543")
    monkeypatch.setenv("PGDATA", "/nowhere")
    server.start()

    assert one(server.dsn(), "SHOW port") == "5432"


def test_names_are_quoted(server18: EmbeddedServer) -> None:
    name = "50% of a/b “c”"

    assert one(server18.create_database(name), "SELECT current_database()") == name


@as_root
def test_a_home_the_servers_account_cannot_enter_is_named(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(ConfigurationError, match=r"(?s)cannot be entered by the account `nobody`.*WHIMBREL_STATE"):
        EmbeddedServer(closed / "server").start()
    assert list(closed.iterdir()) == []


@as_root
def test_programs_the_account_cannot_reach_are_copied(open_folder: Path, tmp_path: Path) -> None:
    package = shipped_binaries().parent.parent
    tmp_path.chmod(0o700)
    for name in (package.name, f"{package.name}.libs"):
        (tmp_path / name).symlink_to(package.parent / name)
    server = EmbeddedServer(open_folder / "server", tmp_path / package.name / "pginstall" / "bin")
    server.start()
    try:
        command = one(server.dsn(), "SELECT setting FROM pg_config() WHERE name = 'BINDIR'")
    finally:
        server.stop()

    assert Path(str(command)).is_relative_to(server.home)
