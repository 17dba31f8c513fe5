"""One real database under test: ask it, plan a column on it, work on it, and get in the way from other sessions."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from protocol.changes.add_column import AddColumn
from protocol.discovery import Answer, Origin, Sheet
from protocol.drafting import draft
from protocol.events import Narrative
from protocol.facts import Facts
from protocol.inquiry import Inquiry
from protocol.limits import Limits
from protocol.names import TableName
from protocol.plan import Plan
from protocol.schema import Table
from protocol.situation import Situation
from protocol.steps import Backfill, Backup, Preflight, Statements
from protocol.table_facts import TableFacts
from protocol.wish import Wish
from tools import ledger
from tools.engines.dsn import parse
from tools.engines.postgres import Connection, Database
from tools.introspect.read import read_facts
from tools.introspect.table import read_table
from tools.introspect.value import read_value
from tools.work import Work

RUN = "run-1"
DEADLINE_S = 60.0


class Ground:
    """`events` is everything that the works built here emitted."""

    def __init__(self, dsn: str, folder: Path) -> None:
        self.dsn = dsn
        self.folder = folder
        self.database = Database(parse(dsn))
        self.events: list[Narrative] = []

    def ask(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Run SQL in a transaction of its own and return its rows, if it has any."""
        with psycopg.connect(self.dsn, autocommit=True, cursor_factory=psycopg.RawCursor) as connection:
            cursor = connection.execute(sql, parameters or None)
            return [] if cursor.description is None else cursor.fetchall()

    def value(self, sql: str, *parameters: object) -> Any:
        return self.ask(sql, *parameters)[0][0]

    @contextmanager
    def session(self, name: str = "the application") -> Iterator[psycopg.Connection[TupleRow]]:
        """Another session, in a transaction that ends when the block is left."""
        with psycopg.connect(self.dsn, application_name=name) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self.database.reading() as connection:
            yield connection

    def facts(self, table: str = "t", schema: str = "public") -> Facts:
        with self.reading() as connection:
            return read_facts(connection, "test", (TableName(schema_name=schema, name=table),))

    def there(self, table: str = "t", schema: str = "public") -> TableFacts:
        """What was read about the one table."""
        return self.facts(table, schema).tables[0]

    def table(self, table: str = "t", schema: str = "public") -> Table:
        with self.reading() as connection:
            return read_table(connection, TableName(schema_name=schema, name=table))

    def plan(
        self,
        *,
        table: str = "t",
        schema: str = "public",
        column: str = "c",
        type_: str = "integer",
        nullable: bool = True,
        default: str | None = None,
        computed: str | None = None,
        strategy: str | None = None,
        limits: Limits | None = None,
        lock_limit: int = 100,
        downtime: str = "at night",
    ) -> Plan:
        """Draft the plan that the tools would draft, without a lint."""
        facts = self.facts(table, schema)
        [there] = facts.tables
        asked = Inquiry(
            question="computed" if computed else "default",
            type=type_,
            expression=computed or default,
            table=there.name if computed else None,
            use="value" if computed else "default",
        )
        with self.reading() as connection:
            value = read_value(connection, asked, there if computed else None)
        change = AddColumn(
            table=there.name, column=column, type=value.type, nullable=nullable, default=default, computed=computed
        )
        given: dict[str, int | str] = {"downtime": downtime, "lock_limit": lock_limit}
        sheet = Sheet(answers=tuple(Answer(question=q, value=v, origin=Origin.PERSON) for q, v in given.items()))
        situation = Situation(sheet=sheet, facts=facts, tables={"table": there.name}, values=(value,))
        return draft(
            plan_id="plan-1",
            words="add a column",
            wishes=[Wish(change, situation)],
            sheet=sheet,
            facts=facts,
            lint=lambda _: (),
            limits=limits or Limits(pause_ms=0),
            strategies=(strategy,) if strategy else (),
        )

    def work(self, plan: Plan, *, run: str = RUN, reserve_bytes: int = 0, database: Database | None = None) -> Work:
        """What a step of `plan` needs to run; schema `whimbrel` is there afterwards."""
        with self.database.writing(run, "prepare") as connection:
            ledger.prepare(connection)
        return Work(
            database=database or self.database,
            run=run,
            plan=plan,
            emit=self.events.append,
            backups=self.folder,
            reserve_bytes=reserve_bytes,
        )

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Poll until a condition holds; fail with `what` when it does not within the deadline."""
        deadline = time.monotonic() + DEADLINE_S
        while not holds():
            assert time.monotonic() < deadline, f"did not happen within {DEADLINE_S:.0f} s: {what}"
            time.sleep(0.005)

    def until_waiting(self, application: str, sessions: int = 1) -> None:
        """Wait until so many sessions whose application name is LIKE this wait for a lock."""
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE $1 AND wait_event_type = 'Lock'"
        self.until(lambda: self.value(waiting, application) >= sessions, f"{application} waits for a lock")


def statements(plan: Plan) -> list[Statements]:
    return [step for step in plan.steps if isinstance(step, Statements)]


def backfill(plan: Plan) -> Backfill:
    return next(step for step in plan.steps if isinstance(step, Backfill))


def backup(plan: Plan) -> Backup:
    return next(step for step in plan.steps if isinstance(step, Backup))


def preflight(plan: Plan) -> Preflight:
    return next(step for step in plan.steps if isinstance(step, Preflight))
