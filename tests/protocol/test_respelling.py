"""Putting another column's name into texts as pg_get_indexdef and pg_get_constraintdef write them."""

import pytest

from protocol.respelling import index_parts, pointing, respelled


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("USING btree (a, b)", "USING btree (x, b)"),
        (
            "USING btree (a DESC NULLS LAST) INCLUDE (a) WHERE (a IS NOT NULL)",
            "USING btree (x DESC NULLS LAST) INCLUDE (x) WHERE (x IS NOT NULL)",
        ),
        ("CHECK (((a)::text <> 'a'::text))", "CHECK (((x)::text <> 'a'::text))"),
        ("CHECK ((b = 'it''s a'::text))", "CHECK ((b = 'it''s a'::text))"),
        (r"CHECK ((b = E'\\''\\ a'::text))", r"CHECK ((b = E'\\''\\ a'::text))"),
        ("USING gin (to_tsvector('a'::regconfig, a))", "USING gin (to_tsvector('a'::regconfig, x))"),
        ("USING btree (a(b))", "USING btree (a(b))"),
        ("USING btree ((b)::a)", "USING btree ((b)::a)"),
        ("USING btree (((b).a))", "USING btree (((b).a))"),
        ('USING btree (b COLLATE "a")', 'USING btree (b COLLATE "a")'),
        ('USING btree ("A", a)', 'USING btree ("A", x)'),
        ("USING btree (EXTRACT(year FROM a))", "USING btree (EXTRACT(year FROM x))"),
    ],
)
def test_only_the_column_is_respelled(text: str, expected: str) -> None:
    assert respelled(text, "a", "x") == expected


@pytest.mark.parametrize(
    ("text", "column"),
    [("USING btree (EXTRACT(year FROM d))", "year"), ("CHECK ((b)::time without time zone > a)", "zone")],
)
def test_a_name_that_could_be_something_else_is_not_touched(text: str, column: str) -> None:
    assert respelled(text, column, "x") is None


def test_a_quoted_column_is_found_by_its_name() -> None:
    assert respelled('USING btree ("We""ird", "other")', 'We"ird', "x") == 'USING btree (x, "other")'


def test_an_index_is_parted_where_its_columns_begin() -> None:
    head = 'CREATE UNIQUE INDEX " USING a" ON ONLY s."t USING b" '

    assert index_parts(head + "USING btree (a)") == (head, "USING btree (a)")


def test_a_foreign_key_points_elsewhere_and_keeps_its_own_columns() -> None:
    said = "FOREIGN KEY (a, b) REFERENCES a.a(b, a) ON DELETE SET NULL (a)"

    assert pointing(said, "a", "x") == "FOREIGN KEY (a, b) REFERENCES a.a(b, x) ON DELETE SET NULL (a)"
