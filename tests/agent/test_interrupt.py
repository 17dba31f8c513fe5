"""Ctrl+C and kill -9 at every phase, on a real database: nothing is left hanging, and `resume` finishes the run."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pexpect
import psycopg
import pytest

from agent.journal import FILE
from protocol.events import (
    CheckDone,
    LockWaited,
    Move,
    Narrative,
    PlanApproved,
    RunPaused,
    StepDone,
    StepProgressed,
    StepStarted,
)

TOKEN = (
    "add a token column to users, uuid, not null, default gen_random_uuid(), on development with no downtime, "
    "because links need one"
)
SLOW = "[limits]\nbatch_rows = 40\npause_ms = 25\n"
"""50 batches of the 2,000 rows, more than a second."""

STEPS = ["preflight", "backup", "add_column", "backfill", "declare_not_null", "validate_not_null"]
CANARY = "canary-pa55-4711"
ONE_LOCK = 4711
PROMPT = r"Run this step\? \(yes / hold / roll back\) "

Happened = Callable[[Move | Narrative], bool]


@contextmanager
def at_terminal(place: Any, *arguments: str, **environ: str) -> Iterator[Any]:
    """The program at a terminal of its own; it is ended with its children if the test did not end it."""
    child = pexpect.spawn(
        place.command[0],
        [*place.command[1:], *arguments],
        cwd=str(place.folder),
        env=place.environ | environ,
        encoding="utf-8",
        timeout=40,
        dimensions=(50, 200),
        preexec_fn=place.heed_interrupts,
    )
    try:
        yield child
    finally:
        child.close(force=True)


def confirm_until(child: Any, step: str) -> None:
    """Say yes to everything before this step; its own question is left open."""
    child.expect("Enter goes on with these")
    child.sendline("")
    child.expect(r"Proceed with migration\?")
    child.sendline("yes")
    for _ in STEPS[: STEPS.index(step)]:
        child.expect(PROMPT)
        child.sendline("yes")
    child.expect(PROMPT)


def interrupted(child: Any) -> str:
    """Press Ctrl+C and return what is said until the program has ended with 130."""
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()

    assert child.exitstatus == 130, child.before
    assert "Traceback" not in child.before
    return " ".join(child.before.split())


def ask(dsn: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(query.encode()).fetchall()


def sessions(dsn: str) -> int:
    """Sessions of ours, pg_dump's included; while there is one, it may hold a lock."""
    return int(ask(dsn, "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'whimbrel/%'")[0][0])


def waiting(dsn: str) -> bool:
    query = """SELECT count(*) > 0 FROM pg_locks JOIN pg_stat_activity USING (pid)
               WHERE NOT granted AND application_name LIKE 'whimbrel/%'"""
    return bool(ask(dsn, query)[0][0])


def happened(place: Any, what: Happened) -> Callable[[], bool]:
    return lambda: any(what(event) for event in place.events)


def assert_finished(place: Any, dsn: str) -> None:
    """The run is verified, each step was done once and in order, and every row has a value of its own."""
    done = [event.step for event in place.events if isinstance(event, StepDone)]

    assert done == STEPS
    assert ask(dsn, "SELECT count(DISTINCT token), count(*) FROM users") == [(2000, 2000)]
    assert ask(dsn, "SELECT count(*) FROM pg_constraint WHERE NOT convalidated") == [(0,)]


@pytest.fixture
def resume(whimbrel: Callable[..., Any], place: Any) -> Callable[[str], Any]:
    """Return a function that resumes the run to its good end."""

    def go_on(dsn: str) -> Any:
        ended = whimbrel("resume", place.runs[0], dsn, "--yes")

        assert ended.code == 0, ended.said
        assert "✓ Verified." in ended.out
        return ended

    return go_on


# --- Ctrl+C --------------------------------------------------------------------------------------------------------


def test_ctrl_c_at_a_question_changes_nothing_and_the_question_is_asked_again(
    place: Any, shop: str, picture: Callable[[str], str]
) -> None:
    before = picture(shop)
    with at_terminal(place, "run", shop, "add a token column to users, on development, no downtime") as child:
        child.expect("type> ")
        said = interrupted(child)

    assert "Interrupted in phase discovery. Nothing was changed." in said
    assert f"`whimbrel resume {place.runs[0]}` goes on" in said
    assert picture(shop) == before
    assert sessions(shop) == 0

    with at_terminal(place, "resume", place.runs[0], shop, "--yes") as child:
        for question, answer in (("type> ", "uuid"), ("nullable> ", "no"), ("default> ", "gen_random_uuid()")):
            child.expect(question)
            child.sendline(answer)
        child.expect("Enter goes on with these")
        child.sendline("")
        child.expect("Verified")
        child.expect(pexpect.EOF)

    assert_finished(place, shop)


