from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from protocol.limits import Limits
from protocol.names import TableName
from protocol.plan import Plan
from protocol.steps import Backfill, Statements
from tests.tools.ground import Ground
from tests.tools.migration_files.conftest import FORMS, SETTINGS
from tests.tools.migration_files.projects import Project
from tools.backfill import run_backfill
from tools.execute import run_statements
from tools.migration_files.detect import detect, form_named
from tools.migration_files.forms import MigrationFile
from tools.migration_files.script import Batches, Gate, Outside, Part, Script, Transaction, script_of
from tools.migration_files.write import migration_files

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
T = TableName(name="t")
Make = Callable[[str, str], Project]

TABLE = """
CREATE TABLE t (a text, "B c" integer, name text, PRIMARY KEY (a, "B c"));
INSERT INTO t SELECT chr(97 + i % 7) || '\\''', i, 'Name' || i FROM generate_series(1, 1003) i;
"""

NASTY = (
    "plain",
    "it''s",
    'say "so"',
    '"""',
    "back\\slash \\n \\\\ \\",
    "100% %s %(name)s %%",
    "{} {name} {{",
    ":name ::text \\:name",
    "`tick` ${name} $1 $$ $sql$ $batches$",
    "? ?? \\? \\\\?",
    "#{ruby} @at @@",
    "semi; colon; -- no comment /* nor this */",
    "line\nbreak\ttab\rreturn",
    "\u2028 \u00a0 \x85 \x0b ümläut 🐦",
    "EOF\nSQL\n'''' '",
)


def files_for(project: Project, script: Script) -> tuple[MigrationFile, ...]:
    form = detect(project.folder, T)
    assert form.name in type(project).__name__.lower()
    return migration_files(script, form, NOW)


def prepared(ground: Ground) -> None:
    for statement in TABLE.strip().split(";\n"):
        ground.ask(statement.rstrip(";"))


def run_own_steps(ground: Ground, plan: Plan) -> None:
    work = ground.work(plan)
    for step in plan.steps:
        match step:
            case Statements():
                run_statements(work, step)
            case Backfill():
                run_backfill(work, step)


def rows(ground: Ground) -> list[tuple[object, ...]]:
    return ground.ask('SELECT * FROM t ORDER BY a, "B c"')


def script(*parts: Part | Gate, title: str = "A change") -> Script:
    return Script(title=title, name="a_change", seed="0123456789abcdef", parts=parts)


@pytest.mark.parametrize("form", FORMS + SETTINGS)
def test_the_files_do_what_the_plans_own_steps_do_and_take_it_back(
    form: str, ground: Ground, other_ground: Ground, make_project: Make
) -> None:
    for one in (ground, other_ground):
        prepared(one)
    before, rows_before = ground.table(), rows(ground)
    limits = Limits(pause_ms=0, batch_rows=100)
    plan = other_ground.plan(type_="text", nullable=False, computed="lower(name)", limits=limits)
    project = make_project(form, ground.dsn)
    project.add(files_for(project, script_of(plan)))

    run_own_steps(other_ground, plan)
    project.up()

    assert ground.table() == other_ground.table()
    assert rows(ground) == rows(other_ground)
    assert ground.value("SELECT count(*) FROM t WHERE c = lower(name)") == 1003

    project.down()

    assert ground.table() == before
    assert rows(ground) == rows_before


@pytest.mark.parametrize("form", FORMS)
def test_every_character_of_the_sql_arrives(form: str, ground: Ground, make_project: Make) -> None:
    ground.ask("CREATE TABLE notes (id integer, text text)")
    inserts = tuple(
        f"INSERT INTO notes VALUES ({i}, '{text.replace(chr(39), chr(39) * 2)}')" for i, text in enumerate(NASTY)
    )
    undo = tuple(f"DELETE FROM notes WHERE text = '{text.replace(chr(39), chr(39) * 2)}' -- gone" for text in NASTY)
    project = make_project(form, ground.dsn)
    project.add(files_for(project, script(Transaction(id="nasty", title='"""\n`*/ ${x}\\', sql=inserts, undo=undo))))

    project.up()

    assert [text for (text,) in ground.ask("SELECT text FROM notes ORDER BY id")] == list(NASTY)

    project.down()

    assert ground.value("SELECT count(*) FROM notes") == 0


