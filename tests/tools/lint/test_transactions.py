"""What a transaction makes worse, what it makes good, and the recipes of others, which are no errors."""

from collections.abc import Callable

import pytest

from protocol.findings import Severity
from tools.lint.frameworks import Source
from tools.lint.lint import History, lint, lint_transactions

Found = Callable[..., list[str]]

ADD = "ALTER TABLE users ADD COLUMN note text"


def of_file(sql: str) -> list[tuple[str, int]]:
    return [(one.rule, one.line) for one in lint(sql)]


@pytest.mark.parametrize(
    "work",
    [
        "UPDATE users SET note = ''",
        "UPDATE orders SET note = 'b' WHERE note = 'a'",
        "DELETE FROM orders WHERE at < now()",
        "INSERT INTO archive SELECT * FROM orders",
        "CREATE TABLE archive AS SELECT * FROM orders",
        "SELECT count(*) FROM orders",
        "COPY orders FROM STDIN",
        "MERGE INTO orders USING users ON true WHEN MATCHED THEN DELETE",
    ],
)
def test_work_in_a_transaction_that_holds_a_lock_is_told(found: Found, work: str) -> None:
    assert "work-while-locked" in found(f"BEGIN; {ADD}; {work}; COMMIT")
    assert "work-while-locked" not in found(f"BEGIN; {work}; {ADD}; COMMIT")
    assert "work-while-locked" not in found(f"{ADD}; {work}")


@pytest.mark.parametrize(
    "work",
    [
        "UPDATE orders SET note = '' WHERE id = 7",
        "UPDATE orders SET note = '' WHERE id > 0 AND id <= 5000",
        "SELECT id FROM orders WHERE id IN (1, 2)",
        "SELECT id FROM orders LIMIT 10",
        "INSERT INTO plans VALUES (1), (2)",
        "INSERT INTO schema_migrations SELECT '1' FROM schema_migrations",
    ],
)
def test_a_few_rows_are_no_work(found: Found, work: str) -> None:
    assert found(f"BEGIN; {ADD}; {work}; COMMIT") == []


def test_a_lock_ends_with_its_transaction_or_its_savepoint(found: Found) -> None:
    work = "SELECT count(*) FROM orders"

    assert found(f"BEGIN; {ADD}; COMMIT; {work}") == []
    assert found(f"BEGIN; SAVEPOINT s; {ADD}; ROLLBACK TO s; {work}; COMMIT") == []
    assert found(f"BEGIN; {ADD}; ROLLBACK; {work}") == []


def test_a_new_table_is_locked_against_nobody_but_what_it_points_to_is(found: Found) -> None:
    work = "INSERT INTO t SELECT id FROM orders"

    assert found(f"BEGIN; CREATE TABLE t (id int); {work}; COMMIT") == []
    assert "work-while-locked" in found(
        f"BEGIN; CREATE TABLE t (id int REFERENCES users); CREATE INDEX ON t (id); {work}; COMMIT"
    )


def test_the_name_that_comes_back_is_not_missed(found: Found) -> None:
    swapped = "ALTER TABLE plans RENAME TO plans_old; ALTER TABLE plans_new RENAME TO plans;"

    assert found("BEGIN; CREATE TABLE plans_new (id int); " + swapped + "COMMIT") == []
    assert found("CREATE TABLE plans_new (id int); " + swapped) == ["rename"]
    assert found("BEGIN; DROP FUNCTION f(int); CREATE FUNCTION f(int) RETURNS int RETURN 1; COMMIT") == []
    assert found("DROP FUNCTION f(int); CREATE FUNCTION f(int) RETURNS int RETURN 1") == ["drop-object"]


def test_what_a_rollback_takes_back_is_forgotten(found: Found) -> None:
    proof = "ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c;"

    assert found(proof + "BEGIN; ALTER TABLE t DROP CONSTRAINT c; ROLLBACK; ALTER TABLE t ALTER a SET NOT NULL") == []


def test_an_enum_value_waits_for_the_end_of_its_transaction(found: Found) -> None:
    add, use = "ALTER TYPE e ADD VALUE 'x'", "ALTER TABLE t ALTER a SET DEFAULT 'x'"

    assert found(f"BEGIN; {add}; {use}; COMMIT") == ["enum-value-used"]
    assert found(f"BEGIN; {add}; COMMIT; {use}") == []
    assert found(f"BEGIN; CREATE TYPE e AS ENUM ('a'); {add}; {use}; COMMIT") == []
    assert found(f"BEGIN; {add}; COMMIT", major=11) == ["not-in-transaction"]


def test_two_tables_are_told_once_and_a_lock_of_both_is_not(found: Found) -> None:
    both = "ALTER TABLE a ADD x int; ALTER TABLE b ADD x int;"

    assert found(f"BEGIN; {both} COMMIT") == ["two-tables-locked"]
    assert found(f"BEGIN; LOCK TABLE a, b; {both} COMMIT") == []


def test_the_missing_limit_is_told_once_a_file_and_never_of_a_plan() -> None:
    assert of_file(f"SELECT 1;\n{ADD};\nALTER TABLE users DROP CONSTRAINT c") == [("lock-timeout-missing", 2)]
    assert of_file(f"SET lock_timeout = '1s'; {ADD}") == []
    assert of_file("CREATE TABLE t (a int); ALTER TABLE t ADD b int; DROP VIEW IF EXISTS v") == [("drop-object", 1)]
    assert lint_transactions([[ADD]]) == ()

    history = History()
    twice = [history.judge(Source(text=ADD)).findings for _ in range(2)]
    assert [[one.rule for one in findings] for findings in twice] == [["lock-timeout-missing"]] * 2


