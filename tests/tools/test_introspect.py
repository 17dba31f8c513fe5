import psycopg
import pytest

from protocol.errors import BadAnswer, Refused
from protocol.grant import Grant
from protocol.inquiry import Inquiry
from protocol.key import KeyColumn
from protocol.names import TableName
from protocol.schema import Column
from protocol.value_facts import ValueFacts
from tests.tools.ground import Ground
from tools.introspect import table
from tools.introspect.names import candidates
from tools.introspect.read import blockers, read_facts
from tools.introspect.table import read_table, read_table_facts
from tools.introspect.value import read_value

USERS = TableName(name="users")


def value_of(
    ground: Ground, type_: str = "text", default: str | None = None, computed: str | None = None
) -> ValueFacts:
    asked = Inquiry.model_construct(  # without our own parser: the server has to refuse what it may have overlooked
        question="computed" if computed else "default",
        type=type_,
        expression=computed or default,
        use="value" if computed else "default",
        type_question="type",
    )
    with ground.reading() as connection:
        return read_value(connection, asked, read_table_facts(connection, USERS) if computed else None)


@pytest.fixture
def users(ground: Ground) -> Ground:
    ground.ask("CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, born date)")
    return ground


# --- names ---------------------------------------------------------------------------------------------------------


def test_a_quoted_mixed_case_name_is_read_as_it_is(any_ground: Ground) -> None:
    any_ground.ask('CREATE SCHEMA "My App"')
    any_ground.ask('CREATE TABLE "My App"."Order ""Line""" ("Line No" integer PRIMARY KEY, "select" text)')
    facts = any_ground.there('Order "Line"', "My App")

    assert [column.name for column in facts.table.columns] == ["Line No", "select"]
    assert facts.key is not None
    assert facts.key.columns == (KeyColumn(name="Line No", type="integer"),)
    assert facts.name.sql == '"My App"."Order ""Line"""'


def test_one_name_in_two_schemas_gives_both_the_nearest_on_the_search_path_first(ground: Ground) -> None:
    ground.ask("CREATE SCHEMA archive")
    ground.ask("CREATE TABLE archive.users ()")
    ground.ask("CREATE TABLE users ()")
    with ground.reading() as connection:
        both, _ = candidates(connection, "users")
        one, _ = candidates(connection, "archive.users")

    assert both == (USERS, TableName(schema_name="archive", name="users"))
    assert one == (TableName(schema_name="archive", name="users"),)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Users", ["users"]),
        ('"Orders"', ["Orders"]),
        ("orders", ["Orders"]),
        ("2024.sales", ["2024.sales"]),
        ("public.2024.sales", []),
    ],
)
def test_a_table_is_found_by_its_exact_name_first(ground: Ground, said: str, found: list[str]) -> None:
    ground.ask('CREATE TABLE users (); CREATE TABLE "Orders" (); CREATE TABLE "2024.sales" ()')
    with ground.reading() as connection:
        tables, _ = candidates(connection, said)

    assert [table.name for table in tables] == found


def test_a_wrong_name_gives_the_nearest_one(users: Ground) -> None:
    with users.reading() as connection:
        found, near = candidates(connection, "usres")

    assert (found, near) == ((), USERS)


def test_whimbrels_own_tables_and_partitions_are_no_candidates(ground: Ground) -> None:
    ground.ask("CREATE SCHEMA whimbrel; CREATE TABLE whimbrel.step ()")
    ground.ask("CREATE TABLE p (k integer) PARTITION BY LIST (k); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)")
    with ground.reading() as connection:
        tables = [candidates(connection, said)[0] for said in ("step", "p1", "p")]

    assert tables == [(), (), (TableName(name="p"),)]


# --- structure -----------------------------------------------------------------------------------------------------