@pytest.mark.parametrize("form", FORMS + SETTINGS)
def test_what_no_transaction_may_hold_runs_in_none_in_both_directions(
    form: str, ground: Ground, make_project: Make
) -> None:
    prepared(ground)
    project = make_project(form, ground.dsn)
    there = Outside(
        id="index", title="Index", sql=("CREATE INDEX CONCURRENTLY i ON t (name)",), undo=("DROP INDEX CONCURRENTLY i",)
    )
    mixed = Outside(id="other", title="Other", sql=("CREATE INDEX CONCURRENTLY j ON t (name)",), undo=("DROP INDEX j",))
    back = Transaction(
        id="drop", title="Drop", sql=("DROP INDEX j", "SELECT 1"), undo=("CREATE INDEX CONCURRENTLY j ON t (name)",)
    )
    project.add(files_for(project, script(there, mixed, back)))

    project.up()

    assert {index.name for index in ground.table().indexes} == {"t_pkey", "i"}

    project.down()

    assert {index.name for index in ground.table().indexes} == {"t_pkey"}


@pytest.mark.parametrize("form", FORMS + SETTINGS)
def test_no_part_shares_its_transaction_with_another(form: str, ground: Ground, make_project: Make) -> None:
    ground.ask("CREATE TABLE seen (part integer, id xid8 DEFAULT pg_current_xact_id())")
    parts = [
        Transaction(id=f"p{i}", title=f"Part {i}", sql=(f"INSERT INTO seen VALUES ({i})",) * 2, undo=("SELECT 1",))
        for i in range(3)
    ]
    project = make_project(form, ground.dsn)
    project.add(files_for(project, script(*parts)))

    project.up()

    assert ground.ask("SELECT count(DISTINCT id)::int, count(DISTINCT (id, part))::int, count(*)::int FROM seen") == [
        (3, 3, 6)
    ]


@pytest.mark.parametrize("form", [form for form in FORMS if form != "plain"])
def test_after_a_failure_the_rest_can_be_run_again(form: str, ground: Ground, make_project: Make) -> None:
    ground.ask("CREATE TABLE done (part integer)")
    ground.ask("CREATE VIEW gone AS SELECT 1")
    parts = [
        Transaction(id="one", title="One", sql=("INSERT INTO done VALUES (1)",)),
        Transaction(id="two", title="Two", sql=("INSERT INTO done VALUES (2)", "CREATE TABLE gone ()")),
    ]
    project = make_project(form, ground.dsn)
    project.add(files_for(project, script(*parts)))

    assert "gone" in project.fails()
    assert ground.ask("SELECT part FROM done") == [(1,)]

    ground.ask("DROP VIEW gone")
    project.up()

    assert ground.ask("SELECT part FROM done ORDER BY part") == [(1,), (2,)]


@pytest.mark.parametrize("form", [form for form in FORMS if form != "plain"])
def test_a_backfill_that_broke_off_goes_on_and_writes_no_row_twice(
    form: str, ground: Ground, make_project: Make
) -> None:
    prepared(ground)
    ground.ask("ALTER TABLE t ADD COLUMN written integer NOT NULL DEFAULT 0")
    plan = ground.plan(type_="text", default="clock_timestamp()::text", limits=Limits(pause_ms=0, batch_rows=50))
    ground.ask(
        """CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF OLD."B c" = 777 AND to_regclass('trap') IS NOT NULL THEN RAISE EXCEPTION 'the trap'; END IF;
        NEW.written := OLD.written + 1; RETURN NEW; END $$"""
    )
    ground.ask("CREATE TRIGGER note BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION note()")
    ground.ask("CREATE TABLE trap ()")
    project = make_project(form, ground.dsn)
    project.add(files_for(project, script_of(plan)))

    assert "the trap" in project.fails()
    assert 0 < ground.value("SELECT count(*) FROM t WHERE c IS NOT NULL") < 1003

    ground.ask("DROP TABLE trap")
    project.up()

    assert ground.ask("SELECT count(*)::int, sum(written)::int FROM t WHERE c IS NOT NULL") == [(1003, 1003)]