def test_ctrl_c_at_the_approval_changes_nothing_and_the_plan_can_still_be_approved(
    place: Any, shop: str, picture: Callable[[str], str], resume: Callable[[str], Any]
) -> None:
    before = picture(shop)
    with at_terminal(place, "run", shop, TOKEN) as child:
        child.expect("Enter goes on with these")
        child.sendline("")
        child.expect(r"Proceed with migration\?")
        said = interrupted(child)

    assert "Interrupted in phase approval. Nothing was changed." in said
    assert not any(isinstance(event, PlanApproved) for event in place.events)
    assert picture(shop) == before
    assert sessions(shop) == 0

    resume(shop)
    assert_finished(place, shop)


def test_ctrl_c_during_the_backup_leaves_no_dump_and_no_password_anywhere(
    place: Any, shop: str, role: Callable[..., str], until: Callable[..., Any], resume: Callable[[str], Any]
) -> None:
    dsn = role("GRANT postgres TO {}", f"ALTER ROLE {{}} PASSWORD '{CANARY}'", password=CANARY)
    with (
        at_terminal(place, "run", TOKEN, WHIMBREL_DATABASE_URL=dsn) as child,
        psycopg.connect(shop) as blocker,
    ):
        confirm_until(child, "backup")
        output = child.before
        blocker.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        child.sendline("yes")
        until(lambda: waiting(shop))
        processes = command_lines()
        said = interrupted(child)
        until(lambda: sessions(shop) == 0)

    assert "Done so far: preflight; no lock is held." in said
    assert any("pg_dump" in line for line in processes)
    assert not any(CANARY in line for line in processes)
    assert not list(place.state.rglob("*.partial")) + list(place.state.rglob("*.dump"))

    seen = [output, said, resume(dsn).said]

    assert_finished(place, shop)
    assert not any(CANARY in text for text in seen)
    assert [path for path in files_below(place.state) if CANARY.encode() in path.read_bytes()] == []


def command_lines() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes().replace(b"\x00", b" ").decode(errors="replace"))
        except OSError:
            continue  # it ended meanwhile
    return found


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_ctrl_c_while_waiting_for_the_tables_lock_leaves_the_table_alone(
    place: Any, shop: str, picture: Callable[[str], str], until: Callable[..., Any], resume: Callable[[str], Any]
) -> None:
    before = picture(shop)
    with at_terminal(place, "run", shop, TOKEN) as child, psycopg.connect(shop) as reader:
        confirm_until(child, "add_column")
        reader.execute("SELECT FROM users LIMIT 1")
        child.sendline("yes")
        until(happened(place, lambda event: isinstance(event, LockWaited)))
        said = interrupted(child)
        until(lambda: sessions(shop) == 0)

        assert picture(shop) == before

    assert "Done so far: preflight, backup; no lock is held." in said
    assert "`whimbrel rollback" in said

    resume(shop)
    assert_finished(place, shop)


def test_ctrl_c_while_a_row_is_locked_keeps_the_batches_that_were_committed(
    place: Any, shop: str, until: Callable[..., Any], resume: Callable[[str], Any]
) -> None:
    (place.folder / "whimbrel.toml").write_text("[limits]\nbatch_rows = 500\n")
    with at_terminal(place, "run", shop, TOKEN) as child, psycopg.connect(shop) as writer:
        confirm_until(child, "backfill")
        writer.execute("UPDATE users SET email = 'held' WHERE id = 1200")
        child.sendline("yes")
        until(lambda: waiting(shop))
        said = interrupted(child)
        until(lambda: sessions(shop) == 0)
        filled = ask(shop, "SELECT id, token FROM users WHERE token IS NOT NULL")

    assert "Done so far: preflight, backup, add_column; no lock is held." in said
    assert sorted(row[0] for row in filled) == list(range(1, 1001))

    resume(shop)
    assert_finished(place, shop)
    assert set(filled) <= set(ask(shop, "SELECT id, token FROM users"))


def test_ctrl_c_in_the_middle_of_a_backfill_ends_after_a_batch(
    place: Any, shop: str, until: Callable[..., Any], resume: Callable[[str], Any]
) -> None:
    (place.folder / "whimbrel.toml").write_text(SLOW)
    with at_terminal(place, "run", shop, TOKEN, "--yes") as child:
        child.expect("Enter goes on with these")
        child.sendline("")
        until(happened(place, lambda event: isinstance(event, StepProgressed) and event.rows > 200))
        said = interrupted(child)
        until(lambda: sessions(shop) == 0)
    filled = ask(shop, "SELECT id, token FROM users WHERE token IS NOT NULL")

    assert "Done so far: preflight, backup, add_column; no lock is held." in said
    assert 200 < len(filled) < 2000
    assert len(filled) % 40 == 0
    assert isinstance(place.events[-1], RunPaused)

    resume(shop)
    assert_finished(place, shop)
    assert set(filled) <= set(ask(shop, "SELECT id, token FROM users"))


