import logging
import time

import pytest

from tests.tools.lint.readers import vouched
from tools.lint import from_grammar, from_sqlglot
from tools.lint.actions import (
    Action,
    AddColumn,
    AddConstraint,
    AlterColumnType,
    Begin,
    Column,
    Commit,
    CreateFunction,
    CreateIndex,
    CreateTable,
    CreateTrigger,
    Delete,
    Do,
    DropColumn,
    DropConstraint,
    DropFunction,
    DropIndex,
    DropNotNull,
    DropTrigger,
    IndexKey,
    Opaque,
    Relation,
    Rollback,
    Select,
    SetDefault,
    SetNotNull,
    SetSetting,
    Truncate,
    Update,
    ValidateConstraint,
)
from tools.lint.parse import parse

T = Relation(name="t")
ST = Relation(schema_name="s", name="t")

READ: dict[str, tuple[Action, ...]] = {
    "ALTER TABLE s.t ADD COLUMN a varchar(50)[] NOT NULL DEFAULT now()": (
        AddColumn(table=ST, column="a", type="varchar(50)[]", default="now()", not_null=True),
    ),
    "ALTER TABLE t ADD a int GENERATED ALWAYS AS (b * 2) STORED": (
        AddColumn(table=T, column="a", type="int", generated="stored", expression="b * 2"),
    ),
    "ALTER TABLE t ADD a int GENERATED ALWAYS AS (b * 2) VIRTUAL": (
        AddColumn(table=T, column="a", type="int", generated="virtual", expression="b * 2"),
    ),
    "ALTER TABLE t ADD a bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY": (
        AddColumn(table=T, column="a", type="bigint", identity=True, primary=True),
    ),
    "ALTER TABLE t ADD a serial UNIQUE, DROP b": (
        AddColumn(table=T, column="a", type="serial", unique=True),
        DropColumn(table=T, column="b"),
    ),
    "ALTER TABLE t ADD a int CHECK (a > 0) REFERENCES s.t (id)": (
        AddColumn(table=T, column="a", type="int", check=True, references=ST),
    ),
    'ALTER TABLE "T" ALTER A SET NOT NULL, DROP CONSTRAINT C': (
        SetNotNull(table=Relation(name="T"), column="a"),
        DropConstraint(table=Relation(name="T"), name="c"),
    ),
    "ALTER TABLE t ALTER a DROP NOT NULL": (DropNotNull(table=T, column="a"),),
    "ALTER TABLE t ALTER a SET DEFAULT 1 + 1": (SetDefault(table=T, column="a", default="1 + 1"),),
    "ALTER TABLE t ALTER a DROP DEFAULT": (SetDefault(table=T, column="a", default=None),),
    "ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL AND b > 0) NOT VALID": (
        AddConstraint(
            table=T, name="c", kind="check", not_valid=True, proves=("a",), expression="a IS NOT NULL AND b > 0"
        ),
    ),
    "ALTER TABLE t ADD CHECK (a IS NOT NULL OR b > 0)": (
        AddConstraint(table=T, name="", kind="check", expression="a IS NOT NULL OR b > 0"),
    ),
    "ALTER TABLE t ADD CONSTRAINT c NOT NULL a NOT VALID": (
        AddConstraint(table=T, name="c", kind="not null", not_valid=True, proves=("a",), columns=("a",)),
    ),
    "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES s.t (id)": (
        AddConstraint(table=T, name="c", kind="foreign key", columns=("a",), references=ST, referenced_columns=("id",)),
    ),
    "ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i": (
        AddConstraint(table=T, name="c", kind="unique", using_index="i"),
    ),
    "ALTER TABLE t VALIDATE CONSTRAINT c": (ValidateConstraint(table=T, name="c"),),
    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON s.t (lower(a)) WHERE b": (
        CreateIndex(
            table=ST,
            name="i",
            concurrently=True,
            if_not_exists=True,
            unique=True,
            keys=(IndexKey(expression="lower(a)"),),
            where="b",
        ),
    ),
    "CREATE INDEX ON ONLY t (a)": (CreateIndex(table=T, only=True, keys=(IndexKey(column="a"),)),),
    "DROP INDEX CONCURRENTLY s.t, t": (
        DropIndex(index=ST, concurrently=True),
        DropIndex(index=T, concurrently=True),
    ),
    "CREATE TABLE IF NOT EXISTS t (id bigint)": (
        CreateTable(table=T, if_not_exists=True, columns=(Column(column="id", type="bigint"),)),
    ),
    "CREATE TABLE t AS SELECT 1": (Select(limited=True), CreateTable(table=T, as_query=True)),
    "SELECT a INTO t FROM s.t": (Select(tables=(ST,)), CreateTable(table=T, as_query=True)),
    "UPDATE t SET a = $1::bigint WHERE id <= $2::bigint": (
        Update(table=T, has_where=True, columns=("a",), where="id <= $2::bigint"),
    ),
    "UPDATE t SET a = 1 WHERE true": (Update(table=T, has_where=False, columns=("a",), where="true"),),
    "DELETE FROM t WHERE user = 'x'": (Delete(table=T, has_where=False, where="user = 'x'"),),
    "DELETE FROM t WHERE CURRENT OF c": (Delete(table=T, has_where=True, where="CURRENT OF c"),),
    "WITH old AS (DELETE FROM t RETURNING *) SELECT * FROM old": (
        Delete(table=T, has_where=False, returning=True),
        Select(tables=(T,), star=True),
    ),
    "SET LOCAL lock_timeout = '2s'": (SetSetting(name="lock_timeout", value="2s", local=True),),
    "SET search_path = a, b": (SetSetting(name="search_path", value="a, b"),),
    "RESET ALL": (SetSetting(name="all", value=None),),
    "START TRANSACTION": (Begin(),),
    "COMMIT AND CHAIN": (Commit(), Begin()),
    "ROLLBACK": (Rollback(),),
    "CREATE FUNCTION s.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$": (
        CreateFunction(name="s.f", language="plpgsql", returns="trigger", body=" BEGIN RETURN NEW; END "),
    ),
    "CREATE TRIGGER g BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()": (
        CreateTrigger(table=T, name="g", function="f", events=("insert", "update")),
    ),
    "DROP TRIGGER g ON s.t": (DropTrigger(table=ST, name="g"),),
    "DROP FUNCTION s.f(int)": (DropFunction(name="s.f"),),
    "DO $$ BEGIN END $$": (Do(body=" BEGIN END "),),
    "TRUNCATE t": (Truncate(tables=(T,)),),
    "ALTER TABLE t ALTER a TYPE bigint": (AlterColumnType(table=T, column="a", type="bigint"),),
    "SELECT make_it_so()": (Opaque(reason="it calls `make_it_so`, and what that does is not read"),),
}


