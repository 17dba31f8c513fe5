import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import pytest

from protocol.dependants import Dependant
from protocol.names import TableName
from tests.tools.ground import Ground
from tools.engines.postgres import Connection
from tools.introspect.dependants import read_dependants

Reading = Callable[[], AbstractContextManager[Connection]]

USERS = TableName(schema_name="shop", name="users")


def dependants(ground: Ground, table: TableName = USERS, columns: Sequence[str] | None = None) -> tuple[Dependant, ...]:
    with ground.reading() as connection:
        return read_dependants(connection, [table], None if columns is None else {table: columns})


def functions(ground: Ground, table: TableName = USERS) -> dict[str, Dependant]:
    return {one.name: one for one in dependants(ground, table) if one.kind.startswith(("function", "trigger"))}


@pytest.fixture
def users(any_ground: Ground) -> Ground:
    any_ground.ask("CREATE SCHEMA shop; CREATE TABLE shop.users (id bigint PRIMARY KEY, role text, name text)")
    return any_ground


def function(ground: Ground, body: str, *, language: str = "plpgsql", more: str = "", name: str = "f") -> None:
    made = f"CREATE FUNCTION {name}() RETURNS void LANGUAGE {language} {more} AS $${body}$$"
    ground.ask(f"SET check_function_bodies = off; {made}")


def test_a_table_with_nothing_on_it_but_its_key_has_just_that(users: Ground) -> None:
    [key] = dependants(users)

    assert (key.kind, key.name, key.columns) == ("primary key", "users_pkey", ("id",))


def test_a_table_that_is_not_there_has_none(users: Ground) -> None:
    assert dependants(users, TableName(name="nothing")) == ()


def test_views_on_views_are_found_with_the_way_to_them(users: Ground) -> None:
    users.ask("CREATE VIEW a AS SELECT role, name FROM shop.users; CREATE VIEW b AS SELECT name FROM a")
    users.ask("CREATE MATERIALIZED VIEW c AS SELECT * FROM b; CREATE VIEW d AS SELECT c.name FROM c, a")
    found = {one.name: one for one in dependants(users) if "view" in one.kind}

    assert {name: (one.kind, one.depth, one.path) for name, one in found.items()} == {
        "public.a": ("view", 1, ()),
        "public.b": ("view", 2, ("public.a",)),
        "public.c": ("materialised view", 3, ("public.a", "public.b")),
        "public.d": ("view", 2, ("public.a",)),
    }
    assert set(found["public.a"].columns) == {"role", "name"}


def test_a_ladder_of_views_with_two_ways_at_every_rung_is_walked_once(users: Ground) -> None:
    users.ask("CREATE VIEW v0 AS SELECT id FROM shop.users")
    for rung in range(1, 25):
        users.ask(f"CREATE VIEW v{rung} AS SELECT a.id FROM v{rung - 1} a JOIN v{rung - 1} b USING (id)")
        users.ask(f"CREATE VIEW w{rung} AS SELECT a.id FROM v{rung} a, v{rung - 1} b")
    found = [one for one in dependants(users) if one.kind == "view"]

    assert len(found) == 49
    assert max(one.depth for one in found) == 25


def test_only_what_uses_the_column_is_kept_when_a_column_is_asked(users: Ground) -> None:
    users.ask("CREATE VIEW a AS SELECT role FROM shop.users; CREATE VIEW b AS SELECT name FROM shop.users")
    users.ask("CREATE INDEX i ON shop.users (role, name); CREATE INDEX j ON shop.users (name)")
    found = {(one.kind, one.name) for one in dependants(users, columns=["role"])}

    assert found == {("view", "public.a"), ("index", "shop.i")}


def test_what_becomes_of_it_depends_on_the_column(users: Ground) -> None:
    users.ask("CREATE VIEW a AS SELECT role FROM shop.users")
    [view] = [one for one in dependants(users) if one.kind == "view"]

    assert view.outcome("drop_column", "role") == "blocks"
    assert view.outcome("drop_column", "name") == "unaffected"
    assert view.outcome("drop_table") == "blocks"