@pytest.mark.parametrize("form", FORMS)
def test_the_lock_is_not_waited_for_longer_than_the_plan_says(form: str, ground: Ground, make_project: Make) -> None:
    prepared(ground)
    part = Transaction(id="add", title="Add", sql=("ALTER TABLE t ADD COLUMN c int",), lock_timeout_ms=50)
    project = make_project(form, ground.dsn)
    project.add(files_for(project, script(part)))

    with ground.session() as reader:
        reader.execute("SELECT 1 FROM t LIMIT 1")
        said = project.fails()

    assert "lock timeout" in said
    assert not [column for column in ground.table().columns if column.name == "c"]


@pytest.mark.parametrize("form", FORMS)
def test_rows_that_somebody_keeps_writing_wrong_stop_the_migration(
    form: str, ground: Ground, make_project: Make
) -> None:
    prepared(ground)
    plan = ground.plan(type_="uuid", default="gen_random_uuid()", limits=Limits(pause_ms=0))
    backfill = next(part for part in script_of(plan).parts if isinstance(part, Batches))
    stuck = backfill.model_copy(update={"left_sql": "SELECT 7::bigint"})
    adding = Transaction(id="add", title="Add", sql=("ALTER TABLE t ADD COLUMN c uuid",))
    project = make_project(form, ground.dsn)
    project.add(files_for(project, script(adding, stuck)))

    said = project.fails()

    assert "7 rows are still to do" in said
    assert ground.value("SELECT count(*) FROM t WHERE c IS NULL") == 1003


@pytest.mark.parametrize("form", FORMS)
def test_what_stands_behind_a_gate_is_in_files_of_its_own(form: str, ground: Ground, make_project: Make) -> None:
    prepared(ground)
    project = make_project(form, ground.dsn)
    first = Transaction(
        id="expand", title="E", sql=("ALTER TABLE t ADD COLUMN c int",), undo=("ALTER TABLE t DROP COLUMN c",)
    )
    last = Transaction(
        id="contract",
        title="C",
        sql=("ALTER TABLE t RENAME COLUMN c TO d",),
        undo=("ALTER TABLE t RENAME COLUMN d TO c",),
    )
    files = files_for(project, script(first, Gate(text="version 7\nis live"), last))
    waiting = [file for file in files if "Only when this has happened: version 7" in file.text]

    assert len(waiting) == 1
    assert all("RENAME" not in file.text for file in files[: files.index(waiting[0])])

    project.add([file for file in files if "RENAME" not in file.text])
    project.up()

    assert [column.name for column in ground.table().columns][-1] == "c"

    project.added.clear()
    project.add([file for file in files if "RENAME" in file.text])
    project.up()

    assert [column.name for column in ground.table().columns][-1] == "d"

    project.added[:] = [file.path.rpartition("/")[2] for file in files]
    project.down()

    assert [column.name for column in ground.table().columns] == ["a", "B c", "name"]


@pytest.mark.parametrize("form", [form for form in FORMS if form != "plain"])
def test_what_cannot_be_taken_back_says_so(form: str, ground: Ground, make_project: Make) -> None:
    prepared(ground)
    project = make_project(form, ground.dsn)
    project.add(files_for(project, script(Transaction(id="drop", title="D", sql=("ALTER TABLE t DROP COLUMN name",)))))
    project.up()

    with pytest.raises(AssertionError) as refused:
        project.down()

    assert any(word in str(refused.value) for word in ("restore the backup", "IrreversibleError"))


@pytest.mark.parametrize("form", ["alembic", "knex", "plain"])
def test_a_form_that_is_asked_for_needs_no_project(form: str, ground: Ground) -> None:
    prepared(ground)
    plan = ground.plan(type_="uuid", default="gen_random_uuid()")

    files = migration_files(script_of(plan), form_named(form, ground.folder), NOW)

    assert files
    assert len({file.path for file in files}) == len(files)
