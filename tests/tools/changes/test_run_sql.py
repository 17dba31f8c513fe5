"""SQL as pasted: run word for word on a development database, and every way to smuggle something in is shut."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest

from agent.backups import Backups
from agent.journal import Journal
from agent.session import Session
from protocol.changes.run_sql import RunSql
from protocol.discovery import Answer, Group, Origin, Question, Scalar, Sheet
from protocol.errors import StepFailed
from protocol.events import AnswerGiven, Entry, RequestMade
from protocol.person import Person
from protocol.situation import Situation
from protocol.states import Discovery, State
from tests.tools.changes.road import failed_checks, plan_for, understood, up, work_steps
from tests.tools.ground import Ground
from tools import toolbox
from tools.pasted_sql import pasted_whole, read_pasted
from tools.registry import call
from tools.understand import understand

assert toolbox

PASTED = "CREATE VIEW v AS SELECT id FROM t;\nUPDATE t SET n = u.n FROM t AS u WHERE u.id = t.id + 1;\nTRUNCATE t"


def wanted(sql: str, **more: Scalar) -> tuple[str, dict[str, Scalar]]:
    return "run_sql", {"sql": sql, "acknowledged": "I know", **more}


def test_what_was_pasted_is_what_runs(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (id int PRIMARY KEY, n int)")
    any_ground.ask("INSERT INTO t SELECT i, i FROM generate_series(1, 250) i")
    plan = plan_for(any_ground, wanted(PASTED))

    assert [step.final and step.undo is None for step in work_steps(plan)] == [True, True, True]
    assert [line for step in work_steps(plan) for line in step.model_dump()["sql"]] == [
        statement.rstrip(";") for statement in PASTED.split("\n")
    ]
    assert plan.overall_risk.startswith("HIGH")
    assert not plan.rollback[-1].possible
    assert failed_checks(any_ground, plan, {}) != [], "the check passed before anything ran"
    work = any_ground.work(plan)
    up(work, work_steps(plan))
    assert failed_checks(any_ground, plan, {}) == []
    assert (any_ground.value("SELECT count(*) FROM t"), any_ground.value("SELECT count(*) FROM v")) == (0, 0)
    up(work, work_steps(plan))


def test_a_statement_that_fails_leaves_nothing_of_itself_and_the_check_says_so(ground: Ground) -> None:
    ground.ask("CREATE TABLE t (id int PRIMARY KEY)")
    plan = plan_for(ground, wanted("CREATE VIEW v AS SELECT id FROM t; DELETE FROM nowhere"))

    with pytest.raises(StepFailed, match="nowhere"):
        up(ground.work(plan), work_steps(plan))
    assert failed_checks(ground, plan, {}) == ["Every statement ran, as the ledger in the database says: 1"]


def test_the_second_change_of_a_request_is_checked_under_its_own_number(ground: Ground) -> None:
    ground.ask("CREATE TABLE t (id int PRIMARY KEY, n int)")
    plan = plan_for(ground, ("set_values", {"table": "t", "assignments": "n = 1"}), wanted("TRUNCATE t"))
    up(ground.work(plan), work_steps(plan))

    assert failed_checks(ground, plan, {}) == []


@pytest.mark.parametrize(
    "sql",
    [
        "BEGIN; DROP TABLE t; COMMIT",
        "SAVEPOINT s",
        "PREPARE TRANSACTION 'x'",
        "\\i /etc/passwd",
        "\\copy t from 'x'",
        "SELECT 1 \\gexec",
        "COPY t FROM '/etc/passwd'",
        "COPY t TO PROGRAM 'sh'",
        "COPY t FROM STDIN",
        "copy/**/t from program 'sh'",
        "ALTER SYSTEM SET fsync = off",
        "DROP DATABASE shop",
        "CREATE DATABASE x",
        "ALTER DATABASE shop RENAME TO x",
        "ALTER DATABASE shop OWNER TO x",
        "CREATE ROLE x SUPERUSER",
        "ALTER USER x PASSWORD 'y'",
        "DROP USER x",
        "GRANT x TO y",
        "ALTER ROLE x RENAME TO y",
        "DROP OWNED BY x",
        "SET ROLE x",
        "SET session_replication_role = replica",
        "RESET ALL",
        "DISCARD ALL",
        "DO $$ BEGIN EXECUTE 'DROP DATABASE shop'; END $$",
        "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'x', 'y'",
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS 'import os'",
        "CREATE FUNCTION f() RETURNS int AS 'x' LANGUAGE \"C\"",
        "LOAD 'x'",
        "VACUUM FULL t",
        "CREATE INDEX CONCURRENTLY i ON t (a)",
        "DROP INDEX CONCURRENTLY i",
        "REINDEX TABLE CONCURRENTLY t",
        "REINDEX DATABASE shop",
        "ALTER TABLE p DETACH PARTITION q CONCURRENTLY",
        "CREATE SUBSCRIPTION s CONNECTION 'host=evil' PUBLICATION p",
        "CREATE USER MAPPING FOR x SERVER y OPTIONS (password 'z')",
        "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_stat_activity",
        'SELECT "pg_advisory_unlock_all"()',
        "SELECT U&\"pg_read\\005ffile\"('x')",
        "WITH x AS (SELECT lo_import('/etc/passwd')) SELECT * FROM x",
        "EXPLAIN ANALYZE SELECT pg_reload_conf()",
        "SELECT set_config('lock_timeout', '0', false)",
        "SELECT query_to_xml('DROP TABLE t', true, true, '')",
        "UPDATE whimbrel.step SET step = 'x'",
        "DROP SCHEMA whimbrel CASCADE",
        "DROP TABLE whimbrel.checkpoint",
        "ALTER TABLE t SET SCHEMA whimbrel",
        "DELETE FROM t WHERE id = $1",
        "LOCK TABLE t",
        "DROP TABLE t; DROP DATABASE shop",
        "this is no SQL",
        "SELECT 'a\x00b'",
    ],
)
def test_some_things_are_refused_even_so(common_ground: Ground, sql: str) -> None:
    found = understood(common_ground, wanted(sql))

    assert "is not run even as pasted: " in found.problems["sql"]
    assert found.wishes == []


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$",
        "CREATE FUNCTION f() RETURNS int RETURN 1",
        "DELETE FROM t; TRUNCATE t",
        "CREATE EXTENSION citext",
        "SELECT my_own_function()",
        "GRANT SELECT ON t TO PUBLIC",
    ],
)
def test_what_is_not_understood_but_stays_inside_is_taken_with_its_reason(common_ground: Ground, sql: str) -> None:
    found = understood(common_ground, wanted(sql))

    assert found.problems == {}
    [wish] = found.wishes
    assert isinstance(wish.change, RunSql)
    assert all(one.reason for one in wish.change.statements)


def test_what_a_kind_describes_is_said_so() -> None:
    [one] = read_pasted("ALTER TABLE t ADD c int")

    assert "it could be planned as add_column" in one.reason


@pytest.mark.parametrize(
    ("given", "question"),
    [
        ({"environment": "production"}, "environment"),
        ({"environment": "staging"}, "environment"),
    ],
)
def test_only_a_development_database_takes_it(ground: Ground, given: dict[str, Scalar], question: str) -> None:
    found = understood(ground, wanted("TRUNCATE t"), given=given)

    assert question in found.problems
    assert found.wishes == []


def test_an_unknown_environment_is_none_for_development(ground: Ground) -> None:
    [wish] = understood(ground, wanted("TRUNCATE t")).wishes
    answers = tuple(answer for answer in wish.situation.sheet.answers if answer.question != "environment")
    with ground.reading() as connection:
        found = understand(connection, "test", ["run_sql"], Sheet(answers=answers))

    assert "environment" in found.problems
    assert found.wishes == []


@pytest.mark.parametrize("said", ["yes", "i know", "I know.", "I KNOW", "I know it", "true"])
def test_only_the_exact_words_acknowledge(ground: Ground, said: str) -> None:
    found = understood(ground, wanted("TRUNCATE t", acknowledged=said))

    assert "from you and not from a model" in found.problems["acknowledged"]


@pytest.mark.parametrize("origin", [Origin.WORDS, Origin.ASSUMPTION, Origin.SETTING, Origin.DATABASE])
def test_an_acknowledgement_from_elsewhere_than_the_person_counts_for_nothing(ground: Ground, origin: Origin) -> None:
    found = understood(ground, wanted("TRUNCATE t"))
    [wish] = found.wishes
    sheet = wish.situation.sheet.with_answer(Answer(question="acknowledged", value="I know", origin=origin))
    with ground.reading() as connection:
        again = understand(connection, "test", ["run_sql"], sheet)

    assert "acknowledged" in again.problems
    assert again.wishes == []


@pytest.mark.parametrize("origin", [Origin.WORDS, Origin.ASSUMPTION])
def test_a_reading_of_words_does_not_make_a_database_one_for_development(ground: Ground, origin: Origin) -> None:
    [wish] = understood(ground, wanted("TRUNCATE t")).wishes
    sheet = wish.situation.sheet.with_answer(Answer(question="environment", value="development", origin=origin))
    situation = Situation.model_validate({**wish.situation.model_dump(), "sheet": sheet})

    assert "environment" in RunSql.conflicts(situation)


def test_a_typed_question_cannot_have_a_safe_answer() -> None:
    with pytest.raises(ValueError, match="the person types"):
        Question(id="x", group=Group.KIND, text="x", form="text", typed=True, safe="I know")


# --- what a model may try ------------------------------------------------------------------------------------------

WORDS = "Please run this on dev: DELETE FROM t WHERE id = 1 AND name = 'Ann'; I know what I do. I know"


class Silent:
    """Sees what happens; whoever asks it anything fails the test."""

    def show(self, entry: Entry, state: State) -> None:
        pass

    def __getattr__(self, name: str) -> NoReturn:
        raise AssertionError(f"the person was asked to `{name}`")


class Model:
    """A run's desk, and what somebody who answers in the person's name can do at it."""

    def __init__(self, session: Session) -> None:
        self.session = session

    async def hears(self, **values: str) -> str:
        heard = [{"question": name, "value": value, "quote": value} for name, value in values.items()]
        return (await call("propose_change", {"number": 1, "kind": "run_sql", "heard": heard}, self.session)).said

    def answer(self, question: str) -> Any:
        assert isinstance(self.session.state, Discovery)
        return self.session.state.sheet.text(question)


@pytest.fixture
def model(ground: Ground, tmp_path: Path) -> Iterator[Model]:
    journal = Journal(tmp_path / "runs" / "a-run")
    session = Session(
        run="a-run",
        journal=journal,
        database=ground.database,
        person=cast(Person, Silent()),
        backups=Backups(folder=tmp_path, reserve_bytes=0),
    )
    session.append(RequestMade(words=WORDS, target_alias="shop"))
    yield Model(session)
    journal.close()


async def test_a_model_cannot_acknowledge_even_with_the_persons_own_words(model: Model) -> None:
    said = await model.hears(acknowledged="I know")

    assert "`acknowledged` is answered by the person alone" in said
    assert model.answer("acknowledged") is None


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM t",
        "DELETE FROM t WHERE id = 1",
        "DELETE FROM t WHERE id = 1 AND name = 'ann'",
        "delete from t where id = 1 and name = 'Ann'",
        "FROM t WHERE id = 1 AND name = 'Ann'",
        "DELETE FROM t WHERE id = 1 AND name = 'Ann'; DROP TABLE t",
        "DROP TABLE t",
    ],
)
async def test_a_model_cannot_cut_or_change_what_was_pasted(model: Model, sql: str) -> None:
    said = await model.hears(sql=sql)

    assert "only as the person pasted it" in said
    assert model.answer("sql") is None


async def test_what_was_pasted_whole_is_taken_and_nothing_is_claimed_of_its_rows(model: Model) -> None:
    await model.hears(sql="DELETE FROM t WHERE id = 1 AND name = 'Ann'")

    assert model.answer("sql") == "DELETE FROM t WHERE id = 1 AND name = 'Ann'"
    assert model.answer("rows") == "unknown"


async def test_what_the_person_typed_is_not_overwritten_by_a_model(model: Model) -> None:
    answer = Answer(question="acknowledged", value="no", origin=Origin.PERSON)
    model.session.append(AnswerGiven(answer=answer))
    await model.hears(acknowledged="I know")

    assert model.answer("acknowledged") == "no"


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("TRUNCATE t", True),
        ("Run: TRUNCATE t;", True),
        ("Run `TRUNCATE t` please", True),
        ("one\n  TRUNCATE t  \ntwo", False),
        ("one\nTRUNCATE t;\ntwo", True),
        ("EXPLAIN TRUNCATE t", False),
        ("-- TRUNCATE t", False),
        ("TRUNCATE t, u", False),
        ("TRUNCATE tt", False),
        ("do not TRUNCATE t", False),
    ],
)
def test_a_piece_of_a_sentence_is_no_pasted_statement(words: str, whole: bool) -> None:
    assert pasted_whole("TRUNCATE t", words) is whole


def test_an_empty_answer_is_pasted_nowhere() -> None:
    assert not pasted_whole(" ; ", "a ; b")


@pytest.mark.parametrize(
    "words",
    [
        "INSERT INTO log VALUES ('DROP TABLE users');",
        "EXPLAIN\nDELETE FROM t;",
        "run it: EXPLAIN ANALYZE\nDELETE FROM t",
        "/* never run:\nDROP TABLE users;\n*/ SELECT 1",
    ],
)
def test_sql_that_is_a_piece_of_something_else_is_not_whole(words: str) -> None:
    sql = "DELETE FROM t" if "DELETE" in words else "DROP TABLE users"

    assert not pasted_whole(sql, words)
    assert pasted_whole(sql, f"please run this\n{sql};")
