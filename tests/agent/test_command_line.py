"""The commands from their arguments to their exit code, on a real database; most of them in this process."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from agent.__main__ import COMMANDS
from protocol.plan import Plan
from protocol.steps import Backfill

WISH = "add a role column to users, varchar(50), not null, default 'user'"
TOKEN = "add a token column to users, uuid, not null, default gen_random_uuid()"


Whimbrel = Callable[..., Any]


@pytest.fixture
def untouched(shop: str, picture: Callable[[str], str]) -> Iterator[str]:
    """The shop's DSN; when the test ends, nothing in it may have changed."""
    before = picture(shop)
    yield shop
    assert picture(shop) == before
    with psycopg.connect(shop) as connection:
        assert connection.execute("SELECT to_regnamespace('whimbrel')").fetchone() == (None,)


@pytest.fixture
def planned(whimbrel: Whimbrel, shop: str) -> Plan:
    """What `whimbrel plan --json` makes of the wish."""
    return Plan.model_validate_json(whimbrel("plan", shop, WISH, "--json").out)


def values(dsn: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(query.encode()).fetchall()


def execute(dsn: str, statements: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statements.encode())


def name_of(dsn: str) -> str:
    return str(values(dsn, "SELECT current_database()")[0][0])


# --- what stands in the way ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "code", "sentence"),
    [
        ("nonsense", 2, "connection string cannot be read"),
        ("mysql://somebody@somewhere/x", 2, "MySQL is not supported yet"),
        ("postgresql://a@127.0.0.1:1/x", 3, "a@127.0.0.1:1/x cannot be reached"),
        ("postgresql:///x?host=/nowhere", 3, "cannot be reached"),
        ("postgresql://a@127.0.0.1:notaport/x", 2, "connection string cannot be read"),
    ],
)
def test_a_wrong_address_is_told_in_a_sentence(address: str, code: int, sentence: str, whimbrel: Whimbrel) -> None:
    for command in ("plan", "run"):
        ended = whimbrel(command, address, WISH)

        assert ended.code == code
        assert ended.err.startswith("whimbrel: ")
        assert sentence in ended.err
        assert "Traceback" not in ended.said


def test_a_password_is_never_repeated(whimbrel: Whimbrel, place: Any) -> None:
    for address in (
        "postgresql://a:canary-77@127.0.0.1:1/x",
        "postgresql://a:canary-77@127.0.0.1:x/x",
        "host=127.0.0.1 port=1 password=canary-77 dbname=x",
        "mysql://a:canary-77@somewhere/x",
    ):
        ended = whimbrel("run", address, WISH)

        assert ended.code in (2, 3)
        assert "canary-77" not in ended.said
    assert not place.runs


@pytest.mark.parametrize("command", ["plan", "run"])
def test_without_a_database_or_a_request_nothing_begins(command: str, whimbrel: Whimbrel, place: Any) -> None:
    no_database, no_request = whimbrel(command, WISH), whimbrel(command, "postgresql://a@127.0.0.1:1/x")

    assert (no_database.code, no_request.code) == (2, 2)
    assert "No database was named; nothing was changed" in no_database.err
    assert "No request was given; nothing was changed" in no_request.err
    assert not place.runs


def test_a_table_that_is_not_there_is_answered_with_the_nearest(whimbrel: Whimbrel, untouched: str) -> None:
    ended = whimbrel("run", untouched, WISH.replace("users", "userz"))

    assert ended.code == 5
    assert "There is no table `userz`. The nearest is `users`. Nothing was changed." in ended.err


def test_two_tables_of_one_name_have_to_be_told_apart(whimbrel: Whimbrel, untouched: str) -> None:
    execute(untouched, "CREATE SCHEMA archive; CREATE TABLE archive.users (id int)")
    ended = whimbrel("plan", untouched, WISH)
    told = whimbrel("plan", untouched, WISH.replace("users", "public.users"))
    execute(untouched, "DROP SCHEMA archive CASCADE")

    assert ended.code == 5
    assert "2 tables are called `users`: public.users, archive.users. Say which." in ended.err
    assert told.code == 0