GATE = f"""
    CREATE FUNCTION gated(value text) RETURNS text STABLE LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock_shared({ONE_LOCK}); RETURN upper(value); END $$
"""


def test_ctrl_c_during_verification_keeps_what_was_done_and_verifies_again(
    place: Any, shop: str, until: Callable[..., Any], resume: Callable[[str], Any]
) -> None:
    with psycopg.connect(shop, autocommit=True) as owner:
        owner.execute(GATE)
    shout = "add a shout column to users, text, not null, computed as gated(email), on development with no downtime"
    with at_terminal(place, "run", shop, shout) as child, psycopg.connect(shop) as gate:
        confirm_until(child, "validate_not_null")
        gate.execute("SELECT pg_advisory_xact_lock(%s)", (ONE_LOCK,))
        child.sendline("yes")
        until(lambda: waiting(shop))
        said = interrupted(child)
        until(lambda: sessions(shop) == 0)

    assert f"Done so far: {', '.join(STEPS)}; no lock is held." in said

    resume(shop)
    assert [event.step for event in place.events if isinstance(event, StepDone)] == STEPS
    assert ask(shop, "SELECT count(*) FROM users WHERE shout = upper(email)") == [(2000,)]


# --- kill -9 -------------------------------------------------------------------------------------------------------

KILLED_AT: dict[str, Happened] = {
    "the backup begins": lambda event: isinstance(event, StepStarted) and event.step == "backup",
    "the column begins": lambda event: isinstance(event, StepStarted) and event.step == "add_column",
    "rows were filled": lambda event: isinstance(event, StepProgressed) and event.rows >= 600,
    "NOT NULL begins": lambda event: isinstance(event, StepStarted) and event.step == "declare_not_null",
    "the first check is done": lambda event: isinstance(event, CheckDone),
}


@pytest.mark.parametrize("moment", KILLED_AT)
def test_a_run_killed_at_any_moment_is_finished_by_resume(
    moment: str, place: Any, shop: str, until: Callable[..., Any], resume: Callable[[str], Any]
) -> None:
    (place.folder / "whimbrel.toml").write_text(SLOW)
    process = place.start("run", shop, TOKEN, "--yes")
    try:
        until(lambda: happened(place, KILLED_AT[moment])() or process.poll() is not None)
        process.send_signal(signal.SIGKILL)
    finally:
        process.communicate(timeout=30)
    until(lambda: sessions(shop) == 0)
    has_column = "SELECT FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'token'"
    filled = ask(shop, "SELECT id, token FROM users WHERE token IS NOT NULL") if ask(shop, has_column) else []

    assert process.returncode == -signal.SIGKILL, "it was over before it could be killed"

    resume(shop)
    assert_finished(place, shop)
    assert set(filled) <= set(ask(shop, "SELECT id, token FROM users"))


def test_a_second_whimbrel_on_the_same_run_is_refused_while_the_first_one_works(
    place: Any, shop: str, until: Callable[..., Any], whimbrel: Callable[..., Any]
) -> None:
    (place.folder / "whimbrel.toml").write_text(SLOW.replace("25", "80"))
    first = place.start("run", shop, TOKEN, "--yes")
    until(happened(place, lambda event: isinstance(event, StepProgressed)))
    second, status = whimbrel("resume", place.runs[0], shop, "--yes"), whimbrel("status")
    out, err = first.communicate(timeout=60)

    assert second.code == 4
    assert "Another whimbrel works on this run" in second.err
    assert "Phase: execution" in status.out
    assert first.returncode == 0, out + err
    assert_finished(place, shop)


def test_ctrl_c_without_a_terminal_pauses_too(place: Any, shop: str, until: Callable[..., Any]) -> None:
    (place.folder / "whimbrel.toml").write_text(SLOW)
    process = place.start("run", shop, TOKEN, "--yes", "--json")
    until(happened(place, lambda event: isinstance(event, StepProgressed)))
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert '"exit": 130' in out.splitlines()[-1]
    assert "no lock is held" in err
    assert (place.state / "runs" / place.runs[0] / FILE).read_bytes().endswith(b"\n")
    assert sessions(shop) == 0
