"""Which parts of a file run, and in what transaction, for the migration tools people use."""

from typing import Literal

import pytest

from tools.lint.frameworks import Source, sections
from tools.lint.lint import History
from tools.lint.parse import parse

TWO = "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;\nALTER TABLE t VALIDATE CONSTRAINT c;\n"
ONE = "CREATE INDEX CONCURRENTLY i ON t (a);\n"
PLAIN, WRAPPED = False, True


def shape(text: str, name: str = "a.sql", beside: Literal["", "transaction", "none"] = "") -> list[tuple[bool, bool]]:
    parts = sections(Source(text=text, name=name, beside=beside))
    return [(part.is_wrapped(parse(part.sql)), part.undoes) for part in parts]


@pytest.mark.parametrize(
    ("name", "text", "wrapped"),
    [
        ("a.sql", TWO, PLAIN),
        ("db/2024-01-02_x/up.sql", TWO, WRAPPED),
        ("V1__x.sql", TWO, WRAPPED),
        ("V1_2__x.sql", ONE + TWO, PLAIN),
        ("R__view.sql", "DROP INDEX CONCURRENTLY i", PLAIN),
        ("R__view.sql", "REINDEX (VERBOSE) TABLE CONCURRENTLY t", PLAIN),
        ("V3__x.sql", "VACUUM t", PLAIN),
        ("000001_x.up.sql", TWO, WRAPPED),
        ("000001_x.up.sql", ONE, PLAIN),
        ("20240101_x/migration.sql", TWO, WRAPPED),
        ("20240101_x/migration.sql", ONE, PLAIN),
        ("1_x.up.sql", "-- no-transaction\n" + TWO, PLAIN),
        ("0001_x.sql", "SELECT 1;--> statement-breakpoint\nSELECT 2;", PLAIN),
        ("0001_x.sql", "SELECT 1;\n--> statement-breakpoint\nSELECT 2;", WRAPPED),
        ("deploy/a.sql", f"-- Deploy shop:a to pg\n\nBEGIN;\n{TWO}COMMIT;", PLAIN),
    ],
)
def test_a_whole_file_runs_as_its_tool_runs_it(name: str, text: str, wrapped: bool) -> None:
    assert shape(text, name) == [(wrapped, False)]


@pytest.mark.parametrize(
    ("up", "down", "wrapped"),
    [
        ("-- migrate:up", "-- migrate:down", WRAPPED),
        ("-- migrate:up transaction:false", "-- migrate:down transaction:false", PLAIN),
        ("-- +goose Up\n-- +goose StatementBegin", "-- +goose StatementEnd\n-- +goose Down", WRAPPED),
        ("-- +goose NO TRANSACTION\n-- +goose Up", "-- +goose Down", PLAIN),
        ("-- +migrate Up", "-- +migrate Down", WRAPPED),
        ("-- +migrate Up notransaction", "-- +migrate Down notransaction", PLAIN),
        ("-- Up Migration", "-- Down Migration", WRAPPED),
        ("-- rambler up", "-- rambler down", PLAIN),
        ("-- first", "---- create above / drop below ----", WRAPPED),
        ("---- tern: disable-tx ----", "---- create above / drop below ----", PLAIN),
    ],
)
def test_a_file_with_a_way_back_has_two_parts(up: str, down: str, wrapped: bool) -> None:
    text = f"{up}\n{TWO}\n{down}\nALTER TABLE t DROP CONSTRAINT c;\n"

    assert shape(text) == [(wrapped, False), (wrapped, True)]


def test_every_character_stands_in_one_part_and_in_its_place() -> None:
    text = f"-- migrate:up\n{TWO}-- migrate:down\n{ONE}"
    up, down = sections(Source(text=text))

    assert (up.sql + down.sql[len(up.sql) :]) == text
    assert down.sql[: len(up.sql)].strip() == ""
    assert [one.line for one in parse(down.sql)] == [5]


def test_changesets_of_liquibase_are_transactions_of_their_own() -> None:
    text = (
        f"--liquibase formatted sql\n\n--changeset ann:1\n{TWO}--rollback DROP TABLE t;\n"
        f"\n--changeset ann:2 runInTransaction:false\n{ONE}"
    )

    assert shape(text) == [(WRAPPED, False), (PLAIN, False)]


@pytest.mark.parametrize("name", ["down.sql", "3_x.down.sql", "3_x_down.sql", "U1__x.sql"])
def test_a_file_that_undoes_is_told_by_its_name(name: str) -> None:
    assert [undoes for _, undoes in shape(TWO, name)] == [True]


def test_sqitch_says_in_its_first_line_what_a_file_is() -> None:
    assert [undoes for _, undoes in shape("-- Revert shop:a from pg\nSELECT 1;")] == [True]
    assert [undoes for _, undoes in shape("-- Verify shop:a on pg\nSELECT 1;")] == [True]


def test_what_a_file_beside_it_says_counts() -> None:
    assert shape(TWO, "up.sql", beside="none") == [(PLAIN, False)]
    assert shape(ONE, "20240101.sql", beside="transaction") == [(WRAPPED, False)]
    assert shape("-- atlas:txmode none\n\n" + ONE, "20240101.sql", beside="transaction") == [(PLAIN, False)]


def test_the_transaction_of_the_tool_is_what_the_rules_see() -> None:
    def found(name: str, text: str) -> list[str]:
        findings = History().judge(Source(name=name, text=text)).findings
        return [one.rule for one in findings if one.rule != "lock-timeout-missing"]

    assert found("up.sql", TWO) == ["constraint-not-valid"]
    assert found("a.sql", TWO) == []
    assert found("a.sql", f"-- +goose Up\n{ONE}") == ["not-in-transaction"]
    assert found("a.sql", f"-- +goose NO TRANSACTION\n-- +goose Up\n{ONE}") == []
