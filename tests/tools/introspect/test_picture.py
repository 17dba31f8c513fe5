import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest

from protocol.names import TableName
from protocol.picture import ColumnShape, ConstraintShape, IndexShape, Picture, PublicationShape, TableShape
from tests.tools.ground import Ground
from tools.engines.postgres import Connection
from tools.introspect.picture import read_definitions, read_picture, schema_fingerprint

Reading = Callable[[], AbstractContextManager[Connection]]

USERS = TableName(schema_name="shop", name="users")

SHOP = """
CREATE SCHEMA shop;
CREATE TYPE shop.mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN shop.email AS text CONSTRAINT has_at CHECK (VALUE ~ '@');
CREATE TYPE shop.pair AS (a integer, b text);
CREATE TABLE shop.users (
  id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT users_pk PRIMARY KEY,
  name varchar(20) COLLATE "C" NOT NULL DEFAULT 'x',
  mail shop.email,
  mood shop.mood,
  twice bigint GENERATED ALWAYS AS (length(name) * 2) STORED,
  CONSTRAINT long CHECK (length(name) > 0)
);
CREATE TABLE shop.orders (id bigint PRIMARY KEY, user_id bigint CONSTRAINT buyer REFERENCES shop.users);
CREATE UNIQUE INDEX by_name ON shop.users (lower(name), id) INCLUDE (mood) WHERE id > 3;
CREATE VIEW shop.names AS SELECT name FROM shop.users;
CREATE MATERIALIZED VIEW shop.counts AS SELECT count(*) AS n FROM shop.users;
CREATE SEQUENCE shop.numbers AS integer OWNED BY shop.orders.id;
CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION shop.add(a integer, b integer) RETURNS SETOF integer LANGUAGE sql IMMUTABLE AS 'SELECT a + b';
CREATE TRIGGER touched BEFORE UPDATE OF name, mood ON shop.users FOR EACH ROW EXECUTE FUNCTION shop.touch();
CREATE POLICY own ON shop.users FOR SELECT USING (name = current_user);
ALTER TABLE shop.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE shop.users FORCE ROW LEVEL SECURITY;
CREATE RULE quiet AS ON DELETE TO shop.orders DO INSTEAD NOTHING;
CREATE STATISTICS shop.both ON name, mood FROM shop.users;
CREATE PUBLICATION feed FOR TABLE shop.users;
COMMENT ON TABLE shop.users IS 'people';
COMMENT ON COLUMN shop.users.mail IS 'one each';
GRANT SELECT (name) ON shop.users TO pg_monitor;
GRANT SELECT ON shop.orders TO pg_monitor;
"""


def picture(ground: Ground) -> Picture:
    with ground.reading() as connection:
        return read_picture(connection)


def table(found: Picture, name: str, schema: str = "public") -> TableShape:
    shape = found.table(TableName(schema_name=schema, name=name))
    assert shape is not None
    return shape


@pytest.fixture
def shop(any_ground: Ground) -> Ground:
    any_ground.ask(SHOP)
    return any_ground


def test_a_table_is_pictured_with_all_that_belongs_to_it(shop: Ground) -> None:
    users = table(picture(shop), "users", "shop")

    assert users.columns == (
        ColumnShape(name="id", type="bigint", nullable=False, identity="always"),
        ColumnShape(
            name="name",
            type="character varying(20)",
            nullable=False,
            default="'x'::character varying",
            collation='"C"',
            privileges=("pg_monitor=r/postgres",),
        ),
        ColumnShape(name="mail", type="shop.email", nullable=True, comment="one each"),
        ColumnShape(name="mood", type="shop.mood", nullable=True),
        ColumnShape(
            name="twice", type="bigint", nullable=True, default="(length((name)::text) * 2)", generated="stored"
        ),
    )
    assert [index.model_copy(update={"pages": 0}) for index in users.indexes] == [
        IndexShape(name="by_name", columns=("", "id"), included=("mood",), method="btree", unique=True, partial=True),
        IndexShape(name="users_pk", columns=("id",), method="btree", unique=True, primary=True),
    ]
    assert [one for one in users.constraints if one.kind != "n"] == [
        ConstraintShape(name="long", kind="c", columns=("name",)),
        ConstraintShape(name="users_pk", kind="p", columns=("id",)),
    ]
    [trigger], [policy] = users.triggers, users.policies
    assert (trigger.name, trigger.function, trigger.columns) == ("touched", "shop.touch", ("name", "mood"))
    assert (policy.name, policy.command, policy.permissive) == ("own", "r", True)
    assert (users.row_security, users.owner, users.comment) == ("forced", "postgres", "people")
    assert (users.publications, users.statistics) == (("feed",), ("both",))


