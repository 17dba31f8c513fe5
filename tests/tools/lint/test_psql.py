"""What psql reads itself is no syntax error, and what it runs from elsewhere does not pass in silence."""

import pytest

from tools.lint import grammar
from tools.lint.lint import lint
from tools.lint.psql import without_psql

ROWS = """\
CREATE TABLE words (id int, word text);
COPY public.words (id, word) FROM stdin;
1\tit's; -- not SQL
2\t$$ \\N "
\\.

DELETE FROM words_of_old;
"""


@pytest.mark.parametrize(
    "script",
    [
        "\\connect shop\nSELECT 1;",
        "\\restrict abc\n\nSET a = 1;\n\\unrestrict abc\n",
        "\\set ON_ERROR_STOP on\n\\timing\nSELECT 1;\n\\echo done; it's over",
        "SELECT 1 AS a \\gset\nSELECT 2 \\g\nSELECT 3",
        "SELECT 1 \\; SELECT 2;",
        "\\if :done\nSELECT 1;\n\\else\nSELECT 2;\n\\endif",
        "SELECT '\\i a.sql', E'it\\'s', $$ \\i b.sql $$, $q$ $$ \\ $q$ -- \\i c.sql\n/* \\i d.sql /* \\ */ */;",
        "COPY t FROM STDIN WITH (FORMAT csv);\n'a;b\n\\.\n",
        "copy t from stdin;\n1\t'\n",
    ],
)
def test_what_psql_keeps_to_itself_leaves_sql_that_postgresql_reads(script: str) -> None:
    plain, unread = without_psql(script)

    assert grammar.split(plain)
    assert unread == ()
    assert len(plain) == len(script)
    assert plain.count("\n") == script.count("\n")


def test_rows_are_skipped_and_what_follows_keeps_its_place() -> None:
    found = [(finding.rule, finding.line) for finding in lint(ROWS)]

    assert ("update-whole-table", 7) in found
    assert all(line in (2, 7) for _, line in found)


@pytest.mark.parametrize(
    "line", ["\\i other.sql", "\\ir sub/other.sql", "SELECT 'DROP TABLE t' \\gexec", "\\! psql -f other.sql"]
)
def test_sql_from_elsewhere_is_said_to_be_unread(line: str) -> None:
    found = lint(f"SELECT 1;\n{line}\nSELECT 2;")

    assert [(finding.rule, finding.line) for finding in found] == [("not-understood", 2)]
    assert "not read here" in found[0].message


@pytest.mark.parametrize("sql", ["SELECT \\ 1;", "\\nonsense\nSELECT 1;", "SELECT $a \\d"])
def test_a_backslash_that_is_no_command_of_psql_stays_an_error(sql: str) -> None:
    assert "not-understood" in {finding.rule for finding in lint(sql)}


def test_a_ruler_of_dashes_takes_no_time() -> None:
    script = "-- " * 2_000 + "\nSELECT 1;\n\\echo a"

    assert lint(script) == ()


def test_a_long_script_takes_no_longer_by_the_statement() -> None:
    script = "\\echo a\n" + "COPY t FROM stdin;\n1\n\\.\n" * 20_000

    plain, _ = without_psql(script)

    assert plain.count(";") == 20_000


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("CREATE INDEX i ON :schema.users (a);", ["create-index-blocking"]),
        ('DELETE FROM :"schema".users;', ["update-whole-table"]),
        ("ALTER TABLE ${schema}.users ADD COLUMN a int;\nDELETE FROM ${schema}.users;", ["update-whole-table"]),
        ("GRANT SELECT ON t TO ${flyway:user};", []),
        ("ALTER TABLE ${SCHEMA:-app}.t ADD a int;\nDELETE FROM ${PREFIX}old_${YEAR};", ["update-whole-table"]),
        ("SET app.owner = :'owner';\nSELECT a[1:2], b::text FROM t;", []),
    ],
)
def test_a_placeholder_is_read_as_the_name_it_stands_for(script: str, found: list[str]) -> None:
    assert [each.rule for each in lint(script) if each.rule != "lock-timeout-missing"] == found


@pytest.mark.parametrize(
    "sql", ["SELECT a[1:b], c[:d] FROM t WHERE e = ':f' AND g = '${h}' -- ${i}", "SELECT :: FROM t"]
)
def test_what_is_right_or_stays_wrong_is_left_as_it_is(sql: str) -> None:
    texts = {finding.statement for finding in lint(sql)}

    assert texts <= {sql}