@pytest.mark.usefixtures("untouched")
def test_a_role_that_may_only_read_is_refused(whimbrel: Whimbrel, role: Callable[..., str]) -> None:
    readonly = role("ALTER ROLE {} SET default_transaction_read_only = on", "GRANT postgres TO {}")
    ended = whimbrel("run", readonly, WISH)

    assert ended.code == 4
    assert "default_transaction_read_only" in ended.err
    assert "Nothing was changed" in ended.err


@pytest.mark.usefixtures("untouched")
def test_a_role_that_does_not_own_the_table_is_refused(whimbrel: Whimbrel, role: Callable[..., str]) -> None:
    ended = whimbrel("run", role("GRANT ALL ON users TO {}"), WISH)

    assert ended.code == 4
    assert "the role does not own the table" in ended.err
    assert "Nothing was changed" in ended.err


def test_a_disk_that_cannot_hold_the_backup_stops_before_the_first_change(
    whimbrel: Whimbrel, shop: str, place: Any, picture: Callable[[str], str]
) -> None:
    (place.folder / "whimbrel.toml").write_text(f"[backup]\nreserve_bytes = {10**17}\n")
    before = picture(shop)
    ended = whimbrel("run", shop, WISH, "--environment", "development", "--yes")

    assert ended.code == 4
    assert "Nothing was changed. Make room" in ended.err
    assert ".." not in ended.said
    assert picture(shop) == before
    assert not list(place.state.rglob("*.dump")) + list(place.state.rglob("*.partial"))


def test_a_column_that_is_there_already_is_not_added_again(whimbrel: Whimbrel, untouched: str) -> None:
    ended = whimbrel("run", untouched, "add an email column to users, text, nullable, no default")

    assert ended.code == 5
    assert "`users` already has a column `email` (text). Nothing was changed." in ended.err


@pytest.mark.parametrize("words", ["hello", "encrypt users.email", "add a role, status column to users"])
def test_a_request_that_is_not_understood_changes_nothing(words: str, whimbrel: Whimbrel, untouched: str) -> None:
    ended = whimbrel("run", untouched, words)

    assert ended.code == 2
    assert "add a column" in ended.out


def test_open_questions_end_the_run_with_a_list(whimbrel: Whimbrel, untouched: str) -> None:
    plain = whimbrel("run", untouched, "add a role column to users")
    as_json = whimbrel("run", untouched, "add a role column to users", "--json")
    last = json.loads(as_json.out.splitlines()[-1])

    assert plain.code == as_json.code == 5
    assert "An answer is needed for: type, nullable, default." in plain.err
    assert (last["exit"], last["missing"]) == (5, ["type", "nullable", "default"])


def test_what_the_sentence_says_is_not_asked_again(planned: Plan) -> None:
    said = {answer.question: (answer.value, str(answer.origin)) for answer in planned.sheet.answers}

    assert {name: said[name] for name in ("table", "column", "type", "nullable", "default")} == {
        "table": ("users", "your words"),
        "column": ("role", "your words"),
        "type": ("varchar(50)", "your words"),
        "nullable": (False, "your words"),
        "default": ("'user'", "your words"),
    }


# --- options, settings, answers ------------------------------------------------------------------------------------


def test_an_unknown_option_is_a_usage_error_that_names_the_nearest(whimbrel: Whimbrel) -> None:
    ended = whimbrel("run", "postgresql://a@127.0.0.1:1/x", WISH, "--aprov", "x")

    assert ended.code == 2
    assert "No such option '--aprov'." in ended.err
    assert "'--approve'" in ended.err


def test_an_unknown_command_is_a_usage_error(whimbrel: Whimbrel) -> None:
    ended = whimbrel("rum", "postgresql://a@127.0.0.1:1/x", WISH)

    assert ended.code == 2
    assert "There is no command `rum`. Did you mean `run`?" in ended.err


