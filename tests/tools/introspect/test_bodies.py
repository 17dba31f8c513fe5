import pytest

from tools.introspect.bodies import Body, Function, read_body, read_statement


def plpgsql(source: str, *arguments: tuple[str, str, str], result: str = "void") -> Body:
    return read_body(Function("plpgsql", source, arguments, result))


def test_statements_name_tables_and_the_columns_that_may_be_theirs() -> None:
    body = plpgsql(
        "DECLARE x text; BEGIN SELECT u.role INTO x FROM shop.users u JOIN orders o ON o.user_id = u.id; END"
    )

    assert body.columns == {("shop", "users"): {"role", "id"}, ("", "orders"): {"user_id"}}
    assert body.parsed


@pytest.mark.parametrize(
    ("statement", "columns"),
    [
        ("UPDATE users SET role = 'a' WHERE id = 1", {"role", "id"}),
        ("INSERT INTO users (id, role) VALUES (1, 'a')", {"id", "role"}),
        ("INSERT INTO users VALUES (1, 'a')", {"*"}),
        ("INSERT INTO users (id) VALUES (1) ON CONFLICT (email) DO UPDATE SET role = 'a'", {"id", "email", "role"}),
        ("DELETE FROM users WHERE role IS NULL", {"role"}),
        ("SELECT * FROM users", {"*"}),
        ("SELECT u.* FROM users u", {"*"}),
        ("SELECT to_jsonb(users) FROM users", {"*"}),
        ("SELECT 1 FROM users", set()),
    ],
)
def test_reading_and_writing_count_alike(statement: str, columns: set[str]) -> None:
    assert read_statement(statement).columns == {("", "users"): columns}


def test_a_common_table_expression_is_no_table() -> None:
    body = read_statement("WITH users AS (SELECT id FROM staff) SELECT id FROM users")

    assert body.relations == {("", "staff")}


def test_words_in_comments_and_strings_are_no_reference() -> None:
    body = plpgsql("BEGIN RAISE NOTICE 'users'; /* users */ PERFORM 1; -- users\nEND")

    assert body.relations == set()
    assert "users" not in body.words
    assert body.strings == ("'users'",)


def test_a_trigger_function_shows_the_fields_of_its_rows() -> None:
    body = plpgsql(
        "BEGIN NEW.role := lower(OLD.name); IF NEW.age > 1 THEN RETURN NULL; END IF; RETURN NEW; END",
        result="trigger",
    )

    assert body.row_fields == {"role", "name", "age"}
    assert body.parsed


def test_types_taken_from_a_table_are_references() -> None:
    body = plpgsql("DECLARE a users%ROWTYPE; b shop.users.role%TYPE; BEGIN NULL; END")

    assert body.columns == {("", "users"): {"*"}, ("shop", "users"): {"role"}}


def test_a_record_filled_from_a_table_shows_the_fields_that_are_used() -> None:
    body = plpgsql("DECLARE r record; BEGIN FOR r IN SELECT * FROM users LOOP PERFORM r.role; END LOOP; END")

    assert body.columns == {("", "users"): {"*"}}
    assert body.fields == {"role"}


@pytest.mark.parametrize(
    "statement",
    [
        "EXECUTE 'DELETE FROM users'",
        "FOR r IN EXECUTE 'SELECT 1' LOOP NULL; END LOOP",
        "OPEN c FOR EXECUTE 'SELECT 1'",
    ],
)
def test_sql_made_at_run_time_is_seen(statement: str) -> None:
    body = plpgsql(f"DECLARE r record; c refcursor; BEGIN {statement}; END")

    assert body.dynamic
    assert body.parsed


def test_return_query_execute_is_made_at_run_time_too() -> None:
    assert plpgsql("BEGIN RETURN QUERY EXECUTE 'SELECT 1'; END", ("t", "a", "integer"), result="SETOF record").dynamic


def test_static_sql_is_not_taken_for_dynamic() -> None:
    assert not plpgsql("BEGIN UPDATE users SET role = 'execute'; END").dynamic


def test_what_the_grammar_cannot_read_is_read_by_its_words() -> None:
    body = plpgsql("DECLARE r shop.users; BEGIN EXECUTE 'x'; END")

    assert not body.parsed
    assert {"shop", "users"} <= body.words
    assert body.dynamic


def test_quoted_names_keep_their_case_and_others_are_folded() -> None:
    body = read_statement('SELECT "Line No", ID FROM "My App"."Order ""Line"""')

    assert body.columns == {("My App", 'Order "Line"'): {"Line No", "id"}}


def test_a_sql_function_of_several_statements_is_read_to_its_end() -> None:
    body = read_body(Function("sql", "UPDATE users SET role = 'a'; SELECT name FROM staff;"))

    assert body.columns == {("", "users"): {"role"}, ("", "staff"): {"name"}}


@pytest.mark.parametrize(
    "source", ["", "not sql at all", "SELECT 'open", "BEGIN", "(" * 5_000, "SELECT " + "-" * 3_000]
)
@pytest.mark.parametrize("language", ["sql", "plpgsql"])
def test_no_text_makes_it_fail(language: str, source: str) -> None:
    assert isinstance(read_body(Function(language, source)), Body)
