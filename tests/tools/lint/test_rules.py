"""What the pages do not show: the edges of each rule. `MEASURED` statements were run on PostgreSQL 18.6."""

from collections.abc import Callable

import pytest

Found = Callable[..., list[str]]

MEASURED = {
    "ALTER TABLE t ADD a int NOT NULL DEFAULT 5": [],
    "ALTER TABLE t ADD a timestamptz NOT NULL DEFAULT now()": [],
    "ALTER TABLE t ADD a int REFERENCES p (id)": [],
    "ALTER TABLE t ADD a int GENERATED ALWAYS AS (b) VIRTUAL": [],
    "ALTER TABLE t ADD a int, ALTER a SET DEFAULT random()": [],
    "ALTER TABLE t ADD a timestamptz DEFAULT clock_timestamp()": ["add-column-rewrite"],
    "ALTER TABLE t ADD a serial": ["add-column-rewrite", "column-type-regretted"],
    "ALTER TABLE t ADD a bigint GENERATED ALWAYS AS IDENTITY": ["add-column-rewrite"],
    "ALTER TABLE t ADD a int GENERATED ALWAYS AS (b * 2) STORED": ["add-column-rewrite"],
    "CREATE DOMAIN d AS int CHECK (VALUE > 0); ALTER TABLE t ADD a d": ["add-column-rewrite"],
    "CREATE DOMAIN d AS int; ALTER TABLE t ADD a d DEFAULT 1": [],
    "ALTER TABLE t ADD a text NOT NULL": ["add-column-required"],
    "ALTER TABLE t ADD a int CHECK (a > 0)": ["constraint-not-valid"],
    "ALTER TABLE t ADD a int DEFAULT 1 REFERENCES p (id)": ["constraint-not-valid"],
    "ALTER TABLE t ADD a int GENERATED ALWAYS AS (b) VIRTUAL NOT NULL": ["constraint-not-valid"],
    "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT ENFORCED": [],
    "ALTER TABLE t ADD CONSTRAINT c NOT NULL a NOT VALID, VALIDATE CONSTRAINT c": ["constraint-not-valid"],
    "ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i": [],
    "ALTER TABLE t ADD CONSTRAINT c UNIQUE (a)": ["add-key-blocking"],
    "ALTER TABLE t ADD a int UNIQUE": ["add-key-blocking"],
    "ALTER TABLE t ADD CONSTRAINT c EXCLUDE (a WITH =)": ["exclude-constraint"],
    "CREATE INDEX ON ONLY t (a); ALTER INDEX t_a_idx ATTACH PARTITION t1_a_idx": [],
    "CREATE INDEX ON ONLY t (a)": ["create-index-blocking"],
    "ALTER TABLE t ALTER a SET NOT NULL NOT VALID": ["not-understood"],
}

PROOF = "ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c;"


@pytest.mark.parametrize("sql", MEASURED)
def test_a_measured_statement_is_judged_as_measured(found: Found, sql: str) -> None:
    assert found(sql) == MEASURED[sql]


@pytest.mark.parametrize("sql", MEASURED)
def test_a_table_of_the_same_file_is_free_of_findings_about_locks(found: Found, sql: str) -> None:
    assert set(found("CREATE TABLE t (b int);" + sql)) <= {"not-understood", "column-type-regretted"}


def test_before_eleven_every_default_rewrites(found: Found) -> None:
    sql = "ALTER TABLE t ADD a int DEFAULT 5; ALTER TABLE t ADD b int DEFAULT NULL"

    assert found(sql, major=10) == ["add-column-rewrite"]


def test_the_proof_must_outlive_the_statement(found: Found) -> None:
    assert found(PROOF + "ALTER TABLE t ALTER a SET NOT NULL") == []
    assert found(PROOF + "ALTER TABLE t ALTER a SET NOT NULL, DROP CONSTRAINT other") == []
    assert found(PROOF + "ALTER TABLE t ALTER a SET NOT NULL, DROP CONSTRAINT c") == ["set-not-null-scan"]
    assert found(PROOF + "ALTER TABLE t ALTER b SET NOT NULL") == ["set-not-null-scan"]
    assert found(PROOF + "ALTER TABLE t ALTER a SET NOT NULL", major=11) == ["set-not-null-scan"]


def test_an_unproved_check_proves_nothing(found: Found) -> None:
    sql = "ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID; ALTER TABLE t ALTER a SET NOT NULL"

    assert found(sql) == ["set-not-null-scan"]


def test_not_null_on_a_proved_column_scans_nothing(found: Found) -> None:
    assert found(PROOF + "ALTER TABLE t ADD CONSTRAINT n NOT NULL a") == []


def test_validation_belongs_in_a_later_transaction(found: Found) -> None:
    assert found(f"BEGIN; {PROOF} COMMIT") == ["constraint-not-valid"]
    assert found(PROOF, in_transaction=True) == ["constraint-not-valid"]
    split = found(PROOF.replace("; ALTER", "; COMMIT; BEGIN; ALTER", 1), in_transaction=True)
    assert set(split) == {"transaction-unbalanced"}


def test_concurrently_has_no_place_in_a_transaction(found: Found) -> None:
    sql = "CREATE INDEX CONCURRENTLY i ON t (a)"

    assert found(sql) == []
    assert found(sql, in_transaction=True) == ["not-in-transaction"]
    assert found(f"BEGIN; {sql}; COMMIT") == ["not-in-transaction"]


def test_a_delete_inside_a_query_is_seen(found: Found) -> None:
    assert found("WITH q AS (DELETE FROM t RETURNING *) INSERT INTO archive SELECT * FROM q") == ["update-whole-table"]
