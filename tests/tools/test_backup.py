import hashlib
import os
import resource
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from psycopg import pq

from protocol.errors import Refused, StepFailed
from protocol.events import BackupGrew
from protocol.names import TableName
from protocol.steps import Backup
from tests.tools.ground import RUN, Ground, backup
from tools import backup as module
from tools.backup import dump_path, run_backup
from tools.engines import client_tools
from tools.engines.dsn import parse
from tools.engines.postgres import Database
from tools.work import Outcome, Work

PASSWORD = "s3cret-canary"


@pytest.fixture
def shop(ground: Ground) -> Ground:
    return furnished(ground)


def furnished(ground: Ground) -> Ground:
    ground.ask("CREATE TABLE t (id bigint PRIMARY KEY, name text, at timestamptz DEFAULT now(), raw bytea)")
    ground.ask(
        "INSERT INTO t SELECT n, 'ü' || n, now() - n * interval '1 h', sha256(n::text::bytea)"
        " FROM generate_series(1, 500) n"
    )
    ground.ask('CREATE SCHEMA "Old"; CREATE TABLE "Old"."T" AS SELECT id AS "Id" FROM t')
    return ground


def planned(ground: Ground, reserve_bytes: int = 0, database: Database | None = None) -> tuple[Work, Backup]:
    plan = ground.plan(default="7")
    return ground.work(plan, reserve_bytes=reserve_bytes, database=database), backup(plan)


def secretive(ground: Ground) -> Database:
    return Database(parse(ground.dsn.replace("postgres@", f"postgres:{PASSWORD}@")))


def left_behind(work: Work) -> list[str]:
    return sorted(path.name for path in (work.backups / work.run).glob("*"))


