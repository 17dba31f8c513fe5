import psycopg
import pytest
from psycopg.rows import TupleRow

from protocol.errors import Refused, UsageError, WhimbrelError
from tools.demo import load as loading
from tools.demo.load import is_loaded, load

ROWS = 1_000


def ask(dsn: str, query: str) -> list[TupleRow]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()


def do(dsn: str, command: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(command.encode())


def test_the_shop_loads_on_every_version(any_database: str) -> None:
    load(any_database, ROWS)
    counts = ask(
        any_database,
        "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM orders), (SELECT count(*) FROM order_items),"
        " (SELECT count(*) FROM products), (SELECT count(*) FROM events), (SELECT sum(orders) FROM customer_orders)",
    )

    assert counts == [(1_000, 200, 400, 2_000, 200, 200)]


def test_the_data_make_sense(database: str) -> None:
    load(database, ROWS)
    early = "SELECT count(*) FROM orders JOIN users ON users.id = user_id WHERE placed_at < users.created_at"
    unequal = (
        "SELECT count(*) FROM orders WHERE total <> "
        "(SELECT sum(quantity * unit_price) FROM order_items WHERE order_id = orders.id)"
    )
    width = "SELECT pg_relation_size('users') / 1000"

    assert ask(database, early) == [(0,)]
    assert ask(database, unequal) == [(0,)]
    assert 130 <= ask(database, width)[0][0] <= 170


def test_users_have_three_indexes_besides_the_key(database: str) -> None:
    load(database, ROWS)
    names = ask(database, "SELECT indexname FROM pg_indexes WHERE tablename = 'users' ORDER BY 1")

    assert [name for (name,) in names] == [
        "users_country_idx",
        "users_created_at_idx",
        "users_email_key",
        "users_pkey",
    ]


def test_two_loads_are_equal_however_they_are_cut(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = "SELECT md5(string_agg(users::text, ',' ORDER BY id)) FROM users"
    load(database, ROWS)
    first = ask(database, digest)
    monkeypatch.setattr(loading, "CHUNK", 300)
    do(database, "COMMENT ON DATABASE " + ask(database, "SELECT current_database()")[0][0] + f" IS '{loading.MARK}'")
    load(database, ROWS)

    assert ask(database, digest) == first


def test_new_rows_get_numbers_after_the_loaded_ones(database: str) -> None:
    load(database, ROWS)

    assert ask(database, "SELECT nextval('users_id_seq')") == [(ROWS + 1,)]


def test_progress_rises_to_the_total(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "CHUNK", 500)
    seen: list[tuple[int, int]] = []
    load(database, ROWS, lambda done, total: seen.append((done, total)))

    assert [done for done, _ in seen] == [0, 500, 1_000, 1_500, 2_000, 2_500, 3_000, 3_200, 3_600, 3_800]
    assert {total for _, total in seen} == {3_800}


def test_a_loaded_shop_is_left_as_it_is(database: str) -> None:
    load(database, ROWS)
    do(database, "ALTER TABLE users ADD COLUMN nickname text")
    load(database, ROWS)

    assert is_loaded(database, ROWS)
    assert ask(database, "SELECT nickname FROM users LIMIT 1") == [(None,)]


def test_a_half_loaded_shop_is_noticed_and_loaded_anew(database: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        load(database, ROWS, interrupt_after_users)
    half = is_loaded(database, ROWS)
    load(database, ROWS)

    assert half is False
    assert is_loaded(database, ROWS)
    assert ask(database, "SELECT count(*) FROM users") == [(ROWS,)]


def interrupt_after_users(done: int, _total: int) -> None:
    if done >= ROWS:
        raise KeyboardInterrupt


def test_another_size_is_loaded_anew(database: str) -> None:
    load(database, ROWS)
    load(database, 500)

    assert not is_loaded(database, ROWS)
    assert ask(database, "SELECT count(*) FROM users") == [(500,)]


def test_a_database_that_holds_something_else_is_refused(database: str) -> None:
    do(database, "CREATE TABLE precious AS SELECT 1 AS n")

    with pytest.raises(Refused, match="`precious`"):
        load(database, ROWS)
    assert ask(database, "SELECT n FROM precious") == [(1,)]


def test_a_shop_that_does_not_fit_the_disk_is_refused(database: str) -> None:
    with pytest.raises(WhimbrelError, match="--rows"):
        load(database, 10**15)
    assert ask(database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_a_shop_without_users_is_refused(database: str) -> None:
    with pytest.raises(UsageError):
        load(database, 0)
