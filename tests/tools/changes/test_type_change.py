"""What is said of pairs of types, against the server's own word: the file node and its debug messages."""

import psycopg
import pytest

from protocol.type_change import effect_of
from tests.tools.ground import Ground

PAIRS = (  # one block of pairs reads better than ninety items
    *"""
    varchar(10)->varchar(20) varchar(20)->varchar(10) varchar(10)->varchar varchar->varchar(10) varchar(10)->text
    text->varchar text->varchar(10) varchar->text char(5)->char(8) char(5)->text char(5)->varchar(10)
    numeric(10,2)->numeric(12,2) numeric(10,2)->numeric numeric(10,2)->numeric(12,4) numeric(12,2)->numeric(10,2)
    numeric->numeric(10,2) int->bigint smallint->int int->numeric bigint->int real->float8 int->oid oid->int
    regclass->oid oid->regclass bit(3)->bit(5) varbit(3)->varbit(5) varbit(5)->varbit(3) varbit(3)->varbit
    bit(3)->varbit(3) bit(3)->varbit timestamp->timestamptz timestamptz->timestamp timestamp(3)->timestamp
    timestamp(3)->timestamp(6) timestamp(6)->timestamp timestamp->timestamp(6) timestamp->timestamp(3)
    timestamptz(3)->timestamptz timestamptz->timestamptz(3) timestamp(3)->timestamptz time(3)->time time->time(3)
    time->timetz timetz(3)->timetz interval(3)->interval interval->interval(3) interval->interval(6)
    interval(3)->interval(6) cidr->inet inet->cidr jsonb->json json->jsonb json->text xml->text mood->text
    mood->varchar(10) text->constrained int[]->bigint[] varchar(10)[]->varchar(20)[] text[]->varchar[]
    money->numeric date->timestamp date->timestamptz name->text bytea->text uuid->text boolean->text int->text
    """.split(),  # noqa: SIM905
    "interval->interval year",
    "interval day to second->interval",
)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris"])
def test_each_pair_touches_the_rows_as_is_said_and_no_others(any_common_ground: Ground, zone: str) -> None:
    any_common_ground.ask("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TYPE mood AS ENUM ('a')")
    any_common_ground.ask("CREATE DOMAIN constrained AS text CHECK (value <> '')")
    with psycopg.connect(any_common_ground.dsn) as connection:
        connection.execute(f"SET TimeZone = '{zone}'")
        wrong = [pair for pair in PAIRS if not _is_as_said(connection, pair, zone)]

    assert wrong == []


def _is_as_said(connection: psycopg.Connection[tuple[object, ...]], pair: str, zone: str) -> bool:
    old, new = pair.split("->")
    connection.execute("DROP TABLE IF EXISTS z")
    connection.execute(f"CREATE TABLE z (c {old})")
    before, was = _file_and_type(connection)
    connection.execute(f"ALTER TABLE z ALTER c TYPE {new}")
    after, now = _file_and_type(connection)
    touch = effect_of(str(was), str(now)).touch
    return (before == after) == (touch == "none" or (touch == "in utc" and zone == "UTC"))


def _file_and_type(connection: psycopg.Connection[tuple[object, ...]]) -> tuple[object, object]:
    asked = "SELECT pg_relation_filenode('z'), format_type(atttypid, atttypmod) FROM pg_attribute "
    row = connection.execute(asked + "WHERE attrelid = 'z'::regclass AND attname = 'c'").fetchone()
    assert row is not None
    return row[0], row[1]