def test_a_foreign_key_says_where_it_points_to(shop: Ground) -> None:
    orders = table(picture(shop), "orders", "shop")

    assert (
        ConstraintShape(name="buyer", kind="f", columns=("user_id",), references=USERS, referenced_columns=("id",))
        in orders.constraints
    )
    assert orders.rules == ("quiet",)
    assert "pg_monitor=r/postgres" in orders.privileges


def test_what_is_beside_the_tables_is_pictured_too(shop: Ground) -> None:
    found = picture(shop)

    assert [(one.name.name, one.owned_by, one.column, one.identity) for one in found.sequences] == [
        ("numbers", TableName(schema_name="shop", name="orders"), "id", False),
        ("users_id_seq", USERS, "id", True),
    ]
    assert [(one.name.name, one.kind, one.labels, one.base, one.constraints) for one in found.types] == [
        ("email", "domain", (), "text", ("has_at",)),
        ("mood", "enum", ("sad", "ok", "happy"), "", ()),
        ("pair", "composite", ("a integer", "b text"), "", ()),
    ]
    assert [(one.signature, one.result, one.language, one.volatility) for one in found.functions] == [
        ("shop.add(integer, integer)", "SETOF integer", "sql", "immutable"),
        ("shop.touch()", "trigger", "plpgsql", "volatile"),
    ]
    assert [one.name for one in found.extensions] == ["plpgsql"]
    assert {one.name.name: one.kind for one in found.tables if "view" in one.kind} == {
        "names": "view",
        "counts": "materialised view",
    }


def test_publications_of_tables_schemas_and_everything_are_told_apart(any_ground: Ground) -> None:
    any_ground.ask("CREATE PUBLICATION a FOR ALL TABLES; CREATE PUBLICATION s FOR TABLES IN SCHEMA public")

    assert picture(any_ground).publications == (
        PublicationShape(name="a", all_tables=True),
        PublicationShape(name="s", schemas=("public",)),
    )