def dumpers() -> list[int]:
    """Process ids of our own children that are pg_dump."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
        except (OSError, UnicodeDecodeError):
            continue
        if fields["Name"] == "pg_dump" and int(fields["PPid"]) == os.getpid():
            found.append(int(fields["Pid"]))
    return found


@contextmanager
def dumping_against_a_lock(ground: Ground, work: Work, step: Backup) -> Iterator[tuple[Future[Outcome], int]]:
    """pg_dump runs and waits for a table; leaving the block lets it go on."""
    with ThreadPoolExecutor(1) as background:
        with ground.session() as other:
            other.execute("LOCK TABLE t")
            running = background.submit(run_backup, work, step)
            try:
                ground.until_waiting("whimbrel/%/backup")
                (process,) = dumpers()
                yield running, process
            except BaseException:
                work.stop.set()
                raise
        running.exception(timeout=30)


# --- a dump that can be trusted ------------------------------------------------------------------------------------


def test_a_dump_is_kept_with_its_checksum_and_its_contents_counted(shop: Ground) -> None:
    work, step = planned(shop)
    outcome = run_backup(work, step)
    facts, path = dict(outcome.facts), dump_path(work)
    database = shop.value("SELECT current_database()")

    assert not outcome.paused
    assert facts["Backup"] == str(path) == str(shop.folder / RUN / f"{database}.dump")
    assert facts["SHA-256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert path.with_name(path.name + ".sha256").read_text() == f"{facts['SHA-256']}  {path.name}\n"
    assert int(facts["Entries"].split()[0]) > 5
    assert left_behind(work) == [path.name, path.name + ".sha256"]
    assert path.parent.stat().st_mode & 0o077 == 0


def test_what_is_restored_is_what_was_dumped_row_by_row(any_ground: Ground) -> None:
    source = furnished(any_ground)
    work, step = planned(source)
    run_backup(work, step)
    copy = f"copy_{source.value('SELECT current_database()')}"
    source.ask(f"CREATE DATABASE {copy}")
    restored = Ground(source.dsn.replace(str(source.value("SELECT current_database()")), copy), source.folder)
    try:
        tool = client_tools.find("pg_restore", work.plan.facts.target.major)
        assert tool is not None
        command = [str(tool.path), "--dbname", restored.dsn, str(dump_path(work))]
        said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stderr
        errors = [line for line in said.splitlines() if line.startswith("pg_restore: error")]

        # a pg_restore of 17 or later sets this on older servers too, and goes on
        assert all('"transaction_timeout"' in error for error in errors), said
        for table, key in (("t", "id"), ('"Old"."T"', '"Id"')):
            rows = f"SELECT * FROM {table} ORDER BY {key}"
            assert restored.ask(rows) == source.ask(rows)
        assert restored.table() == source.table()
    finally:
        source.ask(f"DROP DATABASE {copy} WITH (FORCE)")


def test_a_single_table_can_be_dumped(shop: Ground) -> None:
    work, step = planned(shop)
    run_backup(work, step.model_copy(update={"tables": (TableName(schema_name="Old", name="T"),)}))
    tool = client_tools.find("pg_restore", 18)
    assert tool is not None
    listed = subprocess.run([tool.path, "--list", dump_path(work)], capture_output=True, text=True, check=True).stdout

    assert "TABLE DATA Old T" in listed
    assert "TABLE DATA public t" not in listed


def test_a_dump_that_is_there_and_whole_is_not_made_again(shop: Ground) -> None:
    work, step = planned(shop)
    first = run_backup(work, step)
    made = dump_path(work).stat().st_mtime_ns
    second = run_backup(work, step)

    assert second.facts == (("Already done", "the dump is there and its checksum fits"), *first.facts)
    assert dump_path(work).stat().st_mtime_ns == made


@pytest.mark.parametrize("damage", ["flipped", "cut", "emptied", "without a checksum", "with an empty checksum"])
def test_a_dump_that_was_tampered_with_is_made_anew(shop: Ground, damage: str) -> None:
    work, step = planned(shop)
    run_backup(work, step)
    path = dump_path(work)
    content, checksum = path.read_bytes(), path.with_name(path.name + ".sha256")
    match damage:
        case "flipped":
            path.write_bytes(content[:-20] + bytes([content[-20] ^ 1]) + content[-19:])
        case "cut":
            path.write_bytes(content[:100])
        case "emptied":
            path.write_bytes(b"")
        case "without a checksum":
            checksum.unlink()
        case _:
            checksum.write_text("")
    outcome = run_backup(work, step)

    assert outcome.facts[0][0] == "Backup"
    assert dict(outcome.facts)["SHA-256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert path.stat().st_size > len(content) // 2


def test_the_growing_file_is_told(shop: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REPORT_EVERY_S", 0.0)
    work, step = planned(shop)
    with dumping_against_a_lock(shop, work, step):
        shop.until(lambda: bool(shop.events), "the file is there and told")
    (event, *_) = shop.events

    assert isinstance(event, BackupGrew)
    assert (event.step, event.at_most) == (step.id, int(work.plan.facts.database_bytes.value or 0))


# --- nothing half-made stays ---------------------------------------------------------------------------------------


def test_too_little_disk_is_refused_before_anything_is_written(shop: Ground) -> None:
    work, step = planned(shop, reserve_bytes=1 << 60)
    with pytest.raises(Refused, match=r"must stay free, but .* has only .* free\. Nothing was changed\. Make room"):
        run_backup(work, step)

    assert left_behind(work) == []


def test_without_client_programs_it_is_refused_with_what_to_install(
    shop: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, step = planned(shop)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(client_tools, "SYSTEM", tmp_path)
    monkeypatch.setattr(client_tools, "shipped_binaries", lambda: tmp_path)

    with pytest.raises(Refused, match="No pg_dump and pg_restore of version 18 or newer were found"):
        run_backup(work, step)


def test_a_dump_whose_connection_is_cut_leaves_no_file(shop: Ground) -> None:
    work, step = planned(shop)
    with dumping_against_a_lock(shop, work, step) as (running, _):
        shop.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'whimbrel/%/backup'"
        )
        with pytest.raises(
            StepFailed, match=r"pg_dump ended with 1: .*terminat.* Nothing was changed; no dump was kept\."
        ):
            running.result(timeout=30)

    assert left_behind(work) == []


def test_a_disk_that_is_full_in_the_middle_leaves_no_file(shop: Ground) -> None:
    work, step = planned(shop)
    with dumping_against_a_lock(shop, work, step) as (running, process):
        resource.prlimit(process, resource.RLIMIT_FSIZE, (4096, 4096))
    with pytest.raises(StepFailed, match=r"pg_dump was ended from outside \(File size limit exceeded\)"):
        running.result(timeout=30)

    assert left_behind(work) == []


def test_a_role_that_may_not_read_a_table_leaves_no_file(shop: Ground) -> None:
    name = f"blind_{shop.value('SELECT current_database()')}"
    shop.ask(f"CREATE ROLE {name} LOGIN")
    work, step = planned(shop, database=Database(parse(shop.dsn.replace("postgres@", f"{name}@"))))
    with pytest.raises(StepFailed, match="permission denied"):
        run_backup(work, step)

    assert left_behind(work) == []


def test_a_pause_ends_the_dump_and_leaves_no_file(shop: Ground) -> None:
    work, step = planned(shop)
    with dumping_against_a_lock(shop, work, step) as (running, process):
        work.stop.set()
        outcome = running.result(timeout=30)

    assert outcome.paused
    assert left_behind(work) == []
    assert process not in dumpers()


def test_a_screen_that_fails_ends_the_dump_and_leaves_no_file(shop: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise OSError("the journal's disk is full")

    monkeypatch.setattr(module, "REPORT_EVERY_S", 0.0)
    work, step = planned(shop)
    with shop.session() as other:
        other.execute("LOCK TABLE t")
        with pytest.raises(OSError, match="journal"):
            run_backup(replace(work, emit=broken), step)

    assert left_behind(work) == []
    assert dumpers() == []


# --- the password --------------------------------------------------------------------------------------------------


def test_the_password_is_in_no_argument_and_in_no_file(shop: Ground) -> None:
    work, step = planned(shop, database=secretive(shop))
    with dumping_against_a_lock(shop, work, step) as (running, process):
        arguments = Path(f"/proc/{process}/cmdline").read_bytes()
        environment = Path(f"/proc/{process}/environ").read_bytes()
    outcome = running.result(timeout=30)
    files = [path for path in shop.folder.rglob("*") if path.is_file()]

    assert PASSWORD.encode() not in arguments
    assert f"PGPASSWORD={PASSWORD}".encode() in environment  # else this test would prove nothing
    assert files
    assert not any(PASSWORD.encode() in path.read_bytes() for path in files)
    assert PASSWORD not in repr(outcome)
    assert PASSWORD not in repr(work)


def test_the_password_is_not_in_the_sentence_when_pg_dump_fails(shop: Ground) -> None:
    database = Database(parse(f"postgresql://{PASSWORD}:{PASSWORD}@/{PASSWORD}?host=/nowhere"))
    work, step = planned(shop)
    with pytest.raises(StepFailed) as caught:
        run_backup(replace(work, database=database), step)

    assert PASSWORD not in caught.value.message


def test_every_keyword_reaches_pg_dump_by_the_name_libpq_gives_it() -> None:
    dsn = parse("postgresql://me@db.example/shop?connect_timeout=7&sslmode=require&options=-c%20a%3D1&keepalives=0")
    environment = module._environment(dsn, RUN)
    own = {name: value for name, value in environment.items() if os.environ.get(name) != value}
    names = {option.envvar for option in pq.Conninfo.get_defaults()}

    assert own == {
        "PGHOST": "db.example",
        "PGDATABASE": "shop",
        "PGUSER": "me",
        "PGCONNECT_TIMEOUT": "7",
        "PGSSLMODE": "require",
        "PGOPTIONS": "-c a=1",
        "PGAPPNAME": f"whimbrel/{RUN}/backup",
    }
    assert {name.encode() for name in own} <= names
