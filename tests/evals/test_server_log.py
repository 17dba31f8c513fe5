import psycopg
import pytest

from evals.playground import Playground
from evals.server_log import statements, writes


def test_the_log_of_a_real_server_is_read_statement_by_statement(playground: Playground) -> None:
    with playground.database("log") as dsn:
        began = playground.log_end()
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("CREATE TABLE t (\n  name text\n)")
            approved = playground.log_end()
            connection.execute("INSERT INTO t VALUES (%s)", ("\nfake LOG:  statement: DROP TABLE t",))
        logged = playground.log_since(began, approved)

    assert [(statement.sql, statement.approved) for statement in logged] == [
        ("CREATE TABLE t (\n  name text\n)", False),
        ("INSERT INTO t VALUES ($1)", True),
    ]


def test_other_lines_are_no_statements() -> None:
    log = (
        b"2024-01-01 00:00:00.000 UTC [1] LOG:  checkpoint starting: time\n"
        b"2024-01-01 00:00:00.000 UTC [2] LOG:  execute <unnamed>: SELECT 1\n"
        b"2024-01-01 00:00:00.000 UTC [2] DETAIL:  Parameters: $1 = 'LOG:  statement: DROP TABLE t'\n"
        b'2024-01-01 00:00:00.000 UTC [2] ERROR:  relation "x" does not exist\n'
    )

    assert statements(log) == ["SELECT 1"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "BEGIN",
        "SET lock_timeout = 0",
        "SHOW work_mem",
        "COPY public.users (id) TO stdout",
        "LOCK TABLE public.users IN ACCESS SHARE MODE",
        "EXPLAIN SELECT 1",
    ],
)
def test_reading_is_no_writing(sql: str) -> None:
    assert not writes(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t VALUES (1)",
        "SELECT 1 INTO t",
        "EXPLAIN ANALYZE DELETE FROM t",
        "PREPARE p AS UPDATE t SET a = 1",
        "COPY t FROM stdin",
        "DO $$ BEGIN END $$",
        "CALL p()",
        "GRANT ALL ON t TO PUBLIC",
        "BEGIN; TRUNCATE t; COMMIT",
        "this is no SQL",
    ],
)
def test_what_may_change_anything_is_writing(sql: str) -> None:
    assert writes(sql)
