"""Measure on a live server what becomes of everything that stands on a table, and hold `FATES` to it."""

from typing import NamedTuple

import psycopg
import pytest

from protocol.dependants import FATES, Fate, Kind
from protocol.names import TableName
from tests.tools.ground import Ground
from tools.introspect.dependants import read_dependants

T = TableName(name="t")

TABLE = "CREATE TABLE t (id int PRIMARY KEY, c int, d int)"

CHANGES = {
    "drop_table": "DROP TABLE t",
    "drop_column": "ALTER TABLE t DROP COLUMN c",
    "rename_table": "ALTER TABLE t RENAME TO t2",
    "rename_column": "ALTER TABLE t RENAME COLUMN c TO c2",
    "change_type": "ALTER TABLE t ALTER COLUMN c TYPE bigint",
}


REFUSED = (
    psycopg.errors.DependentObjectsStillExist,
    psycopg.errors.FeatureNotSupported,
    psycopg.errors.InvalidTableDefinition,
)
BROKEN = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)


class Case(NamedTuple):
    """`use` runs after the change: a zero says that the dependant is gone, an error that it breaks."""

    kind: Kind
    setup: str
    use: str
    table: str = TABLE
    columns: tuple[str, ...] = ("c",)


def there(catalogue: str, condition: str) -> str:
    return f"SELECT count(*) FROM {catalogue} WHERE {condition}"


PLPGSQL = "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS"
TRIGGER = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
RANGE = "CREATE TABLE t (id int, c int, d int) PARTITION BY RANGE"
INDEX_I = there("pg_class", "relname = 'i'")
CONSTRAINT_K = there("pg_constraint", "conname = 'k'")

