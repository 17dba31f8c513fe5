"""Whatever a name, an expression or a type says, it stays the one thing it is accepted as."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from protocol.names import (
    MAX_NAME_BYTES,
    RESERVED,
    Expression,
    Name,
    SqlType,
    TableName,
    default_clause,
    derived_name,
    dollar_quoted,
    literal,
    quoted,
)
from tools.lint import grammar

EXPRESSIONS: TypeAdapter[str] = TypeAdapter(Expression)
TYPES: TypeAdapter[str] = TypeAdapter(SqlType)
NAMES: TypeAdapter[str] = TypeAdapter(Name)


def accepted(adapter: TypeAdapter[str], text: str) -> str | None:
    try:
        return adapter.validate_python(text)
    except ValidationError:
        return None


any_name = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=63).filter(
    lambda name: len(name.encode()) <= MAX_NAME_BYTES
)


# --- names ---------------------------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(any_name | st.sampled_from(sorted(RESERVED)))
@example('"')
@example('a"; DROP TABLE users; --')
@example("a$whimbrel$b")
@example("line\nbreak")
@example("ÄÖ")
@example("User")
@example("1a")
@example("a\\")
def test_a_quoted_name_is_one_identifier(name: str) -> None:
    target = grammar.tree(f"SELECT 1 AS {quoted(name)}").select_stmt.target_list

    assert [part.res_target.name for part in target] == [name]


@settings(max_examples=300, deadline=None)
@given(any_name, any_name)
def test_a_table_name_is_one_table_of_one_schema(schema_name: str, name: str) -> None:
    table = TableName(schema_name=schema_name, name=name)
    relation = grammar.tree(f"TABLE {table.sql}").select_stmt.from_clause[0].range_var

    assert (relation.schemaname, relation.relname, relation.catalogname) == (schema_name, name, "")


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_a_literal_is_one_constant(text: str) -> None:
    value = grammar.tree(f"SELECT {literal(text)}").select_stmt.target_list[0].res_target.val

    assert value.a_const.sval.sval == text


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(["$", "whimbrel", "_", "$whimbrel$", "$whimbrel_$", "$$", ";", "a", "'", '"']) | any_name)
)
@example(["$whimbrel"])
@example(["$whimbrel$set check_function_bodies=off;drop table v;--"])
@example(["$whimbrel$$whimbrel_"])
def test_a_dollar_quoted_body_is_one_constant_whatever_it_holds(parts: list[str]) -> None:
    body = "".join(parts)
    value = grammar.tree(f"SELECT {dollar_quoted(body)}").select_stmt.target_list[0].res_target.val

    assert value.a_const.sval.sval == body


@pytest.mark.parametrize(
    ("name", "written"), [("role", "role"), ("user", '"user"'), ("Role", '"Role"'), ("a b", '"a b"')]
)
def test_a_name_has_quotes_only_where_it_needs_them(name: str, written: str) -> None:
    assert quoted(name) == written


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "a name needs at least one character and no NUL"),
        ("a\x00b", "a name needs at least one character and no NUL"),
        ("a" * 64, "is longer than 63 bytes, PostgreSQL would cut it"),
        ("é" * 32, "is longer than 63 bytes, PostgreSQL would cut it"),
        ("\ud800", "surrogates not allowed"),
    ],
)
def test_a_name_that_postgresql_would_not_keep_is_refused(name: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        NAMES.validate_python(name)


@settings(max_examples=200, deadline=None)
@given(st.lists(any_name, min_size=1, max_size=3))
def test_a_derived_name_fits(parts: list[str]) -> None:
    assert len(derived_name(*parts, "not_null").encode()) <= MAX_NAME_BYTES


def test_a_derived_name_shortens_its_longest_part_and_ends_in_a_hash_of_the_whole() -> None:
    assert derived_name("a" * 60, "role", "not_null") == "a" * 42 + "_role_not_null_b65c0d"
    assert derived_name("a" * 49, "role", "not_null") == "a" * 49 + "_role_not_null"


@settings(max_examples=200, deadline=None)
@given(any_name, any_name, any_name)
@example("l" * 63, "c" * 62 + "a", "c" * 62 + "b")
def test_two_names_that_are_cut_stay_two(table: str, one: str, other: str) -> None:
    assert (derived_name(table, one, "old") == derived_name(table, other, "old")) == (one == other)


# --- expressions ---------------------------------------------------------------------------------------------------

GOOD = (
    "1",
    "-1",
    "0.5",
    "1e-3",
    "NULL",
    "true",
    "'user'",
    "'it''s'",
    "'1); DROP TABLE x; --'",
    "'/* no comment */ -- none'",
    "'two\nlines'",
    "'back\\slash'",
    "'$whimbrel$'",
    "''",
    "B'01'",
    "X'1F'",
    "'{}'::jsonb",
    "'a' COLLATE \"C\"",
    "interval '1 day'",
    "now()",
    "NOW()",
    "now() + interval '1 day'",
    "now() at time zone 'utc'",
    "current_timestamp",
    "current_timestamp(3)",
    "CURRENT_USER",
    "gen_random_uuid()",
    "public.gen_code(1, 'a')",
    "nextval('seq'::regclass)",
    "lower(email)",
    "left(email, 3)",
    "coalesce(first, '') || ' ' || coalesce(last, '')",
    "CASE WHEN age >= 18 THEN 'adult' ELSE 'minor' END",
    "age BETWEEN 1 AND 2",
    "age IN (1, 2)",
    "email IS NOT NULL",
    "email IS NULL",
    "email NOTNULL",
    "NOT active",
    "a OR b",
    "data ->> 'role'",
    "data ? 'role'",
    "data @> '{}'",
    '"Email" || "a""b"',
    "ARRAY[1, 2]",
    "tags[1]",
    "(point).x",
    "row(1, 2)",
    "extract(year from born)",
    "substring(email from 1 for 2)",
    "cast(age as text)",
    "(1 + 2) * (3 + 4)",
    "f(1) + g(2)",
    "straße",
)

BAD = (
    "",
    " ",
    ";",
    "1;",
    "1; DROP TABLE x",
    "1); DROP TABLE x; --",
    "'a'); DROP TABLE x; --",
    "1 -- x",
    "1 --",
    "1 /* x */",
    "1 /*",
    "1 - - -- 2",
    "1 +-- 2",
    "(1",
    "1)",
    ")(",
    "(1]",
    "[1)",
    "1) , (2",
    "1 + 2), ADD COLUMN y int DEFAULT (3",
    "1, 2",
    "1, ADD COLUMN y int",
    "1, DROP COLUMN email",
    "1 NOT NULL",
    "1 not  null",
    "'a' COLLATE \"C\" NOT NULL",
    "x::varchar(50) NOT NULL",
    "1 NULL",
    "1 UNIQUE",
    "1 PRIMARY KEY",
    "1 CHECK (true)",
    "now() REFERENCES x",
    "now() REFERENCES x (id) ON DELETE CASCADE",
    "1 CONSTRAINT c CHECK (true)",
    "1 GENERATED ALWAYS AS IDENTITY",
    "lower(email)) STORED, ADD COLUMN y int GENERATED ALWAYS AS (1",
    "1 DEFAULT 2",
    "DEFAULT",
    "(default)",
    "1 AS x",
    "1 x",
    "(1 AS x)",
    "*",
    "1 FROM users",
    "1 WHERE true",
    "1 LIMIT 1",
    "1 ORDER BY 1",
    "1 INTO x",
    "1 FOR UPDATE",
    "DISTINCT 1",
    "(SELECT 1)",
    "(select 1)",
    "((SELECT 1))",
    "ARRAY(SELECT 1)",
    "EXISTS (SELECT 1)",
    "a IN (SELECT 1)",
    "f((SELECT 1))",
    "(TABLE users)",
    "f(table users)",
    "(VALUES (1))",
    "(WITH q AS (DELETE FROM users RETURNING 1) SELECT 1)",
    "1 UNION SELECT 2",
    "SELECT 1",
    "E'\\''",
    "E'a'\n'\\' || ', ADD COLUMN y int DEFAULT '",
    "e'a'",
    "N'a'",
    "U&'\\0061'",
    "u&'a' UESCAPE '!'",
    "$$x$$",
    "$a$ ; $a$",
    "$a$'$a$",
    "a$c$, DROP COLUMN email, ADD COLUMN y int DEFAULT b$c$",
    "date$c$), DROP COLUMN email, ADD COLUMN y int DEFAULT (interval$c$",
    "date'2020-01-01'",
    "'open",
    "'open''",
    '"open',
    "'a' || 'open",
    "‘user’",
    "“user”",
    "ʼuserʼ; DROP",
    "1\u00a02",
    "1\x00",
    "'a\x00b'",
    "'\ud800'",
    "$1",
    "?",
    ":x",
    "@x",
    "{x}",
    "`x`",
    "1 \\ 2",
    "\\! ls",
    "1\n\\! ls",
    "0x1F",
    "1_000",
    "(" * 300 + "1" + ")" * 300,
    "1" + " + 1" * 300,
)


def added_columns(statement: str) -> list[tuple[str, list[str]]]:
    """Parse one ALTER TABLE; give name and constraints of each column that it adds."""
    [only] = grammar.split(statement)
    node = grammar.tree(only)
    assert node.WhichOneof("node") == "alter_table_stmt"
    commands = [part.alter_table_cmd for part in node.alter_table_stmt.cmds]
    assert {command.subtype for command in commands} == {grammar.pb.AT_AddColumn}
    columns = [getattr(command, "def").column_def for command in commands]
    return [(column.colname, [constraint_of(part) for part in column.constraints]) for column in columns]


def constraint_of(node: Any) -> str:
    return str(grammar.pb.ConstrType.Name(node.constraint.contype)).removeprefix("CONSTR_")


@pytest.mark.parametrize("text", GOOD)
def test_an_expression_is_taken_and_stays_a_default(text: str) -> None:
    expression = EXPRESSIONS.validate_python(text)
    statement = f"ALTER TABLE t ADD COLUMN c text DEFAULT {default_clause(expression)} NOT NULL"

    assert expression == text
    assert added_columns(statement) == [("c", ["DEFAULT", "NOTNULL"])]


@pytest.mark.parametrize("text", BAD, ids=lambda text: ascii(text)[:60])
def test_more_or_less_than_one_expression_is_refused(text: str) -> None:
    assert accepted(EXPRESSIONS, text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1; DROP TABLE x", "`1; DROP TABLE x` is not one SQL expression: `; DROP TAB` is not taken"),
        ("1 -- x", "`1 -- x` is not one SQL expression: it holds a comment"),
        ("(1", r"`\(1` is not one SQL expression: a `\)` is missing"),
        ("1)", r"`1\)` is not one SQL expression: a `\)` closes nothing"),
        ("$$x$$", "text is written 'so', without a prefix or"),
        ("1 NOT NULL", "`1 NOT NULL` is not one SQL expression"),
        ("(SELECT 1)", "holds a subquery; a column's value may depend on its own row only"),
        ("'\x00'", "it holds a character that PostgreSQL cannot store"),
        ("1" + " + 1" * 300, "an expression of more than 500 words is not taken"),
    ],
)
def test_a_refused_expression_says_why(text: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        EXPRESSIONS.validate_python(text)


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("'user'", "'user'"),
        ("0", "0"),
        ("now()", "now()"),
        ("coalesce(a, f(b))", "coalesce(a, f(b))"),
        ("-1", "(-1)"),
        ("f(1) + g(2)", "(f(1) + g(2))"),
        ("'{}'::jsonb", "('{}'::jsonb)"),
        ("not (a)", "(not (a))"),
        ("a.f(1)", "(a.f(1))"),
    ],
)
def test_a_default_has_parentheses_unless_it_is_a_constant_or_a_call(expression: str, written: str) -> None:
    assert default_clause(EXPRESSIONS.validate_python(expression)) == written


PIECES = (
    *("1", "x", "f(", "(", ")", "[", "]", ",", ".", "'", "''", "'a'", '"', '"a"', "$$", "$a$", "a$b$", "$1", ";"),
    *("--", "/*", "*/", "-", "+", "/", "*", "::", ":", "=", "?", "||", "E'", "U&'", "N'", "B'", "\\", "\\'", "\n", " "),
    *("NOT", "NULL", "NOT NULL", "IS", "DEFAULT", "UNIQUE", "PRIMARY KEY", "CHECK (true)", "REFERENCES t", "COLLATE"),
    *("SELECT", "VALUES (1)", "TABLE t", "WITH", "AS", "FROM", "WHERE", "CASE WHEN", "THEN", "END", "ARRAY", "ROW"),
    *(
        "int",
        "text",
        "varchar(5)",
        "date",
        "interval",
        "with time zone",
        "at time zone",
        "generated always as (1) stored",
    ),
    *(", ADD COLUMN y int", ", DROP COLUMN x", "), ADD COLUMN y int DEFAULT (1", "; DROP TABLE t", "\u00a0", "é", "’"),
)
sql_like = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).flatmap(
    lambda pieces: st.sampled_from((" ".join(pieces), "".join(pieces)))
)
mutated = st.tuples(st.sampled_from(GOOD), st.integers(0, 40), st.sampled_from(PIECES)).map(
    lambda drawn: drawn[0][: drawn[1]] + drawn[2] + drawn[0][drawn[1] :]
)


def parsed_or_refused(statement: str) -> list[tuple[str, list[str]]] | None:
    """Read a statement as PostgreSQL would; None where its grammar refuses it, so that nothing can run."""
    try:
        grammar.tree(statement)
    except grammar.NotRead:
        return None
    return added_columns(statement)


@settings(max_examples=1500, deadline=None)
@given(sql_like | mutated)
def test_an_accepted_expression_never_leaves_its_place(text: str) -> None:
    expression = accepted(EXPRESSIONS, text)
    if expression is None:
        return
    bare = default_clause(expression)
    table = "ALTER TABLE t ADD COLUMN c text"

    assert parsed_or_refused(f"{table} DEFAULT {bare}") in (None, [("c", ["DEFAULT"])])
    assert parsed_or_refused(f"{table} DEFAULT {bare} NOT NULL") in (None, [("c", ["DEFAULT", "NOTNULL"])])
    assert parsed_or_refused(f"{table} GENERATED ALWAYS AS ({expression}) VIRTUAL") in (None, [("c", ["GENERATED"])])


@settings(max_examples=1500, deadline=None)
@given(sql_like | mutated)
def test_what_postgresql_reads_as_an_expression_it_reads_as_a_default(text: str) -> None:
    expression = accepted(EXPRESSIONS, text)
    if expression is None or not reads(f"SELECT ({expression})"):
        return

    assert added_columns(f"ALTER TABLE t ADD COLUMN c text DEFAULT {default_clause(expression)} NOT NULL") == [
        ("c", ["DEFAULT", "NOTNULL"])
    ]


def reads(statement: str) -> bool:
    try:
        grammar.tree(statement)
    except grammar.NotRead:
        return False
    return True


# --- types ---------------------------------------------------------------------------------------------------------

GOOD_TYPES = (
    "int",
    "TEXT",
    "varchar(50)",
    "character varying(50)",
    "character(3)",
    "national character varying(5)",
    "numeric(10,2)",
    "numeric(10, -2)",
    "double precision",
    "bit varying(3)",
    "time(3) without time zone",
    "timestamp with time zone",
    "timestamp(3) with time zone[]",
    "timestamptz(3)",
    "interval",
    "interval(3)",
    "interval day to second(3)",
    "int[]",
    "int[3][]",
    "double precision[]",
    '"char"',
    "public.mood",
    '"My Type"',
    'public."My  Type"[]',
    'public."a""b"',
    "geometry(Point,4326)",
    "pg_catalog.int4",
)

BAD_TYPES = (
    "",
    "int; drop",
    "int; DROP TABLE x",
    "int)",
    "(int)",
    "int -- x",
    "int /* x */",
    "int, y int",
    "int DEFAULT 1",
    "int DEFAULT 1, ADD COLUMN y int",
    "varchar(50) NOT NULL",
    "int null",
    "int UNIQUE",
    "int PRIMARY KEY",
    "int CHECK (true)",
    "int REFERENCES x",
    "int CONSTRAINT c NOT NULL",
    "int GENERATED ALWAYS AS (1) STORED",
    "int GENERATED ALWAYS AS IDENTITY",
    'text COLLATE "C"',
    "text STORAGE plain",
    "text COMPRESSION lz4",
    "text USING x",
    "setof int",
    "int ARRAY",
    "users.id%TYPE",
    "struct<a int>",
    "row(a int)",
    "varchar('x')",
    "varchar(1); DROP TABLE x; --)",
    "varchar(select 1)",
    "varchar(1",
    "int[",
    "int[]]",
    "a$b$",
    "date$c$, ADD COLUMN y date$c$",
    "E'a'",
    "$1",
    "int\x00",
    '"a\x00"',
    '"a',
    '""',
    "user",
    "table",
    "select",
    "double\x00precision",
    "int FROM users",
    "interval day to day to second",
    "text with time zone",
)


@pytest.mark.parametrize("text", GOOD_TYPES)
def test_a_type_is_taken_and_stays_a_type(text: str) -> None:
    type_ = TYPES.validate_python(text)

    assert type_ == text
    assert added_columns(f"ALTER TABLE t ADD COLUMN c {type_} NOT NULL") == [("c", ["NOTNULL"])]


@pytest.mark.parametrize("text", BAD_TYPES, ids=ascii)
def test_more_or_less_than_one_type_is_refused(text: str) -> None:
    assert accepted(TYPES, text) is None


def test_spaces_in_a_type_are_tidied_outside_quotes_only() -> None:
    assert TYPES.validate_python("  double \n precision ") == "double precision"
    assert TYPES.validate_python(' public."My  Type" ') == 'public."My  Type"'


@settings(max_examples=1500, deadline=None)
@given(sql_like | st.tuples(st.sampled_from(GOOD_TYPES), st.sampled_from(PIECES)).map(" ".join))
def test_an_accepted_type_never_leaves_its_place(text: str) -> None:
    type_ = accepted(TYPES, text)
    if type_ is None:
        return

    assert parsed_or_refused(f"ALTER TABLE t ADD COLUMN c {type_}") in (None, [("c", [])])
