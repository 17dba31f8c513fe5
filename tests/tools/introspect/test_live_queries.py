import uuid
from pathlib import Path

import pytest

from protocol.live_queries import LiveQueries
from protocol.names import TableName
from tests.tools.ground import Ground
from tools.engines.dsn import parse
from tools.engines.embedded import EmbeddedServer
from tools.engines.postgres import Database
from tools.introspect.live_queries import FORBIDDEN, MISSING, NOT_LOADED, OWN_ONLY, TOO_OLD, read_live_queries

USERS = TableName(schema_name="shop", name="users")


@pytest.fixture
def shop(counting: EmbeddedServer, tmp_path: Path) -> Ground:
    ground = Ground(counting.create_database(f"test_{uuid.uuid4().hex[:12]}"), tmp_path)
    ground.ask('CREATE SCHEMA "Stat s"; CREATE EXTENSION pg_stat_statements SCHEMA "Stat s"')
    ground.ask("CREATE SCHEMA shop; CREATE TABLE shop.users (id bigint PRIMARY KEY, role text, name text)")
    ground.ask("CREATE TABLE users_old (role text); CREATE SCHEMA other; CREATE TABLE other.users (role text)")
    return ground


def live(ground: Ground, column: str | None = None, table: TableName = USERS, dsn: str = "") -> LiveQueries:
    with Database(parse(dsn or ground.dsn)).reading() as connection:
        return read_live_queries(connection, table, column)


def shown(found: LiveQueries) -> dict[str, str]:
    return {one.text: one.kind for one in found.queries}


def test_the_statements_that_touch_the_table_are_shown_without_a_value(shop: Ground) -> None:
    shop.ask("SELECT name FROM shop.users WHERE role = 'a secret' /* trace 'hidden' */")
    shop.ask("UPDATE shop.users SET role = 'a secret' WHERE id = 7")
    shop.ask("INSERT INTO shop.users VALUES (1, 'a secret', 'b')")
    shop.ask("DELETE FROM shop.users AS u WHERE u.id = 9")
    shop.ask("SELECT role FROM users_old; SELECT role FROM other.users; SELECT 'shop.users'")
    found = live(shop)

    assert shown(found) == {
        "SELECT name FROM shop.users WHERE role = $1": "select",
        "UPDATE shop.users SET role = $1 WHERE id = $2": "update",
        "INSERT INTO shop.users VALUES ($1, $2, $3)": "insert",
        "DELETE FROM shop.users AS u WHERE u.id = $1": "delete",
    }
    assert "secret" not in found.model_dump_json()
    assert "hidden" not in found.model_dump_json()
    assert found.not_seen == ()


def test_statements_of_the_house_that_keep_their_constants_are_not_shown(shop: Ground) -> None:
    shop.ask("COPY (SELECT * FROM shop.users WHERE role = 'a secret') TO '/dev/null'")
    shop.ask("ALTER TABLE shop.users ALTER role SET DEFAULT 'a secret'")

    assert live(shop).queries == ()


def test_only_those_that_touch_the_column_are_shown_when_one_is_asked(shop: Ground) -> None:
    shop.ask("SELECT name FROM shop.users")
    shop.ask("SELECT id FROM shop.users WHERE role = 'a'")
    shop.ask("SELECT * FROM shop.users")
    found = live(shop, "role")

    assert {one.text: (one.columns, one.all_columns) for one in found.queries} == {
        "SELECT id FROM shop.users WHERE role = $1": (("id", "role"), False),
        "SELECT * FROM shop.users": ((), True),
    }


def test_calls_rows_and_times_are_measured_and_the_most_called_stands_first(shop: Ground) -> None:
    shop.ask("INSERT INTO shop.users SELECT i FROM generate_series(1, 20) i")
    for _ in range(3):
        shop.ask("SELECT id FROM shop.users WHERE id > 10")
    first, second = live(shop).queries

    assert (first.calls.value, first.rows.value, second.calls.value, second.rows.value) == (3, 30, 1, 20)
    assert (first.mean.value or 0) > 0
    assert str(first.calls) == "3 calls (measured: pg_stat_statements, since it was reset)"


def test_a_bare_name_means_the_table_the_search_path_leads_to(shop: Ground) -> None:
    shop.ask("SET search_path = shop; SELECT id FROM users")
    seen = live(shop)
    shop.ask("CREATE TABLE public.users (id int)")
    hidden = live(shop)

    assert shown(seen) == {"SELECT id FROM users": "select"}
    assert hidden.queries == ()


def test_a_role_without_rights_is_told_that_it_sees_its_own_only(shop: Ground) -> None:
    role = f"nobody_{uuid.uuid4().hex[:8]}"
    shop.ask(f'CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA "Stat s" TO {role}')
    shop.ask("SELECT id FROM shop.users")
    found = live(shop, dsn=shop.dsn.replace("postgres@", f"{role}@"))

    assert found == LiveQueries(not_seen=(OWN_ONLY,))


def test_a_role_that_may_not_even_enter_the_schema_gets_a_sentence(shop: Ground) -> None:
    role = f"nobody_{uuid.uuid4().hex[:8]}"
    shop.ask(f"CREATE ROLE {role} LOGIN")

    assert live(shop, dsn=shop.dsn.replace("postgres@", f"{role}@")) == LiveQueries(not_seen=(FORBIDDEN,))


def test_without_the_extension_a_sentence_says_how_to_get_it(any_ground: Ground) -> None:
    assert live(any_ground) == LiveQueries(not_seen=(MISSING,))


def test_an_extension_that_was_not_loaded_is_told_from_one_that_is_missing(ground: Ground) -> None:
    ground.ask("CREATE EXTENSION pg_stat_statements")

    assert live(ground) == LiveQueries(not_seen=(NOT_LOADED,))


def test_an_extension_that_an_upgrade_left_behind_is_named(counting: EmbeddedServer, tmp_path: Path) -> None:
    ground = Ground(counting.create_database(f"test_{uuid.uuid4().hex[:12]}"), tmp_path)
    ground.ask("CREATE EXTENSION pg_stat_statements VERSION '1.4'")

    assert live(ground) == LiveQueries(not_seen=(TOO_OLD,))