CASES = {
    "view": Case("view", "CREATE VIEW w AS SELECT c FROM t", "TABLE w"),
    "view in a condition": Case("view", "CREATE VIEW w AS SELECT 1 FROM t WHERE c > 0", "TABLE w"),
    "materialised view": Case(
        "materialised view", "CREATE MATERIALIZED VIEW w AS SELECT c FROM t", "REFRESH MATERIALIZED VIEW w"
    ),
    "plpgsql": Case("function", f"{PLPGSQL} 'BEGIN RETURN (SELECT c FROM t LIMIT 1); END'", "SELECT f()"),
    "sql as a string": Case(
        "function", "CREATE FUNCTION f() RETURNS SETOF bigint LANGUAGE sql AS 'SELECT c::bigint FROM t'", "SELECT f()"
    ),
    "BEGIN ATOMIC": Case(
        "function with a parsed body",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT c FROM t LIMIT 1; END",
        "SELECT f()",
    ),
    "argument of the row type": Case(
        "function with the row type",
        "CREATE FUNCTION f(x t) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SELECT f(NULL)",
        columns=(),
    ),
    "UPDATE OF": Case(
        "trigger",
        f"{TRIGGER} 'BEGIN RETURN NEW; END';CREATE TRIGGER r BEFORE UPDATE OF c ON t FOR EACH ROW EXECUTE FUNCTION f()",
        there("pg_trigger", "tgname = 'r'"),
    ),
    "WHEN": Case(
        "trigger",
        f"{TRIGGER} 'BEGIN RETURN NEW; END';"
        "CREATE TRIGGER r BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.c > 1) EXECUTE FUNCTION f()",
        there("pg_trigger", "tgname = 'r'"),
    ),
    "function of its own trigger": Case(
        "trigger function",
        f"{TRIGGER} 'BEGIN NEW.c := 1; RETURN NEW; END';"
        "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "DO $$ BEGIN IF to_regclass('{t}') IS NOT NULL THEN INSERT INTO {t} (id) VALUES (1); END IF; END $$",
    ),
    "function of another's trigger": Case(
        "trigger elsewhere",
        f"CREATE TABLE o (a int); {TRIGGER} 'BEGIN UPDATE t SET c = 1; RETURN NEW; END';"
        "CREATE TRIGGER r BEFORE INSERT ON o FOR EACH ROW EXECUTE FUNCTION f()",
        "INSERT INTO o VALUES (1)",
    ),
    "rule": Case(
        "rule",
        "CREATE TABLE o (a int); CREATE RULE r AS ON INSERT TO t DO ALSO INSERT INTO o VALUES (NEW.c)",
        there("pg_rewrite", "rulename = 'r'"),
    ),
    "rule elsewhere": Case(
        "rule elsewhere",
        "CREATE TABLE o (a int); CREATE RULE r AS ON INSERT TO o DO ALSO UPDATE t SET c = 1",
        "INSERT INTO o VALUES (1)",
    ),
    "policy": Case("policy", "CREATE POLICY p ON t USING (c > 1)", there("pg_policy", "true")),
    "policy elsewhere": Case(
        "policy elsewhere",
        "CREATE TABLE o (a int); CREATE POLICY p ON o USING (a IN (SELECT c FROM t))",
        there("pg_policy", "true"),
    ),
    "generated column": Case(
        "generated column",
        "ALTER TABLE t ADD g int GENERATED ALWAYS AS (c + 1) STORED",
        there("pg_attribute", "attrelid = to_regclass('{t}') AND attname = 'g'"),
    ),
    "default": Case(
        "default", "ALTER TABLE t ALTER c SET DEFAULT 5", there("pg_attrdef", "adrelid = to_regclass('{t}')")
    ),
    "index": Case("index", "CREATE INDEX i ON t (c)", INDEX_I),
    "index of several columns": Case("index", "CREATE INDEX i ON t (d, c)", INDEX_I, columns=("c", "d")),
    "index that includes": Case("index", "CREATE INDEX i ON t (d) INCLUDE (c)", INDEX_I, columns=("c", "d")),
    "index of an expression": Case("index", "CREATE INDEX i ON t ((c + 1))", INDEX_I),
    "partial index": Case("index", "CREATE INDEX i ON t (d) WHERE c > 1", INDEX_I, columns=("c", "d")),
    "check": Case("check constraint", "ALTER TABLE t ADD CONSTRAINT k CHECK (c > 1)", CONSTRAINT_K),
    "check of several columns": Case(
        "check constraint", "ALTER TABLE t ADD CONSTRAINT k CHECK (c > d)", CONSTRAINT_K, columns=("c", "d")
    ),
    "unique": Case(
        "unique constraint", "ALTER TABLE t ADD CONSTRAINT k UNIQUE (c, d)", CONSTRAINT_K, columns=("c", "d")
    ),
    "exclusion": Case(
        "exclusion constraint", "ALTER TABLE t ADD CONSTRAINT k EXCLUDE USING btree (c WITH =)", CONSTRAINT_K
    ),
    "primary key": Case(
        "primary key", "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD CONSTRAINT k PRIMARY KEY (c)", CONSTRAINT_K
    ),
    "foreign key": Case(
        "foreign key",
        "CREATE TABLE o (a int PRIMARY KEY); ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (c) REFERENCES o",
        CONSTRAINT_K,
    ),
    "foreign key from elsewhere": Case(
        "foreign key from elsewhere",
        "ALTER TABLE t ADD CONSTRAINT u UNIQUE (c); CREATE TABLE o (a int CONSTRAINT k REFERENCES t (c))",
        CONSTRAINT_K,
    ),
    "child": Case(
        "inheriting table",
        "CREATE TABLE o () INHERITS (t)",
        there("pg_attribute", "attrelid = 'o'::regclass AND attname = '{c}'"),
        columns=("c", "d", "id"),
    ),
    "partition": Case(
        "partition",
        "CREATE TABLE o PARTITION OF t FOR VALUES FROM (1) TO (2)",
        there("pg_attribute", "attrelid = to_regclass('o') AND attname = '{c}'"),
        table=f"{RANGE} (id)",
        columns=("c", "d", "id"),
    ),
    "partition key": Case(
        "partition key", "SELECT 1", there("pg_partitioned_table", "partrelid = to_regclass('{t}')"), f"{RANGE} (c)"
    ),
    "partition key of an expression": Case(
        "partition key",
        "SELECT 1",
        there("pg_partitioned_table", "partrelid = to_regclass('{t}')"),
        f"{RANGE} ((c + 1))",
    ),
    "parent": Case(
        "parent",
        "SELECT 1",
        "TABLE o",
        "CREATE TABLE o (id int, c int, d int); CREATE TABLE t () INHERITS (o)",
        columns=("c", "d", "id"),
    ),
    "partitioned parent": Case(
        "parent",
        "SELECT 1",
        "TABLE o",
        "CREATE TABLE o (id int, c int, d int) PARTITION BY LIST (id);CREATE TABLE t PARTITION OF o FOR VALUES IN (1)",
        columns=("c", "d", "id"),
    ),
    "owned sequence": Case("owned sequence", "CREATE SEQUENCE s OWNED BY t.c", there("pg_class", "relname = 's'")),
    "used sequence": Case(
        "used sequence", "CREATE SEQUENCE s; ALTER TABLE t ALTER c SET DEFAULT nextval('s')", "SELECT nextval('s')"
    ),
    "identity": Case(
        "identity sequence",
        "ALTER TABLE t ALTER c SET NOT NULL, ALTER c ADD GENERATED ALWAYS AS IDENTITY",
        there("pg_class", "relname = 't_c_seq'"),
    ),
    "publication": Case(
        "publication", "CREATE PUBLICATION p FOR TABLE t", there("pg_publication_rel", "true"), columns=()
    ),
    "publication of columns": Case(
        "publication of columns or rows",
        "CREATE PUBLICATION p FOR TABLE t (id, c)",
        there("pg_publication_rel", "true"),
        columns=("c", "id"),
    ),
    "publication of rows": Case(
        "publication of columns or rows",
        "CREATE PUBLICATION p FOR TABLE t WHERE (c > 1)",
        there("pg_publication_rel", "true"),
    ),
    "publication of all tables": Case(
        "publication of everything",
        "CREATE PUBLICATION p FOR ALL TABLES",
        there("pg_publication", "true"),
        columns=(),
    ),
    "publication of the schema": Case(
        "publication of everything",
        "CREATE PUBLICATION p FOR TABLES IN SCHEMA public",
        there("pg_publication", "true"),
        columns=(),
    ),
    "replica identity": Case(
        "replica identity",
        "ALTER TABLE t ALTER c SET NOT NULL; CREATE UNIQUE INDEX i ON t (c);"
        "ALTER TABLE t REPLICA IDENTITY USING INDEX i",
        there("pg_index", "indisreplident"),
    ),
    "statistics": Case(
        "statistics object",
        "CREATE STATISTICS s ON c, d FROM t",
        there("pg_statistic_ext", "true"),
        columns=("c", "d"),
    ),
    "statistics of an expression": Case(
        "statistics object", "CREATE STATISTICS s ON (c + 1) FROM t", there("pg_statistic_ext", "true")
    ),
    "column of the row type": Case(
        "column of the row type", "CREATE TABLE o (a t)", "SELECT a FROM o", columns=("c", "d", "id")
    ),
    "column of an array of rows": Case(
        "column of the row type", "CREATE TABLE o (a t[])", "SELECT a FROM o", columns=("c", "d", "id")
    ),
    "table privileges": Case(
        "table privileges",
        "GRANT SELECT ON t TO pg_monitor",
        there("pg_class", "oid = to_regclass('{t}') AND relacl IS NOT NULL"),
        columns=(),
    ),
    "column privileges": Case(
        "column privileges",
        "GRANT SELECT (c) ON t TO pg_monitor",
        there("pg_attribute", "attrelid = to_regclass('{t}') AND attacl IS NOT NULL AND NOT attisdropped"),
    ),
    "comment": Case("comment", "COMMENT ON COLUMN t.c IS 'x'", there("pg_description", "description = 'x'")),
}