@pytest.mark.parametrize(
    ("body", "path", "found"),
    [
        ("BEGIN UPDATE shop.users SET role = 'a'; END", "", True),
        ("BEGIN UPDATE users SET role = 'a'; END", "SET search_path = shop", True),
        ("BEGIN UPDATE users SET role = 'a'; END", "SET search_path = other, shop", False),
        ("BEGIN UPDATE users SET role = 'a'; END", "SET search_path = pg_catalog", False),
        ("BEGIN UPDATE users SET role = 'a'; END", "", False),
        ("BEGIN UPDATE other.users SET role = 'a'; END", "", False),
        ("BEGIN UPDATE other.users SET role = (SELECT role FROM shop.users); END", "", True),
        ("BEGIN RAISE NOTICE 'users'; END", "", False),
        ("BEGIN PERFORM 1; -- shop.users\nEND", "", False),
    ],
)
def test_a_body_means_the_table_by_its_schema_or_by_the_search_path(
    users: Ground, body: str, path: str, found: bool
) -> None:
    users.ask("CREATE SCHEMA other; CREATE TABLE other.users (role text); CREATE TABLE public.users (role text)")
    function(users, body, more=path)

    assert ("public.f()" in functions(users)) == found


def test_a_bare_name_that_no_path_leads_to_is_named_with_its_condition(users: Ground) -> None:
    function(users, "BEGIN UPDATE users SET role = 'a'; END")

    assert functions(users)["public.f()"].note.endswith("means it if shop is on the caller's search_path")


@pytest.mark.parametrize("language", ["sql", "plpgsql"])
def test_a_column_is_found_in_a_body(users: Ground, language: str) -> None:
    statement = "UPDATE shop.users SET role = upper(role) WHERE id = 1;"
    function(users, statement if language == "sql" else f"BEGIN {statement} END", language=language)
    one = functions(users)["public.f()"]

    assert (one.kind, one.columns, one.all_columns) == ("function", ("id", "role"), False)


def test_the_function_of_its_own_trigger_uses_what_it_reads_of_new_and_old(users: Ground) -> None:
    users.ask("CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.role := OLD.name; RETURN NEW; END'")
    users.ask("CREATE TRIGGER x BEFORE UPDATE ON shop.users FOR EACH ROW EXECUTE FUNCTION g()")
    found = functions(users)

    assert (found["public.g()"].kind, found["public.g()"].columns) == ("trigger function", ("role", "name"))
    assert (found["x"].kind, found["x"].columns) == ("trigger", ())


def test_a_trigger_of_another_table_that_writes_into_this_one_is_found(users: Ground) -> None:
    users.ask("CREATE TABLE orders (id int)")
    users.ask(
        "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN UPDATE shop.users SET role = 1; RETURN NEW; END'"
    )
    users.ask("CREATE TRIGGER x AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION g()")
    one = functions(users)["x on public.orders"]

    assert (one.kind, one.note, one.columns) == ("trigger elsewhere", "runs public.g()", ("role",))


def test_sql_built_at_run_time_cannot_be_known_whatever_column_is_asked(users: Ground) -> None:
    function(users, "BEGIN EXECUTE 'UPDATE shop.' || 'users' || ' SET role = 1'; END")
    function(users, "BEGIN EXECUTE current_setting('x'); END", name="g")
    found = [one for one in dependants(users, columns=["role"]) if one.kind == "function with dynamic SQL"]

    assert [(one.name, one.note) for one in found] == [
        ("public.f()", "builds SQL at run time; a string in it names the table"),
        ("public.g()", "builds SQL at run time"),
    ]
    assert {one.outcome("drop_column", "role") for one in found} == {"cannot be known"}


def test_a_body_that_cannot_be_parsed_is_taken_by_its_words(users: Ground) -> None:
    function(users, "DECLARE r shop.users; BEGIN r.role := 'a'; END")
    one = functions(users)["public.f()"]

    assert (one.note, one.columns) == ("only its words could be read", ("role",))


