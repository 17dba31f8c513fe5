"""Pasted SQL as typed changes: every shape, in order, and the reason where there is none."""

from typing import Any

import pytest

from tools.understand_sql import changes_in

TYPED: list[tuple[str, list[tuple[str, dict[str, Any]]]]] = [
    (
        "ALTER TABLE users ADD role varchar(50) NOT NULL DEFAULT 'user', DROP COLUMN \"Old\", ALTER a SET NOT NULL",
        [
            (
                "add_column",
                {"table": "users", "column": "role", "type": "varchar(50)", "nullable": False, "default": "'user'"},
            ),
            ("drop_column", {"table": "users", "column": "Old"}),
            ("set_not_null", {"table": "users", "column": "a"}),
        ],
    ),
    (
        "ALTER TABLE s.t ADD c int UNIQUE CHECK (c > 0) REFERENCES p ON DELETE CASCADE",
        [
            ("add_column", {"table": "s.t", "column": "c", "type": "int", "nullable": True, "default": "none"}),
            ("add_unique", {"table": "s.t", "columns": "c"}),
            ("add_check", {"table": "s.t", "condition": "c > 0"}),
            ("add_foreign_key", {"table": "s.t", "columns": "c", "ref_table": "p", "on_delete": "cascade"}),
        ],
    ),
    ("ALTER TABLE t ALTER a DROP NOT NULL", [("drop_not_null", {"table": "t", "column": "a"})]),
    ("ALTER TABLE t ALTER a SET DEFAULT now()", [("set_default", {"table": "t", "column": "a", "default": "now()"})]),
    ("ALTER TABLE t ALTER a DROP DEFAULT", [("drop_default", {"table": "t", "column": "a"})]),
    (
        "ALTER TABLE t ALTER a TYPE bigint USING a::bigint",
        [("change_type", {"table": "t", "column": "a", "type": "bigint", "using": "a::bigint"})],
    ),
    ("ALTER TABLE t ALTER a TYPE text", [("change_type", {"table": "t", "column": "a", "type": "text"})]),
    (
        "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1) NOT VALID",
        [("add_check", {"table": "t", "condition": "a > 1", "constraint_name": "c"})],
    ),
    (
        'ALTER TABLE t ADD FOREIGN KEY (a, "B b") REFERENCES s.p (x, y) ON DELETE SET NULL',
        [
            (
                "add_foreign_key",
                {
                    "table": "t",
                    "columns": 'a, "B b"',
                    "ref_table": "s.p",
                    "on_delete": "set null",
                    "ref_columns": "x, y",
                },
            )
        ],
    ),
    ("ALTER TABLE t ADD UNIQUE (a, b)", [("add_unique", {"table": "t", "columns": "a, b"})]),
    (
        "ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (a)",
        [("add_primary_key", {"table": "t", "columns": "a", "constraint_name": "k"})],
    ),
    (
        "ALTER TABLE t ADD EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (NOT gone)",
        [
            (
                "add_exclusion",
                {"table": "t", "elements": "room WITH =, during WITH &&", "method": "gist", "where": "NOT gone"},
            )
        ],
    ),
    ("ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID", [("set_not_null", {"table": "t", "column": "a"})]),
    ("ALTER TABLE t DROP CONSTRAINT c", [("drop_constraint", {"table": "t", "constraint": "c"})]),
    ("ALTER TABLE t RENAME a TO b", [("rename_column", {"table": "t", "column": "a", "new_name": "b"})]),
    ("ALTER TABLE t RENAME TO u", [("rename_table", {"table": "t", "new_name": "u"})]),
    ("ALTER TABLE t SET SCHEMA s", [("move_schema", {"table": "t", "schema": "s"})]),
    (
        "CREATE UNIQUE INDEX i ON t (lower(a) text_pattern_ops DESC NULLS LAST, b) INCLUDE (c) WHERE d > 0",
        [
            (
                "add_index",
                {
                    "table": "t",
                    "keys": "(lower(a)) text_pattern_ops DESC NULLS LAST, b",
                    "unique": True,
                    "method": "btree",
                    "include": "c",
                    "where": "d > 0",
                    "index_name": "i",
                },
            )
        ],
    ),
    ("DROP INDEX CONCURRENTLY s.i, j", [("drop_index", {"index": "s.i"}), ("drop_index", {"index": "j"})]),
    ("DROP TABLE a, s.b", [("drop_table", {"table": "a"}), ("drop_table", {"table": "s.b"})]),
    (
        "CREATE TABLE s.\"New\" (id int PRIMARY KEY, -- a ) here\n note text DEFAULT 'x)' );",
        [
            (
                "create_table",
                {"table_name": 's."New"', "definition": "id int PRIMARY KEY, -- a ) here\n note text DEFAULT 'x)'"},
            )
        ],
    ),
    (
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
        [("create_partition", {"table": "p", "partition": "p1", "bounds": "FROM ('2026-01-01') TO ('2026-02-01')"})],
    ),
    (
        "CREATE TABLE p2 PARTITION OF p DEFAULT",
        [("create_partition", {"table": "p", "partition": "p2", "bounds": "DEFAULT"})],
    ),
    (
        "ALTER TABLE p ATTACH PARTITION s.q FOR VALUES IN ('a')",
        [("attach_partition", {"table": "p", "partition": "s.q", "bounds": "IN ('a')"})],
    ),
    ("ALTER TABLE p DETACH PARTITION q CONCURRENTLY", [("detach_partition", {"table": "p", "partition": "q"})]),
    (
        "ALTER TYPE mood ADD VALUE 'so' BEFORE 'ok'",
        [("add_enum_value", {"enum": "mood", "value": "so", "place": "before ok"})],
    ),
    ("ALTER TYPE s.mood ADD VALUE 'so'", [("add_enum_value", {"enum": "s.mood", "value": "so", "place": "last"})]),
    (
        "ALTER TYPE mood RENAME VALUE 'a' TO 'b'",
        [("rename_enum_value", {"enum": "mood", "value": "a", "new_value": "b"})],
    ),
    ("COMMENT ON TABLE s.t IS 'x'", [("add_comment", {"table": "s.t", "comment": "x"})]),
    ("COMMENT ON COLUMN s.t.c IS NULL", [("add_comment", {"table": "s.t", "column": "c", "comment": "none"})]),
    (
        'UPDATE t SET a = lower(b), "C" = 1 WHERE a IS NULL',
        [("set_values", {"table": "t", "assignments": 'a = lower(b), "C" = 1', "where": "a IS NULL"})],
    ),
]