def outcome(ground: Ground, case: Case, change: str) -> str:
    """Set the case up, make the change and use what stands on it, in a transaction that is rolled back."""
    names = {"t": "t2" if change == "rename_table" else "t", "c": "c2" if change == "rename_column" else "c"}
    use = case.use
    for name, value in names.items():
        use = use.replace("{" + name + "}", value)
    with ground.session() as connection:
        connection.execute(case.table.encode())
        connection.execute(case.setup.encode())
        said = _outcome(connection, CHANGES[change], use)
        connection.rollback()
    return said


def _outcome(connection: psycopg.Connection[tuple[object, ...]], change: str, use: str) -> str:
    try:
        connection.execute(change.encode())
    except REFUSED:
        return "blocks"
    try:
        cursor = connection.execute(use.encode())
    except BROKEN:
        return "breaks at run time"
    if use.startswith("SELECT count(*)") and cursor.fetchone() == (0,):
        return "vanishes silently"
    return "goes on"


def as_seen(said: str) -> str:
    """Whether a dependant follows or was never concerned cannot be seen from outside."""
    return "goes on" if said in {"follows", "unaffected"} else said


@pytest.mark.parametrize("name", CASES)
def test_what_is_said_of_a_dependant_is_what_the_server_does(any_common_ground: Ground, name: str) -> None:
    case = CASES[name]
    fate = FATES[case.kind]
    concerned = [
        change
        for change in CHANGES
        if (case.columns or "column" not in change) and getattr(fate, change) != "cannot be known"
    ]

    measured = {change: outcome(any_common_ground, case, change) for change in concerned}

    assert measured == {change: as_seen(getattr(fate, change)) for change in concerned}


