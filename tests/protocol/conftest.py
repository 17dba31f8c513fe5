"""Facts, answers and plans about one made-up table, with everything that a test may want otherwise."""

from collections.abc import Callable

import pytest

from protocol.changes.add_column import AddColumn
from protocol.dependants import standing
from protocol.discovery import Answer, Origin, Scalar, Sheet
from protocol.drafting import Linter, draft
from protocol.facts import (
    Activity,
    Environment,
    Facts,
    Figure,
    Key,
    KeyColumn,
    Rights,
    TableFacts,
    Target,
    ValueFacts,
)
from protocol.limits import Limits
from protocol.names import TableName
from protocol.plan import Plan
from protocol.schema import Column, Index, Table
from protocol.situation import Situation
from protocol.wish import Wish

USERS = TableName(name="users")
ID = Column(name="id", type="bigint", nullable=False, identity="always")
EMAIL = Column(name="email", type="text", nullable=False)
ROWS = Figure(value=2_480_112, unit="rows", source="estimated", how="the planner's statistics")
KEY = Key(index="users_pkey", columns=(KeyColumn(name="id", type="bigint"),))

CONSTANT = ValueFacts(type="character varying(50)", expression="'user'")
VOLATILE = ValueFacts(type="uuid", expression="gen_random_uuid()", volatility="volatile")


def _measured(value: float, unit: str, how: str) -> Figure:
    return Figure(value=value, unit=unit, source="measured", how=how)


@pytest.fixture(scope="session")
def make_facts() -> Callable[..., Facts]:
    def make(
        *,
        major: int = 18,
        rows: Figure = ROWS,
        key: Key | None = KEY,
        table: TableName = USERS,
        columns: tuple[Column, ...] = (ID, EMAIL),
        **changed: object,
    ) -> Facts:
        facts = Facts(
            target=Target(
                alias="shop",
                database="shop_main",
                system_identifier="7300000000000000001",
                role="migrator",
                version_num=major * 10000 + 3,
                version=f"{major}.3",
            ),
            tables=(
                TableFacts(
                    table=Table(
                        name=table,
                        columns=columns,
                        indexes=(Index(name="users_pkey", definition="…", columns=("id",), unique=True, primary=True),),
                    ),
                    rows=rows,
                    heap_bytes=_measured(412_000_000, "bytes", "pg_table_size"),
                    index_bytes=_measured(186_000_000, "bytes", "pg_indexes_size"),
                    key=key,
                    dependants=(
                        standing(USERS, "foreign key from elsewhere", "orders_user_id_fkey on orders"),
                        standing(USERS, "view", "active_users"),
                    ),
                    writes_per_second=_measured(142, "rows a second", "average since the statistics were reset"),
                    sessions=_measured(11, "sessions", "pg_locks"),
                ),
            ),
            database_bytes=_measured(4_800_000_000, "bytes", "pg_table_size of every table"),
            rights=Rights(owns=True, can_create_schema=True, read_only=False, in_recovery=False),
            activity=Activity(
                longest_transaction=_measured(3, "seconds", "pg_stat_activity"),
                replicas=Figure.unknown("no right to see pg_stat_replication"),
            ),
        )
        of_table = {name: value for name, value in changed.items() if name in TableFacts.model_fields}
        there = facts.tables[0].model_copy(update=of_table)
        others = {name: value for name, value in changed.items() if name not in of_table}
        return facts.model_copy(update={"tables": (there,), **others})

    return make


@pytest.fixture(scope="session")
def make_sheet() -> Callable[..., Sheet]:
    """Every question that is given by name is answered by the person."""

    def make(**answers: Scalar) -> Sheet:
        return Sheet(
            answers=tuple(Answer(question=q, value=value, origin=Origin.PERSON) for q, value in answers.items())
        )

    return make


@pytest.fixture(scope="session")
def make_plan(make_facts: Callable[..., Facts], make_sheet: Callable[..., Sheet]) -> Callable[..., Plan]:
    """Draft a plan: add `users.role varchar(50) NOT NULL DEFAULT 'user'`, or what is said instead."""

    def make(
        *,
        column: str = "role",
        nullable: bool = False,
        default: str | None = "'user'",
        computed: str | None = None,
        value: ValueFacts = CONSTANT,
        facts: Facts | None = None,
        environment: Environment = "production",
        strategy: str | None = None,
        words: str = "add a role to users",
        purpose: str = "Roles are needed for permissions.",
        downtime: str = "none",
        limits: Limits | None = None,
        lint: Linter = lambda _: (),
    ) -> Plan:
        found = facts or make_facts()
        change = AddColumn(
            table=found.tables[0].name,
            column=column,
            type=value.type,
            nullable=nullable,
            default=default,
            computed=computed,
        )
        sheet = make_sheet(environment=environment, downtime=downtime, purpose=purpose, lock_limit=100)
        situation = Situation(sheet=sheet, facts=found, tables={"table": change.table}, values=(value,))
        return draft(
            plan_id=f"add-{column}"[:63],
            words=words,
            wishes=[Wish(change, situation)],
            sheet=sheet,
            facts=found,
            lint=lint,
            limits=limits or Limits(),
            strategies=(strategy,) if strategy else (),
        )

    return make


@pytest.fixture(scope="session")
def short_plan(make_plan: Callable[..., Plan]) -> Plan:
    """Three steps: look, back up, one statement."""
    return make_plan()


@pytest.fixture(scope="session")
def long_plan(make_plan: Callable[..., Plan]) -> Plan:
    """A volatile default: look, back up, add, fill in batches, declare and prove NOT NULL."""
    return make_plan(column="token", default="gen_random_uuid()", value=VOLATILE)


@pytest.fixture(scope="session")
def computed_plan(make_plan: Callable[..., Plan]) -> Plan:
    """A value computed from another column, kept in step by a trigger."""
    value = ValueFacts(type="text", expression="lower(email)")
    return make_plan(column="login", nullable=True, default=None, computed="lower(email)", value=value)


@pytest.fixture(scope="session")
def every_plan(make_plan: Callable[..., Plan], make_facts: Callable[..., Facts]) -> dict[str, Plan]:
    """One plan of each shape that adding a column has."""
    lower = ValueFacts(type="text", expression="lower(email)")
    random: dict[str, object] = {"column": "token", "default": "gen_random_uuid()", "value": VOLATILE}
    computed: dict[str, object] = {"column": "login", "default": None, "computed": "lower(email)", "value": lower}
    return {
        "constant": make_plan(),
        "constant, in batches": make_plan(strategy="batched"),
        "no default": make_plan(default=None, nullable=True),
        "volatile on 15": make_plan(**random, facts=make_facts(major=15)),
        "volatile on 16": make_plan(**random, facts=make_facts(major=16)),
        "volatile on 18": make_plan(**random),
        "volatile, nullable": make_plan(**random, nullable=True),
        "volatile, rewriting": make_plan(**random, strategy="rewrite", downtime="Sunday 2 am, 1 h"),
        "computed on 15": make_plan(**computed, facts=make_facts(major=15)),
        "computed on 18": make_plan(**computed),
        "computed when read": make_plan(**computed, nullable=True, strategy="virtual_column"),
        "rows unknown": make_plan(**random, facts=make_facts(rows=Figure.unknown("no statistics; run ANALYZE"))),
    }