def test_an_unknown_setting_is_told_with_its_line_and_the_nearest_one(whimbrel: Whimbrel, place: Any) -> None:
    (place.folder / "whimbrel.toml").write_text("[limits]\nattempts = 5\nlock_timout_ms = 5\n")
    for command in (("runs",), ("plan", "postgresql://a@127.0.0.1:1/x", WISH)):
        ended = whimbrel(*command)

        assert ended.code == 2
        assert "whimbrel.toml, line 3: `limits.lock_timout_ms` is not a setting" in ended.err
        assert "did you mean `limits.lock_timeout_ms`?" in ended.err


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read: No such file"),
        ("type = ", "is not TOML"),
        ("tipe = 'text'", "There is no question `tipe`; did you mean `type`?"),
        ("type = 'nonsense_type'", "nonsense_type"),
        ("nullable = 'perhaps'", "say yes or no"),
    ],
)
def test_an_answers_file_that_cannot_be_used_changes_nothing(
    content: str | None, sentence: str, whimbrel: Whimbrel, untouched: str, place: Any
) -> None:
    if content is not None:
        (place.folder / "answers.toml").write_text(content)
    ended = whimbrel("run", untouched, "add a role column to users", "--answers", "answers.toml")

    assert ended.code == 2
    assert sentence in ended.err
    assert "othing was changed" in ended.err


def test_an_answers_file_answers_what_the_sentence_leaves_open(whimbrel: Whimbrel, untouched: str, place: Any) -> None:
    (place.folder / "answers.toml").write_text("type = 'text'\nnullable = true\ndefault = 'none'\n")
    ended = whimbrel("plan", untouched, "add a role column to users", "--answers", "answers.toml", "--json")

    assert ended.code == 0
    assert Plan.model_validate_json(ended.out).sql == ("ALTER TABLE public.users ADD COLUMN role text",)


@pytest.mark.parametrize("command", ["rehearse", "apply", "attach", "pause", "abort"])
def test_what_is_not_built_yet_says_so(command: str, whimbrel: Whimbrel) -> None:
    ended = whimbrel(command, "something", "--approve", "x")

    assert ended.code == 2
    assert "is not built yet; nothing was changed." in ended.err


def test_the_help_lists_every_command_and_exit_code(whimbrel: Whimbrel) -> None:
    ended = whimbrel("--help")
    codes = ended.out.partition("Exit codes:")[2]

    assert ended.code == 0
    assert [line.split()[0] for line in codes.splitlines() if line.strip()] == [
        "0",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "130",
    ]
    assert all(f"\n  {name} " in ended.out for name in [*COMMANDS, "eval"])


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_a_help(command: str, whimbrel: Whimbrel) -> None:
    ended = whimbrel(command, "--help")

    assert ended.code == 0
    assert ended.out.startswith("Usage: whimbrel ")


# --- plans ---------------------------------------------------------------------------------------------------------


def test_a_plan_changes_nothing_and_can_be_shown_again(whimbrel: Whimbrel, untouched: str, place: Any) -> None:
    ended = whimbrel("plan", untouched, WISH, "-o", "made")
    up = (place.folder / "made" / "up.sql").read_text()

    assert ended.code == 0
    assert whimbrel("show", "made").out == ended.out
    assert whimbrel("show", "made", "--format", "sql").out == up
    assert whimbrel("lint", "made/up.sql").code == 0
    assert {path.name for path in (place.folder / "made").iterdir()} == {"plan.md", "plan.json", "up.sql", "down.sql"}


def test_a_plan_is_written_as_migrations_of_the_projects_own_tool(
    whimbrel: Whimbrel, untouched: str, place: Any
) -> None:
    (place.folder / "alembic.ini").write_text("[alembic]\nscript_location = db\n")
    ended = whimbrel("plan", untouched, TOKEN, "-o", "made")
    made = sorted((place.folder / "made" / "alembic").iterdir())

    assert ended.code == 0
    assert "Form: alembic, because alembic.ini is there" in ended.err
    assert "they belong into db/versions" in ended.err
    assert len(made) == 4
    assert sorted(path.name for path in place.folder.iterdir()) == ["alembic.ini", "made"]


def test_a_form_that_was_asked_for_is_taken_and_said(whimbrel: Whimbrel, untouched: str, place: Any) -> None:
    ended = whimbrel("plan", untouched, WISH, "-o", "made", "--format", "knex")

    assert ended.code == 0
    assert "Form: knex, because knex was asked for" in ended.err
    assert [path.suffix for path in (place.folder / "made" / "knex").iterdir()] == [".js"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--format", "django"), "--format says how files are written, and needs -o DIR"),
        (("--format", "django", "-o", "made"), "Which Django app the table belongs to is not known here"),
    ],
)
def test_a_form_that_cannot_be_written_is_said(
    options: tuple[str, ...], reason: str, whimbrel: Whimbrel, untouched: str, place: Any
) -> None:
    ended = whimbrel("plan", untouched, WISH, *options)

    assert ended.code == 2
    assert reason in ended.err
    assert list(place.folder.iterdir()) == []