OPAQUE = [
    ("DROP TABLE t CASCADE", "CASCADE"),
    ("ALTER TABLE t DROP COLUMN a CASCADE", "CASCADE"),
    ("DROP VIEW v", "DROP VIEW"),
    ("DELETE FROM t", "DELETE"),
    ("UPDATE t SET a = u.a FROM u WHERE u.id = t.id", "another table"),
    ("UPDATE t SET a = (SELECT 1)", "subquery"),
    ("UPDATE t SET a = 1 WHERE b IN (SELECT b FROM u)", "subquery"),
    ("UPDATE t SET a = DEFAULT", "DEFAULT"),
    ("UPDATE t SET a[1] = 2", "part of a column"),
    ("UPDATE t SET (a, b) = (1, 2)", "several columns"),
    ("UPDATE t SET a = 1 RETURNING a", "nobody reads"),
    ("UPDATE t AS x SET a = x.b", "another name"),
    ("WITH x AS (SELECT 1) UPDATE t SET a = 1", "WITH"),
    ("CREATE TABLE t (a int) PARTITION BY RANGE (a)", "partitioned"),
    ("CREATE TABLE t (a int) WITH (fillfactor = 70)", "storage"),
    ("CREATE UNLOGGED TABLE t (a int)", "unlogged"),
    ("CREATE TABLE t AS SELECT 1", "CREATE TABLE AS"),
    ("CREATE INDEX i ON ONLY t (a)", "ONLY"),
    ("CREATE INDEX i ON t (a) WITH (fillfactor = 70)", "storage"),
    ("CREATE UNIQUE INDEX i ON t (a) NULLS NOT DISTINCT", "NULLS NOT DISTINCT"),
    ("ALTER TABLE ONLY t ADD c int", "ONLY"),
    ("ALTER TABLE t ADD c int GENERATED ALWAYS AS IDENTITY", "identity"),
    ("ALTER TABLE t ADD c int GENERATED ALWAYS AS (a) STORED", "generated"),
    ('ALTER TABLE t ADD c text COLLATE "C"', "collation"),
    ("ALTER TABLE t ADD c int REFERENCES p DEFERRABLE", "enforced"),
    ("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES p ON UPDATE CASCADE", "ON UPDATE"),
    ("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES p NOT ENFORCED", "NOT ENFORCED"),
    ("ALTER TABLE t ADD UNIQUE USING INDEX i", "adopts"),
    ("ALTER TABLE t ADD UNIQUE (a) DEFERRABLE", "DEFERRABLE"),
    ("ALTER TABLE t ADD CHECK (a > 0) NO INHERIT", "NO INHERIT"),
    ("ALTER TABLE t VALIDATE CONSTRAINT c", "VALIDATE CONSTRAINT"),
    ("ALTER TABLE t ADD c int, ENABLE ROW LEVEL SECURITY", "ENABLE ROW SECURITY"),
    ("ALTER VIEW v RENAME TO w", "renames a view"),
    ("SET search_path = s", "VARIABLE SET"),
    ("ROLLBACK", "TRANSACTION"),
    ("DO $$ BEGIN END $$", "DO"),
    ('ALTER TABLE "a.b" ADD c int', "holds a dot"),
    ('DROP TABLE "a.b"', "holds a dot"),
    ("ALTER TABLE x.a.b ADD c int", "names a database"),
    ("DROP INDEX x.a.b", "names a database"),
    ("UPDATE ONLY t SET a = 1", "ONLY"),
    ("COMMENT ON TABLE t IS 'None'", "there is none"),
    ('ALTER TABLE t ADD """x""" int', "would be read as"),
    ("ALTER TABLE t ADD c int DEFAULT (SELECT 1)", "subquery"),
    ("SELECT '\ud800'", "half a character"),
    ("SELECT '\x00'", "NUL character"),
    ("UPDATE t SET a = " + "1 + " * 3000 + "1", "nested too deeply"),
    ("\\d t", "grammar does not read it"),
    ("ALTER TABLE", "grammar does not read it"),
]


@pytest.mark.parametrize(("sql", "expected"), TYPED, ids=[sql[:40] for sql, _ in TYPED])
def test_a_statement_becomes_changes_in_order(sql: str, expected: list[tuple[str, dict[str, Any]]]) -> None:
    found = changes_in(sql)

    assert [(change.kind, change.answers) for change in found.changes] == expected
    assert found.reasons == ()


@pytest.mark.parametrize(("sql", "reason"), OPAQUE)
def test_what_no_kind_describes_is_handed_over_whole_with_its_reason(sql: str, reason: str) -> None:
    [change] = changes_in(sql).changes

    assert (change.kind, change.answers) == ("run_sql", {"sql": sql})
    assert reason in change.reason


def test_what_the_protocol_does_itself_is_left_out() -> None:
    found = changes_in("BEGIN; SET lock_timeout = '1s'; ALTER TABLE t ADD c int; COMMIT;")

    assert [change.kind for change in found.changes] == ["add_column"]
    assert found.left_out == ("BEGIN", "SET lock_timeout = '1s'", "COMMIT")


def test_nothing_is_found_in_nothing() -> None:
    assert changes_in(" -- only a comment\n;").changes == ()