def test_partitions_and_children_know_their_parents(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE logs (day date, n int) PARTITION BY RANGE (day, (n + 1))")
    any_ground.ask("CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM ('2024-01-01', 1) TO ('2025-01-01', 1)")
    any_ground.ask("CREATE TABLE base (a int); CREATE TABLE more (b int) INHERITS (base)")
    found = picture(any_ground)

    assert table(found, "logs").kind == "partitioned table"
    assert table(found, "logs").partition_key == "RANGE (day, ((n + 1)))"
    assert table(found, "logs_1").partition_bound == "FOR VALUES FROM ('2024-01-01', 1) TO ('2025-01-01', 1)"
    assert table(found, "more").parents == (TableName(name="base"),)
    assert found.children(TableName(name="logs")) == (TableName(name="logs_1"),)


def test_odd_names_and_one_name_in_two_schemas_are_kept_apart(any_ground: Ground) -> None:
    any_ground.ask(
        'CREATE SCHEMA "My App"; CREATE TABLE "My App"."Order ""L"" ☃" ("Größe" int); CREATE TABLE t (a int)'
    )
    any_ground.ask('CREATE TABLE "My App".t (b int)')
    found = picture(any_ground)

    assert [column.name for column in table(found, 'Order "L" ☃', "My App").columns] == ["Größe"]
    assert table(found, "t").column("a") is not None
    assert table(found, "t", "My App").column("a") is None


def test_rows_and_sizes_are_estimates_of_the_last_analyze(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t AS SELECT generate_series(1, 10000) AS a; CREATE TABLE new (a int)")
    any_ground.ask("ANALYZE t")
    found = picture(any_ground)

    assert (table(found, "t").rows_figure.value, table(found, "t").rows_figure.source) == (10_000, "estimated")
    assert table(found, "t").bytes_figure.value == any_ground.value("SELECT pg_relation_size('t')")
    assert table(found, "new").rows_figure.source == "unknown"


def test_temporary_tables_and_our_own_schema_are_left_out(any_ground: Ground) -> None:
    any_ground.ask("CREATE SCHEMA whimbrel; CREATE TABLE whimbrel.step (a int)")
    with any_ground.session() as other:
        other.execute("CREATE TEMPORARY TABLE passing (a int)")
        other.commit()

        assert picture(any_ground).tables == ()


def test_a_table_that_is_held_exclusively_is_read_without_waiting_and_its_expressions_are_missed(
    shop: Ground,
) -> None:
    with shop.session() as other:
        other.execute("LOCK shop.users IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        found = picture(shop)
        took = time.monotonic() - began

    twice, name = table(found, "users", "shop").column("twice"), table(found, "users", "shop").column("name")
    assert twice is not None
    assert name is not None
    assert (twice.default, name.default) == (None, "'x'::character varying")
    assert "`shop.users` is locked by another session: its generation expressions were not read." in found.not_seen
    assert took < 1.5  # less than the lock_timeout of 2 s of a reading session


def test_definitions_are_read_for_the_tables_asked(shop: Ground) -> None:
    with shop.reading() as connection:
        definitions, locked = read_definitions(connection, [USERS, TableName(name="nothing")])

    assert {(one.kind, one.name) for one in definitions if "not_null" not in one.name} == {
        ("constraint", "long"),
        ("constraint", "users_pk"),
        ("index", "by_name"),
        ("index", "users_pk"),
        ("statistics", "both"),
        ("trigger", "touched"),
    }
    assert "CREATE UNIQUE INDEX by_name ON shop.users USING btree (lower((name)::text), id) INCLUDE (mood)" in " ".join(
        one.sql for one in definitions
    )
    assert locked == ()


def test_definitions_of_a_locked_table_are_missed_with_a_sentence_and_the_others_are_read(shop: Ground) -> None:
    with shop.session() as other, shop.reading() as connection:
        connection.execute("SET lock_timeout = '20ms'")
        other.execute("LOCK shop.users IN ACCESS EXCLUSIVE MODE")
        definitions, locked = read_definitions(connection, [USERS, TableName(schema_name="shop", name="orders")])

    assert {one.table.name for one in definitions} == {"orders"}
    assert locked == ("The definitions of `shop.users` were not read: another session holds a lock on it.",)


def test_a_role_without_rights_sees_the_same_picture(shop: Ground, as_nobody: Reading) -> None:
    with as_nobody() as connection:
        found = read_picture(connection)

    assert found == picture(shop)


def test_the_number_of_queries_does_not_grow_with_the_tables(any_ground: Ground) -> None:
    def statements() -> int:
        with any_ground.reading() as connection:
            counted: list[Any] = []

            class Counting(psycopg.RawCursor[Any]):
                def execute(self, *arguments: Any, **options: Any) -> Any:
                    counted.append(arguments)
                    return super().execute(*arguments, **options)

            connection.cursor_factory = Counting
            read_picture(connection)
            return len(counted)

    before = statements()
    for number in range(50):
        any_ground.ask(f"CREATE TABLE t{number} (a int UNIQUE)")

    assert 20 < statements() == before


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE shop.users ADD c integer",
        "ALTER TABLE shop.users RENAME mail TO email",
        "ALTER TABLE shop.users ALTER mail SET NOT NULL",
        "ALTER TABLE shop.users ALTER mail SET DEFAULT 'a@b'",
        "ALTER TABLE shop.users ALTER mail TYPE varchar(30)",
        "ALTER TABLE shop.orders RENAME TO purchases",
        "ALTER TABLE shop.users DISABLE TRIGGER touched",
        "ALTER TABLE shop.users REPLICA IDENTITY FULL",
        "ALTER TABLE shop.users NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE shop.orders ADD CHECK (id > 0) NOT VALID",
        "CREATE INDEX ON shop.orders (user_id)",
        "DROP INDEX shop.by_name",
        "CREATE OR REPLACE VIEW shop.names AS SELECT name, 1 AS one FROM shop.users",
        "CREATE OR REPLACE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        "ALTER TYPE shop.mood ADD VALUE 'glad'",
        "ALTER DOMAIN shop.email DROP CONSTRAINT has_at",
        "ALTER POLICY own ON shop.users USING (true)",
        "DROP RULE quiet ON shop.orders",
        "ALTER PUBLICATION feed ADD TABLE shop.orders",
        "DROP STATISTICS shop.both",
        "ALTER SEQUENCE shop.numbers INCREMENT 5",
        "GRANT INSERT ON shop.users TO pg_monitor",
        "CREATE SCHEMA another",
    ],
)
def test_any_change_of_the_structure_changes_the_fingerprint(any_ground: Ground, change: str) -> None:
    any_ground.ask(SHOP)
    with any_ground.reading() as connection:
        before = schema_fingerprint(connection)
        again = schema_fingerprint(connection)
        any_ground.ask(change)
        after = schema_fingerprint(connection)

    assert before == again != after


def test_rows_statistics_and_maintenance_do_not_change_the_fingerprint(shop: Ground) -> None:
    before = picture(shop).fingerprint
    shop.ask("INSERT INTO shop.users (name) SELECT 'n' || i FROM generate_series(1, 1000) i")
    shop.ask("ANALYZE")
    shop.ask("VACUUM FULL shop.users")
    shop.ask("REINDEX TABLE shop.users")
    shop.ask("CREATE SCHEMA whimbrel; CREATE TABLE whimbrel.step (a int)")
    shop.ask("CREATE TEMPORARY TABLE passing (a int)")

    assert picture(shop).fingerprint == before


def test_a_picture_can_be_taken_inside_a_transaction_of_the_caller(shop: Ground) -> None:
    with shop.reading() as connection, connection.transaction():
        connection.execute("SELECT 1")
        found = read_picture(connection)

    assert found == picture(shop)