def test_overloaded_functions_are_told_apart(users: Ground) -> None:
    users.ask("CREATE FUNCTION f(a int) RETURNS bigint LANGUAGE sql AS 'SELECT id FROM shop.users'")
    users.ask("CREATE FUNCTION f(a text) RETURNS text LANGUAGE sql AS 'SELECT role FROM shop.users'")
    users.ask(
        "CREATE FUNCTION o(OUT b text, INOUT c text) LANGUAGE plpgsql AS "
        "'BEGIN b := c; PERFORM role FROM shop.users; END'"
    )
    users.ask(
        "CREATE PROCEDURE p(VARIADIC x text[]) LANGUAGE plpgsql AS "
        "'BEGIN DELETE FROM shop.users WHERE name = ANY (x); END'"
    )
    users.ask(
        "CREATE FUNCTION s() RETURNS TABLE (id bigint, r shop.users) LANGUAGE plpgsql AS "
        "'BEGIN RETURN QUERY SELECT u.id, u FROM shop.users u; END'"
    )
    found = dependants(users)

    assert {one.name: one.columns for one in found if one.kind == "function"} == {
        "public.f(integer)": ("id",),
        "public.f(text)": ("role",),
        "public.o(text)": ("role",),
        "public.p(text[])": ("name",),
        "public.s()": ("id",),
    }
    assert all("only its words" not in one.note for one in found)


def test_odd_names_are_found_in_bodies_too(any_ground: Ground) -> None:
    name = TableName(schema_name="My App", name='Order "L" ☃')
    any_ground.ask(f'CREATE SCHEMA "My App"; CREATE TABLE {name.sql} ("Größe" int, "größe" int)')
    any_ground.ask(f"""CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$SELECT "Größe" FROM {name.sql}$$""")
    any_ground.ask(f'CREATE VIEW v AS SELECT "größe" FROM {name.sql}')

    assert {one.name: one.columns for one in dependants(any_ground, name)} == {
        "public.f()": ("Größe",),
        "public.v": ("größe",),
    }


def test_several_tables_are_read_at_once_in_the_order_asked(users: Ground) -> None:
    users.ask("CREATE TABLE orders (id int PRIMARY KEY, user_id bigint REFERENCES shop.users)")
    users.ask("CREATE VIEW v AS SELECT 1 FROM shop.users JOIN orders ON user_id = shop.users.id")
    orders = TableName(name="orders")
    with users.reading() as connection:
        found = read_dependants(connection, [orders, USERS])

    assert [(one.table.name, one.kind) for one in found] == [
        ("orders", "foreign key"),
        ("orders", "primary key"),
        ("orders", "view"),
        ("users", "foreign key from elsewhere"),
        ("users", "primary key"),
        ("users", "view"),
    ]


def test_a_table_that_is_held_exclusively_is_read_without_waiting(users: Ground) -> None:
    users.ask("CREATE INDEX ON shop.users ((lower(role))) WHERE name > ''; CREATE PUBLICATION p FOR TABLE shop.users")
    users.ask("CREATE VIEW v AS SELECT role FROM shop.users; CREATE POLICY p ON shop.users USING (role = 'a')")
    free = dependants(users)
    with users.session() as other:
        other.execute("LOCK shop.users, v IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        held = dependants(users)
        took = time.monotonic() - began

    assert held == free
    assert took < 1.5  # less than the lock_timeout of 2 s of a reading session


def test_a_role_without_rights_finds_the_same(users: Ground, as_nobody: Reading) -> None:
    users.ask("CREATE VIEW v AS SELECT role FROM shop.users; GRANT SELECT (role) ON shop.users TO pg_monitor")
    function(users, "BEGIN DELETE FROM shop.users; END")
    with as_nobody() as connection:
        found = read_dependants(connection, [USERS])

    assert found == dependants(users)


def test_functions_of_extensions_are_not_searched(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE users (id int)")
    any_ground.ask("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$BEGIN EXECUTE ''; END$$")
    any_ground.ask("ALTER EXTENSION plpgsql ADD FUNCTION f()")

    assert dependants(any_ground, TableName(name="users")) == ()