def test_a_plan_as_json_is_a_plan_and_loads_again(whimbrel: Whimbrel, untouched: str, place: Any) -> None:
    ended = whimbrel("plan", untouched, WISH, "--json")
    (place.folder / "saved.json").write_text(ended.out)
    again = whimbrel("show", "saved.json", "--format", "json")

    assert json.loads(ended.out) == json.loads(again.out)
    assert Plan.model_validate_json(ended.out).digest == Plan.model_validate_json(again.out).digest


@pytest.mark.parametrize(("content", "reason"), [(None, "cannot be read"), ("{}", "is not a plan of this version")])
def test_what_is_no_plan_is_not_shown(content: str | None, reason: str, whimbrel: Whimbrel, place: Any) -> None:
    if content is not None:
        (place.folder / "saved.json").write_text(content)
    ended = whimbrel("show", "saved.json")

    assert ended.code == 2
    assert reason in ended.err


def test_a_plan_made_twice_has_the_same_digest(planned: Plan, whimbrel: Whimbrel, shop: str) -> None:
    again = Plan.model_validate_json(whimbrel("plan", shop, WISH, "--json").out)

    assert again.digest == planned.digest


def test_plans_are_no_runs_to_go_on_with(planned: Plan, whimbrel: Whimbrel) -> None:
    ended = whimbrel("resume")

    assert planned.errors == ()
    assert ended.code == 2
    assert "There is no run to go on with." in ended.err


# --- runs ----------------------------------------------------------------------------------------------------------


def test_production_is_changed_only_with_digest_and_name(
    planned: Plan, whimbrel: Whimbrel, shop: str, picture: Callable[[str], str]
) -> None:
    before, name = picture(shop), name_of(shop)
    refused = [
        whimbrel("run", shop, WISH),
        whimbrel("run", shop, WISH, "--yes"),
        whimbrel("run", shop, WISH, "--approve", planned.digest[:12]),
        whimbrel("run", shop, WISH, "--approve", planned.digest[:12], "--confirm-database", "other"),
        whimbrel("run", shop, WISH, "--approve", "000000000000", "--confirm-database", name),
    ]
    untouched = picture(shop) == before
    done = whimbrel("run", shop, WISH, "--approve", planned.digest[:12], "--confirm-database", name)

    assert planned.environment == "production"
    assert [ended.code for ended in refused] == [5, 5, 5, 5, 4]
    assert all("Nothing was changed" in ended.err for ended in refused)
    assert untouched
    assert done.code == 0
    assert "✓ Verified." in done.out
    assert values(shop, "SELECT DISTINCT role FROM users") == [("user",)]


def test_a_schema_that_changed_since_the_plan_is_not_run_on(
    planned: Plan, whimbrel: Whimbrel, shop: str, picture: Callable[[str], str]
) -> None:
    execute(shop, "ALTER TABLE users ADD COLUMN nickname text")
    before = picture(shop)
    ended = whimbrel("run", shop, WISH, "--approve", planned.digest, "--confirm-database", name_of(shop))

    assert ended.code == 4
    assert "is for another plan" in ended.err
    assert picture(shop) == before