def test_a_partitioned_table_says_so_and_names_its_partitions(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE p (k integer, id bigint, PRIMARY KEY (k, id)) PARTITION BY LIST (k)")
    any_ground.ask("CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); INSERT INTO p VALUES (1, 1), (1, 2)")
    facts = any_ground.there("p")

    assert facts.table.kind == "partitioned table"
    assert facts.rows.value == 2
    assert facts.key is not None
    assert facts.key.columns == (KeyColumn(name="k", type="integer"), KeyColumn(name="id", type="bigint"))
    assert [(one.kind, one.name) for one in facts.dependants if not one.is_part] == [("partition", "public.p1")]


def test_partitions_of_every_depth_are_told_with_their_bounds(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE p (k int, at date, PRIMARY KEY (k, at)) PARTITION BY LIST (k)")
    any_ground.ask("CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1) PARTITION BY RANGE (at)")
    any_ground.ask("CREATE TABLE p1a PARTITION OF p1 DEFAULT; CREATE TABLE p2 PARTITION OF p DEFAULT")
    found, below = any_ground.there("p").partitioning, any_ground.there("p1a")

    assert found is not None
    assert [(part.name.name, part.parent.name, part.depth, part.bounds) for part in found.tree] == [
        ("p1", "p", 1, "IN (1)"),
        ("p2", "p", 1, "DEFAULT"),
        ("p1a", "p1", 2, "DEFAULT"),
    ]
    assert [part.name.name for part in found.partitions] == ["p1", "p2"]
    assert found.key_columns == ("at", "k")
    assert {index.table.name for index in found.indexes} == {"p1", "p1a", "p2"}
    assert (below.partitioning, below.partition_of) == (None, TableName(name="p1"))


def test_foreign_keys_are_told_from_both_ends(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (id int PRIMARY KEY, up int CONSTRAINT up REFERENCES t)")
    any_ground.ask("CREATE TABLE o (t smallint CONSTRAINT below REFERENCES t ON DELETE CASCADE)")
    above, below = any_ground.there("t"), any_ground.there("o")

    assert ([key.name for key in above.outgoing], [key.name for key in above.incoming]) == (["up"], ["below", "up"])
    assert below.outgoing == (above.incoming[0],)
    assert above.incoming[0].columns == (KeyColumn(name="t", type="smallint"),)
    assert (above.incoming[0].referenced, above.incoming[0].index) == (("id",), "t_pkey")
    assert above.incoming[0].definition == "FOREIGN KEY (t) REFERENCES t(id) ON DELETE CASCADE"


def test_privileges_of_the_table_and_of_a_column_are_told_apart(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (a int, b int); GRANT SELECT ON t TO PUBLIC")
    any_ground.ask("GRANT UPDATE (b) ON t TO pg_monitor WITH GRANT OPTION")
    facts = any_ground.there()

    assert facts.grants == (Grant(privilege="SELECT", role="PUBLIC"),)
    assert facts.column("a").grants == ()
    assert facts.column("b").grants == (Grant(privilege="UPDATE", role="pg_monitor", grantable=True),)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("a text, b integer, PRIMARY KEY (b, a)", ["b", "a"]),
        ("a text NOT NULL UNIQUE, b integer PRIMARY KEY", ["b"]),
        ("a text NOT NULL, b integer NOT NULL, UNIQUE (a, b), UNIQUE (b)", ["b"]),
        ("a text NOT NULL UNIQUE, b integer", ["a"]),
    ],
)
def test_the_key_is_the_primary_one_or_else_the_shortest_that_allows_no_null(
    ground: Ground, table: str, key: list[str]
) -> None:
    ground.ask(f"CREATE TABLE t ({table})")
    found = ground.there().key

    assert found is not None
    assert [column.name for column in found.columns] == key


@pytest.mark.parametrize(
    "table",
    [
        "CREATE TABLE t (a text)",
        "CREATE TABLE t (a text UNIQUE)",
        "CREATE TABLE t (a text NOT NULL); CREATE UNIQUE INDEX ON t (lower(a))",
        "CREATE TABLE t (a text NOT NULL); CREATE UNIQUE INDEX ON t (a) WHERE a <> ''",
        "CREATE TABLE t (a int4range NOT NULL, EXCLUDE USING gist (a WITH &&))",
    ],
)
def test_what_a_batch_cannot_walk_along_is_no_key(ground: Ground, table: str) -> None:
    ground.ask(table)

    assert ground.there().key is None


def test_views_on_views_and_foreign_keys_of_others_stand_on_the_table(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE users (id bigint PRIMARY KEY, boss bigint REFERENCES users)")
    any_ground.ask("CREATE TABLE orders (id bigint PRIMARY KEY, buyer bigint REFERENCES users)")
    any_ground.ask("CREATE VIEW adults AS SELECT id FROM users; CREATE VIEW adult_ids AS SELECT id FROM adults")
    any_ground.ask("CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM users")
    any_ground.ask("CREATE POLICY own_row ON users USING (true)")

    assert [(d.kind, d.name) for d in any_ground.there("users").dependants if not d.is_part] == [
        ("foreign key from elsewhere", "orders_buyer_fkey"),
        ("foreign key from elsewhere", "users_boss_fkey"),
        ("materialised view", "public.counted"),
        ("policy", "own_row"),
        ("view", "public.adults"),
        ("view", "public.adult_ids"),
    ]
    assert [c.definition for c in any_ground.table("orders").constraints if c.kind == "f"] == [
        "FOREIGN KEY (buyer) REFERENCES users(id)"
    ]


def test_generated_and_identity_columns_are_told_apart_from_defaults(any_ground: Ground) -> None:
    any_ground.ask(
        "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY, n integer GENERATED BY DEFAULT AS IDENTITY,"
        " a integer DEFAULT 7, b integer GENERATED ALWAYS AS (a * 2) STORED)"
    )

    assert any_ground.table().columns == (
        Column(name="id", type="bigint", nullable=False, identity="always"),
        Column(name="n", type="integer", nullable=False, identity="by default"),
        Column(name="a", type="integer", nullable=True, default="7"),
        Column(name="b", type="integer", nullable=True, default="(a * 2)", generated="stored"),
    )


def test_a_virtual_column_of_eighteen_is_known(ground: Ground) -> None:
    ground.ask("CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 2) VIRTUAL)")

    assert ground.table().columns[1] == Column(
        name="b", type="integer", nullable=True, default="(a * 2)", generated="virtual"
    )


@pytest.mark.parametrize(
    "drift",
    [
        "ALTER TABLE users ADD COLUMN x text",
        "ALTER TABLE users ALTER name DROP NOT NULL",
        "ALTER TABLE users ALTER name SET DEFAULT 'x'",
        "CREATE INDEX ON users (name)",
        "ALTER TABLE users ADD CHECK (id > 0) NOT VALID",
        "ALTER TABLE users ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE users DISABLE TRIGGER noted",
    ],
)
def test_every_change_of_the_structure_changes_the_fingerprint(users: Ground, drift: str) -> None:
    users.ask("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
    users.ask("CREATE TRIGGER noted BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION f()")
    before = users.table("users").fingerprint
    users.ask("INSERT INTO users VALUES (1, 'x'); ANALYZE users")
    unchanged = users.table("users").fingerprint
    users.ask(drift)

    assert unchanged == before
    assert users.table("users").fingerprint != before


def test_a_table_that_is_gone_is_refused_with_a_sentence(ground: Ground) -> None:
    with pytest.raises(Refused, match=r"no table `t` .*nothing was changed"):
        ground.table()


# --- rows, values, rights ------------------------------------------------------------------------------------------


def test_no_row_value_ever_shows_in_the_facts_and_a_comment_only_as_what_undo_puts_back(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE users (id bigint PRIMARY KEY, name text)")
    any_ground.ask("INSERT INTO users SELECT n, 'canary-in-a-row' FROM generate_series(1, 500) n; ANALYZE users")
    any_ground.ask("COMMENT ON TABLE users IS 'canary-in-a-comment'")
    any_ground.ask("COMMENT ON COLUMN users.name IS 'canary-in-a-comment'")
    with any_ground.session() as other:
        other.execute("SELECT 'canary-in-a-query' FROM users")
        facts = any_ground.there("users")
        told = facts.model_copy(update={"table": facts.table.model_copy(update={"comments": ()})}).model_dump_json()
        with any_ground.reading() as connection:
            told += "".join(blockers(connection, (USERS,)))

    assert "users" in told
    assert "canary" not in told
    assert facts.table.comment() == facts.table.comment("name") == "canary-in-a-comment"


def test_a_small_table_is_counted_and_a_large_one_estimated(users: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    users.ask("INSERT INTO users SELECT n, 'x' FROM generate_series(1, 1000) n; ANALYZE users")
    users.ask("DELETE FROM users WHERE id <= 10")
    counted = users.there("users").rows
    monkeypatch.setattr(table, "COUNT_BELOW", 500)
    estimated = users.there("users").rows

    assert (counted.value, counted.source) == (990, "measured")
    assert (estimated.value, estimated.source) == (1000, "estimated")


def test_an_empty_table_is_known_to_be_empty(users: Ground) -> None:
    assert users.there("users").is_empty


@pytest.fixture
def limited(users: Ground) -> Ground:
    """The same database as a role that owns nothing and may create nothing."""
    name = f"limited_{users.value('SELECT current_database()')}"
    users.ask(f"CREATE ROLE {name} LOGIN; GRANT SELECT ON users TO {name}")
    return Ground(users.dsn.replace("postgres@", f"{name}@"), users.folder)


def role_of(ground: Ground) -> str:
    return str(ground.value("SELECT current_user"))


def test_a_role_without_rights_is_told_each_of_them(limited: Ground) -> None:
    rights = limited.facts("users").rights

    assert (rights.owns, rights.can_create_schema, rights.read_only, rights.in_recovery) == (False,) * 2 + (False,) * 2
    assert len(rights.obstacles) == 2


def test_a_member_of_the_owner_may_migrate(users: Ground, limited: Ground) -> None:
    role = role_of(limited)
    users.ask(f"CREATE ROLE {role}_owner; ALTER TABLE users OWNER TO {role}_owner; GRANT {role}_owner TO {role}")
    users.ask(f"GRANT CREATE ON DATABASE {users.value('SELECT current_database()')} TO {role}_owner")

    assert limited.facts("users").rights.obstacles == ()


def test_a_role_that_may_write_into_whimbrels_schema_needs_no_right_to_create_one(
    users: Ground, limited: Ground
) -> None:
    role = role_of(limited)
    users.ask(f"CREATE SCHEMA whimbrel; GRANT ALL ON SCHEMA whimbrel TO {role}; ALTER TABLE users OWNER TO {role}")

    assert limited.facts("users").rights.obstacles == ()


def test_a_role_that_only_reads_by_default_is_found_out(users: Ground, limited: Ground) -> None:
    users.ask(f"ALTER ROLE {role_of(limited)} SET default_transaction_read_only = on")

    assert limited.facts("users").rights.read_only


def test_nobody_else_is_mistaken_for_read_only_because_we_read(users: Ground) -> None:
    assert not users.facts("users").rights.read_only


def test_a_lock_on_another_table_does_not_keep_the_facts_away(users: Ground) -> None:
    users.ask("CREATE TABLE busy (id integer)")
    with users.session() as other:
        other.execute("LOCK TABLE busy")
        facts = users.facts("users")

    assert facts.database_bytes.how == "pg_database_size, with indexes"
    assert (facts.database_bytes.value or 0) > 0


def test_who_blocks_is_said_in_words_with_their_lock(users: Ground) -> None:
    with users.session("billing") as other:
        other.execute("LOCK TABLE users IN SHARE MODE")
        with users.reading() as connection:
            (said,) = blockers(connection, (USERS,))
        pid = other.info.backend_pid

    assert said.startswith(f"process {pid} (billing, role postgres) is idle in transaction, in its transaction for ")
    assert said.endswith("and holds ShareLock")


# --- types and expressions -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def functions(common_ground: Ground) -> Ground:
    """A table, types and functions; no test changes them."""
    users = common_ground
    users.ask("CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, born date)")
    users.ask("CREATE TYPE mood AS ENUM ('up'); CREATE DOMAIN even AS integer CHECK (value % 2 = 0)")
    users.ask("""CREATE TYPE "Mood Swing" AS (a integer); CREATE DOMAIN email AS text""")
    users.ask("CREATE FUNCTION luck(users) RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN 4; END'")
    users.ask("CREATE FUNCTION dice() RETURNS integer LANGUAGE sql VOLATILE AS 'SELECT 4'")
    users.ask("""CREATE FUNCTION "Roll The"() RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN 4; END'""")
    users.ask("CREATE FUNCTION six() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 6'")
    users.ask("CREATE SCHEMA game; CREATE FUNCTION game.draw() RETURNS integer LANGUAGE sql AS 'SELECT 1'")
    users.ask("CREATE FUNCTION plus(integer, integer) RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN 4; END'")
    users.ask("CREATE OPERATOR <+> (LEFTARG = integer, RIGHTARG = integer, FUNCTION = plus)")
    users.ask("CREATE SEQUENCE s")
    return users


@pytest.mark.parametrize(
    ("expression", "type_", "volatility"),
    [
        ("'user'", "text", "immutable"),
        ("42", "integer", "immutable"),
        ("-1.5", "numeric", "immutable"),
        ("upper('x')", "text", "immutable"),
        ("'random()'", "text", "immutable"),
        ("'it''s random() and now()'", "text", "immutable"),
        ("six()", "integer", "immutable"),
        ("now()", "timestamptz", "stable"),
        ("CURRENT_TIMESTAMP", "timestamptz", "stable"),
        ("current_date", "date", "stable"),
        ("CURRENT_USER", "text", "stable"),
        ("random()", "float8", "volatile"),
        ("RANDOM( )", "float8", "volatile"),
        ("clock_timestamp()", "timestamptz", "volatile"),
        ("gen_random_uuid()", "uuid", "volatile"),
        ("pg_catalog.gen_random_uuid()", "uuid", "volatile"),
        ("nextval('s')", "bigint", "volatile"),
        ("coalesce(NULL, dice())", "integer", "volatile"),
        ('"Roll The"()', "integer", "volatile"),
        ("game.draw()", "integer", "volatile"),
        ("1 <+> 2", "integer", "volatile"),
        (r"E'\'' || random()::text || ''", "text", "volatile"),
    ],
)
def test_an_expression_is_as_volatile_as_the_server_says(
    functions: Ground, expression: str, type_: str, volatility: str
) -> None:
    assert value_of(functions, type_, default=expression).volatility == volatility


def test_what_a_computed_expression_calls_counts_too(functions: Ground) -> None:
    assert value_of(functions, "text", computed="upper(name)").volatility == "immutable"
    assert value_of(functions, "float8", computed="id * random()").volatility == "volatile"
    assert value_of(functions, "integer", computed="users.luck").volatility == "volatile"


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        ("varchar(5)", "character varying(5)"),
        ("int8", "bigint"),
        ("timestamptz(3)", "timestamp(3) with time zone"),
        ("numeric(10,2)[]", "numeric(10,2)[]"),
        ("mood", "mood"),
        ('"Mood Swing"', '"Mood Swing"'),
        ("email", "email"),
    ],
)
def test_a_type_gets_the_servers_own_spelling(functions: Ground, type_: str, name: str) -> None:

    assert value_of(functions, type_).type == name


@pytest.mark.parametrize(
    ("domain", "constrained"),
    [
        ("CREATE DOMAIN d AS text", False),
        ("CREATE DOMAIN d AS text CHECK (value <> '')", True),
        ("CREATE DOMAIN d AS text NOT NULL", True),
        ("CREATE DOMAIN base AS text CHECK (value <> ''); CREATE DOMAIN d AS base", True),
        ("CREATE DOMAIN base AS text; CREATE DOMAIN d AS base", False),
    ],
)
def test_a_domain_is_constrained_by_its_own_and_by_its_bases_rules(
    any_ground: Ground, domain: str, constrained: bool
) -> None:
    any_ground.ask("CREATE TABLE users (id bigint)")
    any_ground.ask(domain)

    assert value_of(any_ground, "d").constrained_domain is constrained


@pytest.mark.parametrize(
    ("type_", "default", "reason"),
    [
        ("colour", None, "type: the server does not know the type `colour`"),
        ("varchar(5)", "'longer than five'", "default: .* does not fit into character varying\\(5\\)"),
        ("bit(3)", "B'10101'", "default: .* does not fit"),
        ("integer", "'many'", "default: the server refuses `'many'` as integer"),
        ("boolean", "1", "default: `1` is of type integer, which a column of type boolean does not take"),
        ("integer", "true", "default: `true` is of type boolean"),
        ("integer", "lower('5')", "default: .* is of type text"),
        ("text", "name", "default: the server refuses `name`"),
        ("text", "no_such_function()", "default: the server refuses"),
        ("integer", "1 / 0", "default: the server refuses .*division by zero"),
        ("integer", "count(*)", "default: the server refuses .*aggregate"),
        ("integer", "generate_series(1, 3)", "default: the server refuses .*set-returning"),
        ("even", "3", "default: the server refuses `3` as even"),
    ],
)
def test_a_value_that_the_column_would_not_take_is_a_bad_answer_with_its_question(
    functions: Ground, type_: str, default: str | None, reason: str
) -> None:
    with pytest.raises(BadAnswer, match=f"^{reason}"):
        value_of(functions, type_, default=default)


@pytest.mark.parametrize(
    ("type_", "default"),
    [
        ("varchar(5)", "'five5'"),
        ("integer", "3.7"),
        ("integer", "'5'"),
        ("varchar(9)", "5"),
        ("date", "now()"),
        ("jsonb", "'{}'"),
        ("text[]", "'{}'"),
        ("text[]", "ARRAY[]::text[]"),
        ("mood", "'up'"),
        ("even", "4"),
        ("boolean", "NULL"),
    ],
)
def test_a_value_that_the_column_takes_passes_and_the_server_agrees(
    functions: Ground, type_: str, default: str
) -> None:
    value_of(functions, type_, default=default)
    with functions.session() as connection:
        connection.execute(f"ALTER TABLE users ADD COLUMN c {type_} DEFAULT {default}".encode())
        connection.execute("INSERT INTO users (id, name) VALUES (1, 'x')")
        connection.rollback()


@pytest.mark.parametrize("expression", ["upper(nme)", "count(*)", "row_number() OVER ()", "other.id", "age(born)"])
def test_a_wrong_computed_expression_is_a_bad_answer(functions: Ground, expression: str) -> None:
    with pytest.raises(BadAnswer, match=r"^computed: "):
        value_of(functions, "integer", computed=expression)


def test_a_second_statement_is_refused_by_the_server_too(functions: Ground) -> None:
    for torn in ("1)::integer) IS NULL; SELECT ((2", "1)::integer) IS NULL; DROP TABLE users; SELECT ((2"):
        with pytest.raises(BadAnswer, match="cannot insert multiple commands"):
            value_of(functions, "integer", default=torn)


def test_a_locked_table_is_no_bad_answer(functions: Ground) -> None:
    with functions.session() as other:
        other.execute("LOCK TABLE users")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            value_of(functions, "text", computed="upper(name)")


def test_asking_about_a_value_runs_none_of_it(functions: Ground) -> None:
    value_of(functions, "bigint", default="nextval('s')")

    assert functions.value("SELECT is_called FROM s") is False


def test_reading_facts_of_an_unnamed_alias_shows_no_secret(functions: Ground) -> None:
    with functions.reading() as connection:
        facts = read_facts(connection, "shop", (USERS,))
        table = read_table(connection, USERS)

    assert facts.target.alias == "shop"
    assert facts.tables[0].table == table
    assert facts.target.identity == f"{facts.target.system_identifier}/{facts.target.database}/18"