@pytest.mark.parametrize("sql", READ)
def test_a_statement_is_read(sql: str) -> None:
    [statement] = parse(sql)

    assert statement.actions == READ[sql]


@pytest.mark.parametrize("sql", READ)
def test_where_both_readers_read_they_agree(sql: str) -> None:
    coarse = from_sqlglot.read(sql)

    assert coarse is None or vouched(coarse, coarse) == vouched(from_grammar.read(sql), coarse)


def test_places_count_from_one_in_characters() -> None:
    sql = "-- DELETE FROM t\n\n/* é /* a; */ */ SELECT 'é;'; ; SELECT 2;\r\n\tDELETE FROM t -- all\n;"

    places = [(s.text, s.line, s.column) for s in parse(sql)]

    assert places == [("SELECT 'é;'", 3, 18), ("SELECT 2", 3, 33), ("DELETE FROM t -- all", 4, 2)]


def test_an_error_leaves_the_other_statements_readable() -> None:
    first, broken, last = parse("DELETE FROM t;\n  ALTER TABLE é\n ALTRE a;\nDELETE FROM s.t")

    assert first.actions == (Delete(table=T, has_where=False),)
    assert last.actions == (Delete(table=ST, has_where=False),)
    [error] = broken.actions
    assert isinstance(error, Opaque)
    assert error.broken
    assert broken.position(error.at) == (3, 2)


def test_a_piece_without_a_keyword_is_not_lost() -> None:
    assert [statement.text for statement in parse("SELECT 1; x; SELECT 2")] == ["SELECT 1", "x", "SELECT 2"]


@pytest.mark.parametrize(
    "sql", ["SELECT 1;\x00 DROP TABLE t", "SELECT '\ud800'", "SELECT 'open", "/* open", 'SELECT "']
)
def test_what_cannot_be_sent_or_split_is_one_broken_statement(sql: str) -> None:
    [statement] = parse(sql)

    assert [action.broken for action in statement.actions if isinstance(action, Opaque)] == [True]


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE t ALTER a SET DEFAULT 1" + "+1" * 60_000,
        "SELECT 1" + "+1" * 60_000,
        "SELECT " + "(" * 50_000,
        "SELECT " + "(" * 5_000 + "1" + ")" * 5_000,
        "SELECT a" + "[1]" * 3_000 + " FROM t",
        "ALTER TABLE t ADD a int DEFAULT " + "f(" * 400 + "1" + ")" * 400,
    ],
    ids=["long default", "long query", "open brackets", "brackets", "subscripts", "deep default"],
)
def test_a_statement_nested_very_deeply_ends_in_words(sql: str) -> None:
    [statement] = parse(sql)

    assert isinstance(statement.actions[0], Opaque | Select)


def test_nothing_is_said_on_stderr(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        parse("ALTER TABLE t RENAME a TO b; CREATE VIEW v AS SELECT 1; ALTER TABLE t SET (fillfactor = 70)")

    assert capfd.readouterr().err == ""
    assert caplog.records == []


def test_ten_times_the_file_takes_about_ten_times_as_long() -> None:
    def seconds(statements: int) -> float:
        sql = "; ".join(f"ALTER TABLE t ALTER c{i} SET NOT NULL /* é */" for i in range(statements))
        start = time.perf_counter()
        assert len(parse(sql)) == statements
        return time.perf_counter() - start

    small = min(seconds(200) for _ in range(3))

    large = min(seconds(2_000) for _ in range(3))

    assert large < 40 * small
