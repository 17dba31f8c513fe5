import psycopg
import pytest

from protocol.errors import NoConnection, Refused
from tests.tools.ground import RUN, Ground
from tools.engines.dsn import parse
from tools.engines.postgres import Database, lost_connection, one_value


@pytest.fixture
def users(ground: Ground) -> Ground:
    ground.ask("CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL)")
    return ground


@pytest.mark.parametrize(
    "attempt",
    ["INSERT INTO users VALUES (1, 'x')", "UPDATE users SET name = ''", "CREATE TABLE x ()", "SELECT nextval('s')"],
)
def test_the_reading_connection_cannot_write(users: Ground, attempt: str) -> None:
    users.ask("CREATE SEQUENCE s")
    with users.reading() as connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute(attempt)


def test_a_table_that_is_locked_is_not_called_a_lost_connection(users: Ground) -> None:
    with users.session() as other:
        other.execute("LOCK TABLE users")
        with pytest.raises(NoConnection, match=r"did not answer in time.*try again"), lost_connection(users.database):
            users.facts("users")


def test_a_server_that_is_away_is_named_without_its_password() -> None:
    away = Database(parse("postgresql://me:s3cret@/db?host=/nowhere"))
    with pytest.raises(NoConnection) as caught, away.reading():
        pass

    assert "me@socket/db" in caught.value.message
    assert "s3cret" not in caught.value.message


def test_a_value_quoted_in_a_message_of_the_server_is_masked(users: Ground) -> None:
    with users.reading() as connection, pytest.raises(psycopg.DataError) as caught:
        connection.execute("SELECT 'canary \"x\"'::integer")

    assert users.database.say(caught.value) == 'invalid input syntax for type integer: "…"'


def test_the_runners_connection_serves_one_step_and_says_so(ground: Ground) -> None:
    with ground.database.writing(
        "a-run-with-a-rather-long-name-of-its-own", "a-step-with-a-long-name-too"
    ) as connection:
        (name,) = connection.execute("SELECT current_setting('application_name')").fetchone() or ("",)

    assert name == "whimbrel/a-run-with-a-rather-long-name-of-its-own/a-step-with-a-long-name-too"[:63]


def test_what_a_role_sets_for_itself_does_not_reach_the_runner(ground: Ground) -> None:
    name = f"hasty_{ground.value('SELECT current_database()')}"
    ground.ask(f"CREATE ROLE {name} LOGIN")
    for setting in ("statement_timeout = '1ms'", "DateStyle = 'SQL, DMY'", "extra_float_digits = 0"):
        ground.ask(f"ALTER ROLE {name} SET {setting}")
    hasty = Ground(ground.dsn.replace("postgres@", f"{name}@"), ground.folder)
    with hasty.database.writing(RUN, "step") as connection:
        shown = connection.execute("SELECT '2024-12-31'::date::text, (0.1::float8 + 0.2)::text").fetchone()

    assert shown == ("2024-12-31", "0.30000000000000004")


def test_a_refusal_while_reading_is_no_lost_connection(users: Ground) -> None:
    with (
        pytest.raises(Refused, match='refused to be read: relation "gone" does not exist'),
        lost_connection(users.database),
        users.reading() as connection,
    ):
        connection.execute("SELECT FROM gone")


def test_a_connection_that_is_cut_while_reading_is_named(users: Ground) -> None:
    with users.reading() as connection:
        users.ask("SELECT pg_terminate_backend($1)", connection.info.backend_pid)
        with pytest.raises(NoConnection, match="was lost: "), lost_connection(users.database):
            connection.execute("SELECT 1")


def test_one_value_of_no_row_is_none(users: Ground) -> None:
    with users.reading() as connection:
        assert one_value(connection, "SELECT id FROM users") is None
        assert one_value(connection, "SELECT $1::integer + 1", (41,)) == 42


def test_a_setting_of_the_connection_string_is_kept(ground: Ground) -> None:
    database = Database(parse(ground.dsn + "&options=-c%20search_path%3Dnowhere"))
    with database.reading() as connection:
        assert one_value(connection, "SHOW search_path") == "nowhere"