@pytest.mark.parametrize("name", CASES)
def test_each_is_found_with_the_columns_it_uses(any_common_ground: Ground, name: str) -> None:
    case = CASES[name]
    with any_common_ground.session() as connection:
        connection.execute(case.table.encode())
        connection.execute(case.setup.encode())
        connection.cursor_factory = psycopg.RawCursor
        found = [one for one in read_dependants(connection, [T]) if one.kind == case.kind]
        connection.rollback()

    assert case.columns in [tuple(sorted(one.columns)) for one in found]


def test_every_kind_has_a_fate_that_is_measured_or_not_knowable() -> None:
    unknown = {kind for kind, fate in FATES.items() if fate.drop_table == "cannot be known"}

    assert {case.kind for case in CASES.values()} | unknown == set(FATES)
    assert set(Fate.model_fields) == set(CHANGES)


@pytest.mark.parametrize("change", [change for change in CHANGES if change != "change_type"])
def test_a_type_taken_from_a_column_breaks_in_the_sessions_to_come_only(any_ground: Ground, change: str) -> None:
    any_ground.ask(f"{TABLE}; {PLPGSQL} 'DECLARE x t.c%TYPE; BEGIN RETURN 1; END'")
    with any_ground.session() as old, any_ground.session() as new:
        old.execute("SELECT f()")
        old.commit()
        any_ground.ask(CHANGES[change])

        assert old.execute("SELECT f()").fetchone() == (1,)
        with pytest.raises((psycopg.errors.SyntaxError, psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)):
            new.execute("SELECT f()")


@pytest.mark.parametrize(("type_", "works"), [("bigint", True), ("text", False)])
def test_whether_a_function_survives_another_type_depends_on_the_type(
    any_ground: Ground, type_: str, works: bool
) -> None:
    any_ground.ask(f"{TABLE}; {PLPGSQL} 'BEGIN RETURN (SELECT count(*) FROM t WHERE c = 1); END'")
    any_ground.ask(f"ALTER TABLE t ALTER c TYPE {type_}")

    if works:
        assert any_ground.value("SELECT f()") == 0
    else:
        with pytest.raises(psycopg.errors.UndefinedFunction):
            any_ground.ask("SELECT f()")