def test_a_finished_run_is_told_watched_and_taken_back(
    whimbrel: Whimbrel, shop: str, place: Any, picture: Callable[[str], str]
) -> None:
    before = picture(shop)
    done = whimbrel("run", shop, TOKEN, "--environment", "development", "--yes")
    run = place.runs[0]
    status, runs, report = whimbrel("status"), whimbrel("runs", "--json"), whimbrel("report", run)
    watched, announced = whimbrel("monitor", run, shop), whimbrel("announce", run)
    twice = whimbrel("resume", run, shop)

    assert done.code == 0
    assert values(shop, "SELECT count(DISTINCT token), count(*) FROM users") == [(2000, 2000)]
    assert f"Run {run}: {TOKEN}" in status.out
    assert "Phase: monitoring" in status.out
    assert status.out.count("✓") == 6
    assert json.loads(runs.out)["phase"] == "monitoring"
    assert report.out.count(" done in ") == 6
    assert "✓ No row was lost: 2,000 rows now, 2,000 before" in report.out
    assert watched.code == 0
    assert watched.out.count("watch: ") == 5
    assert "Database migration complete" in announced.out
    assert twice.code == 2
    assert "has nothing to go on with" in twice.err

    asked = whimbrel("rollback", run, shop)
    back = whimbrel("rollback", run, shop, "--yes")
    again = whimbrel("rollback", run, shop, "--yes")

    assert asked.code == 5
    assert f"add --confirm-database {name_of(shop)}" in asked.err
    assert back.code == 0
    assert "What was written to the column is gone" in back.out
    assert picture(shop) == before
    assert again.code == 4
    assert "there is nothing to take back" in again.err


def test_a_step_that_only_the_database_knows_is_taken_back_too(
    whimbrel: Whimbrel, shop: str, place: Any, picture: Callable[[str], str]
) -> None:
    before = picture(shop)
    whimbrel("run", shop, WISH, "--environment", "development", "--yes")
    journal = place.state / "runs" / place.runs[0] / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    started = next(i for i, line in enumerate(lines) if b'"step_started","step":"add_column"' in line)
    journal.write_bytes(b"".join(lines[: started + 1]))  # as if killed between the commit and its event
    back = whimbrel("rollback", place.runs[0], shop, "--yes")

    assert back.code == 0
    assert "had been begun or committed, and the journal did not know: undone too" in back.out
    assert picture(shop) == before


def test_a_point_of_no_return_that_only_the_database_knows_is_not_passed_backwards(
    whimbrel: Whimbrel, shop: str, place: Any
) -> None:
    done = whimbrel("run", shop, "drop table orders", "--environment", "development", "--yes", "--gate", "all")
    journal = place.state / "runs" / place.runs[0] / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    started = max(i for i, line in enumerate(lines) if b'"step_started"' in line)
    offered = whimbrel("rollback", place.runs[0], shop, "--yes")
    journal.write_bytes(b"".join(lines[: started + 1]))  # as if killed between the commit and its event
    back = whimbrel("rollback", place.runs[0], shop, "--yes")

    assert done.code == 0
    assert "cannot be taken back" in done.out
    assert offered.code == back.code == 4
    assert "was the point of no return" in offered.err
    assert "was the point of no return, and it is done, though the journal did not know" in back.err


def test_a_run_is_not_taken_back_over_what_came_after_it(whimbrel: Whimbrel, shop: str, place: Any) -> None:
    whimbrel("run", shop, "set the default of users.email to 'a'", "--environment", "development", "--yes")
    first = place.runs[0]
    whimbrel("run", shop, "set the default of users.email to 'b'", "--environment", "development", "--yes")
    refused = whimbrel("rollback", first, shop, "--yes")
    insisted = whimbrel("rollback", first, shop, "--yes", "--despite-changes")

    assert refused.code == 4
    assert "something was changed since" in refused.err
    assert insisted.code == 0


def test_a_plan_names_the_code_that_uses_what_changes(whimbrel: Whimbrel, shop: str, place: Any) -> None:
    code = place.folder / "app"
    code.mkdir()
    (code / "mail.py").write_text("def addresses(db):\n    return db.execute('SELECT email FROM users')\n")
    wish = "rename users.email to email_address"
    searched = whimbrel("plan", shop, wish, "--environment", "development", "--code", str(code))
    unsearched = whimbrel("plan", shop, wish, "--environment", "development")
    missing = whimbrel("plan", shop, wish, "--environment", "development", "--code", str(code / "nowhere"))

    assert "Code: mail.py:2 (SELECT)" in searched.out
    assert "Application code was not searched" in unsearched.out
    assert (searched.code, unsearched.code, missing.code) == (0, 0, 2)
    assert "nowhere" in missing.err