@pytest.mark.parametrize(
    ("sql", "rules"),
    [
        ("SET lock_timeout = '1h'", ["lock-timeout-unfit"]),
        ("SET lock_timeout = '30min'; RESET lock_timeout", ["lock-timeout-unfit"]),
        ("SET statement_timeout = '30s'; ALTER TABLE t VALIDATE CONSTRAINT c", ["timeout-cuts-work"]),
        ("SET lock_timeout = '2s'; ALTER TABLE t VALIDATE CONSTRAINT c", []),
        ("SET lock_timeout = 2000; SET lock_timeout = 0; CREATE INDEX CONCURRENTLY i ON t (a)", []),
        ("SET lock_timeout = '2s'; REINDEX TABLE CONCURRENTLY t", ["timeout-cuts-work"]),
        ("SET lock_timeout = 0; CREATE TABLE t (a int)", []),
        ("SET lock_timeout = 0; ALTER TABLE t ADD a int; ALTER TABLE t ADD b int", ["lock-timeout-unfit"]),
    ],
)
def test_a_timeout_has_to_fit(found: Found, sql: str, rules: list[str]) -> None:
    assert found(sql) == rules


PARTS = "CREATE UNIQUE INDEX CONCURRENTLY i ON part (a); BEGIN; ALTER TABLE part ADD CONSTRAINT i UNIQUE USING INDEX i;"
WHOLE = "ALTER TABLE ONLY whole ADD CONSTRAINT whole_a_key UNIQUE (a);"


def test_the_key_of_a_whole_is_an_instant_where_that_of_its_parts_is_attached(found: Found) -> None:
    assert found(f"{PARTS} {WHOLE} ALTER INDEX whole_a_key ATTACH PARTITION i; COMMIT") == ["two-tables-locked"]
    assert "add-key-blocking" in found(f"{PARTS} {WHOLE} COMMIT")


def test_a_foreign_key_of_the_whole_after_that_of_a_part_is_a_warning() -> None:
    part = "ALTER TABLE part ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES t (id) NOT VALID;\n"
    sql = f"SET lock_timeout = '1s';\n{part}{part.replace('part', 'whole').replace(' NOT VALID', '')}"

    findings = [(one.rule, one.severity) for one in lint(sql) if one.line == 3]

    assert ("constraint-not-valid", Severity.WARNING) in findings


def test_a_transaction_is_opened_and_ended_once(found: Found) -> None:
    assert found("COMMIT") == ["transaction-unbalanced"]
    assert found("BEGIN; SELECT 1") == ["transaction-unbalanced"]
    assert found("BEGIN; BEGIN; COMMIT") == ["transaction-unbalanced"]
    assert found("BEGIN; COMMIT", in_transaction=True) == ["transaction-unbalanced"] * 2
    assert found("BEGIN; SELECT 1; COMMIT; START TRANSACTION; ROLLBACK") == []


RECIPES = {
    "expand and contract": [
        ["ALTER TABLE users ADD COLUMN handle text"],
        ["CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.handle := NEW.nick; RETURN NEW; END $$"],
        ["CREATE TRIGGER z BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION f()"],
        ["UPDATE users SET handle = nick WHERE id > $1 AND id <= $2 AND handle IS DISTINCT FROM nick"],
        ["DROP TRIGGER z ON users", "DROP FUNCTION f()"],
        ["ALTER TABLE users DROP COLUMN nick"],
    ],
    "switch": [
        [
            "LOCK TABLE users IN ACCESS EXCLUSIVE MODE",
            "ALTER TABLE users RENAME COLUMN id TO id_old",
            "ALTER TABLE users RENAME COLUMN id_new TO id",
            "ALTER TABLE users ALTER COLUMN id SET DEFAULT nextval('users_id_seq')",
            "ALTER SEQUENCE users_id_seq OWNED BY users.id",
        ]
    ],
    "rename with a view": [
        [
            "LOCK TABLE invoices IN ACCESS EXCLUSIVE MODE",
            "ALTER TABLE invoices RENAME TO bills",
            "CREATE VIEW invoices WITH (security_invoker = true) AS SELECT * FROM bills",
        ]
    ],
    "gate": [
        ["ALTER TABLE users ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID"],
        ["ALTER TABLE users VALIDATE CONSTRAINT c"],
        ["ALTER TABLE users ALTER COLUMN a SET NOT NULL"],
        ["ALTER TABLE users DROP CONSTRAINT c"],
    ],
    "unique": [
        ["CREATE UNIQUE INDEX CONCURRENTLY u ON users (email)"],
        ["ALTER TABLE users ADD CONSTRAINT u UNIQUE USING INDEX u"],
    ],
    "foreign key": [
        ["CREATE INDEX CONCURRENTLY i ON orders (user_id)"],
        ["ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID"],
        ["ALTER TABLE orders VALIDATE CONSTRAINT fk"],
    ],
    "drop after an archive": [["COPY (SELECT id, bio FROM users) TO STDOUT"], ["ALTER TABLE users DROP COLUMN bio"]],
    "drop a table": [["ALTER TABLE child DROP CONSTRAINT child_fk"], ["DROP TABLE child"]],
}


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("major", [15, 16, 18])
def test_a_recipe_has_no_error(name: str, major: int) -> None:
    found = lint_transactions(RECIPES[name], major=major)

    assert [one for one in found if one.severity is Severity.ERROR] == []
