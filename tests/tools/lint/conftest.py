"""Facts about one made-up table, and what every lint test asks."""

from collections.abc import Callable
from typing import Protocol

import pytest

from protocol.discovery import Answer, Origin, Sheet
from protocol.facts import Activity, Facts
from protocol.figure import Figure
from protocol.key import Key, KeyColumn
from protocol.names import TableName
from protocol.schema import Column, Table
from protocol.table_facts import TableFacts
from protocol.target import Rights, Target
from tools.lint.lint import lint

ROWS = Figure(value=2_500_000, unit="rows", source="measured", how="counted")
OF_THE_FILE = "lock-timeout-missing"
UNKNOWN = Figure.unknown("not asked")


class Found(Protocol):
    def __call__(self, sql: str, *, major: int = 18, in_transaction: bool = False) -> list[str]: ...


@pytest.fixture
def found() -> Found:
    """Lint, and give the rules that found something, in order; one that speaks once of the whole file is left out."""

    def rules_of(sql: str, *, major: int = 18, in_transaction: bool = False) -> list[str]:
        return [one.rule for one in lint(sql, major=major, in_transaction=in_transaction) if one.rule != OF_THE_FILE]

    return rules_of


@pytest.fixture
def facts_on() -> Callable[[int], Facts]:
    """Facts about `public.users` on a server of a major version."""

    def build(major: int) -> Facts:
        return Facts(
            target=Target(
                alias="test",
                database="app",
                system_identifier="7",
                role="owner",
                version_num=major * 10000,
                version=f"PostgreSQL {major}",
            ),
            tables=(
                TableFacts(
                    table=Table(
                        name=TableName(name="users"),
                        columns=(
                            Column(name="id", type="bigint", nullable=False),
                            Column(name="x", type="text", nullable=True),
                        ),
                    ),
                    rows=ROWS,
                    heap_bytes=UNKNOWN,
                    index_bytes=UNKNOWN,
                    key=Key(index="users_pkey", columns=(KeyColumn(name="id", type="bigint"),)),
                    writes_per_second=UNKNOWN,
                    sessions=UNKNOWN,
                ),
            ),
            database_bytes=UNKNOWN,
            rights=Rights(owns=True, can_create_schema=True, read_only=False, in_recovery=False),
            activity=Activity(longest_transaction=UNKNOWN, replicas=UNKNOWN),
        )

    return build


@pytest.fixture
def no_downtime_asked() -> Sheet:
    return Sheet(answers=(Answer(question="downtime", value="window", origin=Origin.PERSON),))
