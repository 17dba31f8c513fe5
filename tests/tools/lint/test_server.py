"""What a live server tells the linter, asked on each version we have."""

from collections.abc import Iterator

import psycopg
import pytest

from tools.lint.actions import Relation
from tools.lint.context import Context
from tools.lint.frameworks import Source
from tools.lint.lint import History
from tools.lint.live import SMALL
from tools.lint.server import LiveServer, asking

SHOP = """
CREATE DOMAIN plain AS text;
CREATE DOMAIN checked AS int CHECK (VALUE > 0);
CREATE DOMAIN above AS checked;
CREATE DOMAIN filled AS int NOT NULL;
CREATE TABLE empty (a int);
CREATE TABLE large (a int NOT NULL, b text, c int, "Odd ""Name" varchar(20),
    CONSTRAINT c_there CHECK (c IS NOT NULL), CONSTRAINT b_long CHECK (length(b) > 0));
INSERT INTO large SELECT n, repeat('x', 100), n FROM generate_series(1, 20000) AS n;
ALTER TABLE large ADD CONSTRAINT b_there CHECK (b IS NOT NULL) NOT VALID;
CREATE TABLE parted (a int) PARTITION BY RANGE (a);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100000);
INSERT INTO parted SELECT generate_series(1, 50000);
CREATE SCHEMA other;
CREATE FUNCTION other.roll() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1';
CREATE FUNCTION today() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';
CREATE FUNCTION today(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
"""
LARGE = Relation(name="large")


@pytest.fixture
def server(any_database: str) -> Iterator[LiveServer]:
    with psycopg.connect(any_database, autocommit=True) as connection:
        connection.execute(SHOP)
    with asking(any_database) as server:
        yield server


def found(server: LiveServer, *files: str) -> list[list[str]]:
    history = History(major=server.major, server=server)
    judged = [history.judge(Source(text=file)).findings for file in files]
    return [[one.rule for one in findings if one.rule != "lock-timeout-missing"] for findings in judged]


def test_sizes_count_partitions_and_tell_a_missing_table(server: LiveServer) -> None:
    assert server.size_of(Relation(name="empty")) == 0
    assert server.size_of(Relation(name="missing")) is None
    assert (server.size_of(LARGE) or 0) > SMALL
    assert (server.size_of(Relation(schema_name="public", name="parted")) or 0) > SMALL


def test_a_table_is_read_with_its_proofs_and_types(server: LiveServer) -> None:
    table = server.table_of(LARGE)
    assert table

    assert {(name, one.not_valid) for one in table.constraints for name in one.proves} >= {("b", True), ("c", False)}
    assert {column.name: (column.type, column.nullable) for column in table.columns} == {
        "a": ("integer", False),
        "b": ("text", True),
        "c": ("integer", True),
        'Odd "Name': ("character varying(20)", True),
    }
    assert server.table_of(Relation(name="missing")) is None


def test_what_a_server_knows_of_a_table_decides(server: LiveServer) -> None:
    assert found(
        server,
        'ALTER TABLE large ALTER "Odd ""Name" TYPE varchar(40)',
        "ALTER TABLE large ALTER b TYPE varchar",
        "ALTER TABLE large ALTER a TYPE bigint",
        "CREATE INDEX CONCURRENTLY ON parted (a)",
        "CREATE INDEX ON parted (a)",
    ) == [[], ["alter-type"], ["alter-type"], ["index-on-partitioned"], ["index-on-partitioned"]]


def test_domains_are_constrained_through_their_base(server: LiveServer) -> None:
    kinds = ("plain", "checked", "above", "filled", "text", "missing", "no type (")

    assert [server.is_constrained_domain(kind) for kind in kinds] == [False, True, True, True, False, False, False]


def test_volatility_is_that_of_the_functions_there(server: LiveServer) -> None:
    told = [server.volatility_of(said) for said in ("other.roll()", "today()", "lower('A')", "missing()", "1 +")]

    assert told == ["volatile", "stable", "immutable", None, None]


def test_a_small_table_is_quick_and_a_missing_one_is_made_by_the_file(server: LiveServer) -> None:
    assert found(server, "CREATE INDEX ON empty (a)", "CREATE INDEX ON large (b)") == [[], ["create-index-blocking"]]
    assert found(server, "CREATE TABLE IF NOT EXISTS fresh (a int); CREATE INDEX ON fresh (a)") == [[]]
    assert found(server, "CREATE TABLE IF NOT EXISTS large (a int); CREATE INDEX ON large (a)") == [
        ["create-index-blocking"]
    ]


def test_a_proof_that_the_server_holds_counts_until_a_file_drops_it(server: LiveServer) -> None:
    required = "ALTER TABLE large ALTER c SET NOT NULL"

    assert found(server, required) == [[]]
    assert found(server, "ALTER TABLE large DROP CONSTRAINT c_there", required)[1] == ["set-not-null-scan"]
    assert found(server, "ALTER TABLE large ALTER b SET NOT NULL") == [["set-not-null-scan"]]


def test_a_constraint_of_the_server_can_be_validated_by_a_file(server: LiveServer) -> None:
    validated = "ALTER TABLE large VALIDATE CONSTRAINT b_there"

    assert found(server, validated, "ALTER TABLE large ALTER b SET NOT NULL") == [[], []]


def test_the_history_knows_the_types_of_the_server_and_its_own(server: LiveServer) -> None:
    context = Context(major=server.major, server=server)

    assert context.type_of(LARGE, "b") == "text"
    assert context.type_of(LARGE, "missing") is None


def test_a_domain_and_a_function_of_the_server_are_known(server: LiveServer) -> None:
    assert found(
        server,
        "ALTER TABLE large ADD x above",
        "ALTER TABLE large ADD y plain",
        "ALTER TABLE large ADD z int DEFAULT other.roll()",
        "ALTER TABLE large ADD w int DEFAULT today()",
    ) == [["add-column-rewrite"], [], ["add-column-rewrite"], []]


def test_nothing_can_be_written_through_it(server: LiveServer) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        server._connection.execute("CREATE TABLE written (a int)")