def test_a_deploy_gate_pauses_the_run_until_its_name_is_said(whimbrel: Whimbrel, shop: str, place: Any) -> None:
    wish = "rename users.email to email_address"
    paused = whimbrel("run", shop, wish, "--environment", "development", "--yes")
    run = place.runs[0]
    misspelt = whimbrel("resume", run, shop, "--yes", "--gate", "deployd")
    still = whimbrel("resume", run, shop, "--yes")
    done = whimbrel("resume", run, shop, "--yes", "--gate", "deployed")

    assert (paused.code, misspelt.code, still.code, done.code) == (6, 2, 6, 0)
    assert f"`whimbrel resume {run} --gate deployed` goes on" in paused.err
    assert "has no gate `deployd`; it has: deployed" in misspelt.err


@pytest.mark.parametrize("named", [("--profile", "prod"), ()], ids=["with its profile", "by its address alone"])
def test_what_a_profile_calls_production_is_not_talked_out_of_it(
    named: tuple[str, ...], whimbrel: Whimbrel, shop: str, place: Any, picture: Callable[[str], str]
) -> None:
    before = picture(shop)
    profile = f"[profiles.prod]\nurl = {json.dumps(shop)}\nenvironment = 'production'\n"
    (place.folder / "whimbrel.toml").write_text(profile)
    where = named or (shop,)
    ended = whimbrel("run", *where, WISH, "--environment", "development", "--yes")

    assert ended.code == 2
    assert "profile `prod`, which says production" in ended.err
    assert picture(shop) == before


def test_resuming_on_production_needs_the_database_named_again(whimbrel: Whimbrel, shop: str, place: Any) -> None:
    (place.folder / "whimbrel.toml").write_text("[limits]\nattempts = 1\n")
    planned = Plan.model_validate_json(whimbrel("plan", shop, WISH, "--json").out)
    given = ("--approve", planned.digest, "--confirm-database", name_of(shop))
    with psycopg.connect(shop) as holder:
        holder.execute("SELECT FROM users LIMIT 1")
        stuck = whimbrel("run", shop, WISH, *given)
    unnamed = whimbrel("resume", shop, *given[:2])
    named = whimbrel("resume", shop, *given)

    assert stuck.code == 1
    assert unnamed.code == 5
    assert "add --confirm-database" in unnamed.err
    assert named.code == 0


def test_the_backup_holds_the_table_only_when_a_setting_says_so(whimbrel: Whimbrel, shop: str, place: Any) -> None:
    (place.folder / "whimbrel.toml").write_text("[backup]\nwhole_database = false\n")
    ended = whimbrel("run", shop, WISH, "--environment", "development", "--yes")

    assert ended.code == 0
    assert "Back up table users" in ended.out


def test_the_watch_can_be_ended_by_hand(whimbrel: Whimbrel, shop: str) -> None:
    whimbrel("run", shop, WISH, "--environment", "development", "--yes")
    ended = whimbrel("monitor", shop, "--end")

    assert ended.code == 0
    assert "The watch ended: ended by the person" in ended.out
    assert "Phase: done" in whimbrel("status").out
    assert whimbrel("monitor", shop).code == 4


def test_a_run_that_waits_for_its_approval_is_announced_and_resumed(whimbrel: Whimbrel, shop: str, place: Any) -> None:
    waiting = whimbrel("run", shop, WISH, "--environment", "staging")
    announced, status = whimbrel("announce"), whimbrel("status")
    digest = status.out.partition("digest ")[2][:12]
    wrong = whimbrel("resume", shop, "--approve", "000000000000")
    done = whimbrel("resume", place.runs[0], shop, "--approve", digest)

    assert waiting.code == 5
    assert "Database migration scheduled" in announced.out
    assert "Phase: approval" in status.out
    assert wrong.code == 4
    assert done.code == 0
    assert values(shop, "SELECT DISTINCT role FROM users") == [("user",)]


def test_a_lock_that_is_never_given_ends_the_run_and_resume_finishes_it(
    whimbrel: Whimbrel, shop: str, place: Any, picture: Callable[[str], str]
) -> None:
    (place.folder / "whimbrel.toml").write_text("[limits]\nattempts = 2\n")
    before = picture(shop)
    with psycopg.connect(shop) as blocker:
        blocker.execute("SELECT FROM users LIMIT 1")
        stuck = whimbrel("run", shop, WISH, "--environment", "development", "--yes")
        still = picture(shop)
    done = whimbrel("resume", shop, "--yes")

    assert stuck.code == 1
    assert "no lock after 2 tries" in stuck.err
    assert f"`whimbrel resume {place.runs[0]}` goes on" in stuck.err
    assert still == before
    assert done.code == 0


