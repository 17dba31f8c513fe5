"""A finding is silenced where it stands, with a reason; whatever silences nothing is a finding itself."""

import pytest

from tools.lint.lint import lint

INDEX = "CREATE INDEX i ON t (a);"
WHY = "ignore create-index-blocking: twelve rows"


def found(sql: str) -> list[str]:
    return [finding.rule for finding in lint(sql)]


@pytest.mark.parametrize(
    "sql",
    [
        f"-- whimbrel: {WHY}\n{INDEX}",
        f"SELECT 1;\n-- whimbrel: {WHY}\n-- and more\n{INDEX}",
        f"{INDEX} -- whimbrel: {WHY}",
        f"CREATE INDEX i -- whimbrel: {WHY}\n  ON t (a);",
        f"CREATE INDEX i\n  /* whimbrel: {WHY} */ ON t\n (a);",
        f"/* Whimbrel: {WHY},\n   as counted */\n{INDEX}",
        f"-- whimbrel: ignore update-whole-table, create-index-blocking: both small\n{INDEX} UPDATE t SET a = 1;",
        f"-- About this.\n-- whimbrel: ignore-file create-index-blocking: a new shop\nSELECT 1;\n{INDEX}\n{INDEX}",
        f"-- whimbrel: {WHY}\n{INDEX}\n-- whimbrel: {WHY}\n{INDEX}",
        f"-- migrate:up\n-- whimbrel: {WHY}\n{INDEX}\n-- migrate:down\nSELECT 1;",
    ],
)
def test_a_reason_silences_the_rule_where_it_stands(sql: str) -> None:
    assert found(sql) == []


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (f"-- whimbrel: ignore create-index-blocking\n{INDEX}", "no reason"),
        (f"-- whimbrel: ignore create-index-blocking:  \n{INDEX}", "no reason"),
        (f"-- whimbrel: ignore create-index-blockin: why\n{INDEX}", "did you mean `create-index-blocking`"),
        (f"-- whimbrel: ignore suppression-unfounded: why\n{INDEX}", "no rule `suppression-unfounded` to silence"),
        (f"-- whimbrel: ignore: why\n{INDEX}", "names no rule"),
        (f"-- whimbrel: disable create-index-blocking: why\n{INDEX}", "names no rule"),
        (f"{INDEX}\n-- whimbrel: ignore-file create-index-blocking: too late\nSELECT 1;", "names no rule"),
        (f"-- whimbrel: {WHY}\n\n{INDEX}", "nothing to silence"),
        (f"{INDEX}\n-- whimbrel: {WHY}", "nothing to silence"),
        (f"-- whimbrel: ignore update-whole-table: why\n{INDEX}", "nothing to silence"),
    ],
)
def test_what_silences_nothing_is_said_and_the_finding_stays(sql: str, said: str) -> None:
    findings = lint(sql)

    assert sorted(finding.rule for finding in findings) == ["create-index-blocking", "suppression-unfounded"]
    assert any(said in finding.message for finding in findings)


def test_a_comment_for_one_statement_leaves_the_others_alone() -> None:
    assert found(f"-- whimbrel: {WHY}\n{INDEX}\n{INDEX}") == ["create-index-blocking"]
    assert found(f"{INDEX}\n{INDEX} -- whimbrel: {WHY}") == ["create-index-blocking"]


def test_text_that_only_looks_like_a_comment_silences_nothing() -> None:
    assert found(f"SELECT '-- whimbrel: {WHY}';\n{INDEX}") == ["create-index-blocking"]
    assert found(f"COMMENT ON TABLE t IS $$\n-- whimbrel: {WHY}\n$$; {INDEX}") == ["create-index-blocking"]


def test_the_finding_says_where_the_comment_stands() -> None:
    [unfounded, _] = lint(f"SELECT 1;\n  -- whimbrel: ignore create-index-blocking\n{INDEX}")

    assert (unfounded.line, unfounded.column) == (2, 3)
    assert unfounded.statement == "-- whimbrel: ignore create-index-blocking"


def test_a_syntax_error_can_be_silenced_too() -> None:
    assert found("-- whimbrel: ignore not-understood: of another engine\nSELEC 1;") == []


def test_thousands_of_comments_take_no_longer_by_the_piece() -> None:
    assert found(f"-- whimbrel: {WHY}\n{INDEX}\n" * 4_000) == []