def test_another_database_than_the_approved_one_is_refused(
    whimbrel: Whimbrel, shop: str, server18: Any, place: Any
) -> None:
    whimbrel("run", shop, WISH, "--environment", "development", "--yes")
    ended = whimbrel("rollback", place.runs[0], server18.dsn(), "--confirm-database", name_of(shop))

    assert ended.code == 4
    assert "was approved for" in ended.err
    assert values(shop, "SELECT count(role) FROM users") == [(2000,)]


def test_json_lines_of_a_run_are_all_json(whimbrel: Whimbrel, shop: str) -> None:
    ended = whimbrel("run", shop, WISH, "--environment", "development", "--yes", "--json")
    events = [json.loads(line)["event"]["type"] for line in ended.out.splitlines()]

    assert ended.code == 0
    assert events[0] == "request_made"
    assert "verification_passed" in events
    assert events.count("step_done") == 3


@pytest.mark.parametrize("command", ["status", "report", "announce", "resume", "rollback", "monitor"])
def test_a_run_that_is_not_there_is_a_usage_error(command: str, whimbrel: Whimbrel) -> None:
    none, unknown = whimbrel(command), whimbrel(command, "0101")

    assert none.code == unknown.code == 2
    assert "There is no run" in none.err
    assert "There is no run `0101`" in unknown.err


def test_a_damaged_journal_is_told_and_left_alone(whimbrel: Whimbrel, shop: str, place: Any) -> None:
    whimbrel("run", shop, "add a role column to users")
    journal = place.state / "runs" / place.runs[0] / "journal.jsonl"
    lines = journal.read_bytes().splitlines()
    journal.write_bytes(b"\n".join([lines[0], b"damage", *lines[2:]]) + b"\n")
    before = journal.read_bytes()
    ended = whimbrel("resume", place.runs[0], shop)

    assert ended.code == 1
    assert f"{journal}, line 2, is damaged" in ended.err
    assert journal.read_bytes() == before


# --- what is loaded ------------------------------------------------------------------------------------------------

LOADED = """
import sys
from agent.__main__ import run
code = run(sys.argv[1:])
names = ("textual", "anthropic", "psycopg", "sqlalchemy", "sqlglot", "pydantic")
print(code, *(name for name in names if name in sys.modules), file=sys.stderr)
"""


def loaded(place: Any, *arguments: str) -> tuple[int, set[str]]:
    program = [sys.executable, "-c", LOADED, *arguments]
    ended = subprocess.run(
        program,
        cwd=place.folder,
        env=place.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    code, *names = ended.stderr.splitlines()[-1].split()
    return int(code), set(names)


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(option: str, place: Any) -> None:
    assert loaded(place, option) == (0, set())


def test_lint_and_a_guided_plan_load_neither_screen_nor_model(place: Any, shop: str) -> None:
    (place.folder / "some.sql").write_text("SELECT 1;")

    for arguments in (("lint", "some.sql"), ("plan", shop, WISH)):
        code, names = loaded(place, *arguments)

        assert code == 0
        assert not names & {"textual", "anthropic"}


def test_the_program_starts_as_a_module_and_as_a_command(place: Any) -> None:
    version = place.run("--version")
    script = subprocess.run(
        [Path(sys.executable).parent / "whimbrel", "--version"], capture_output=True, text=True, timeout=30
    )

    assert version.returncode == script.returncode == 0
    assert version.stdout == script.stdout
    assert version.stdout.startswith("whimbrel, version ")


def test_a_plan_of_many_steps_names_each_once(whimbrel: Whimbrel, shop: str) -> None:
    plan = Plan.model_validate_json(whimbrel("plan", shop, TOKEN, "--json").out)

    assert any(isinstance(step, Backfill) for step in plan.steps)
    assert len({step.id for step in plan.steps}) == len(plan.steps) == 6
