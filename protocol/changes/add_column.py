"""Add a column: its fields and questions; `add_column_ways` has the ways to do it, `add_column_checks` the proof."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes import add_column_checks, add_column_ways
from protocol.changes.base import Change
from protocol.discovery import Group, Option, Question
from protocol.facts import Facts, TableFacts
from protocol.findings import Point, holds, warns
from protocol.inquiry import Inquiry
from protocol.names import Expression, Name, SqlType, TableName
from protocol.recipes.repeatable import CLOCK
from protocol.recipes.said import SYSTEM_COLUMNS
from protocol.schema import Column
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy

TABLE = Question(
    id="table",
    group=Group.KIND,
    text="Which table gets the column?",
    form="table",
)
COLUMN = Question(
    id="column",
    group=Group.KIND,
    text="What is the new column called?",
    form="name",
)
TYPE = Question(
    id="type",
    group=Group.KIND,
    text="Of which type is it?",
    form="type",
    options=tuple(
        Option(value=value, label=value)
        for value in ("varchar(50)", "text", "integer", "bigint", "boolean", "timestamptz", "uuid", "jsonb")
    ),
    hint="Any PostgreSQL type, also one of your own.",
)
NULLABLE = Question(
    id="nullable",
    group=Group.HANDLING,
    text="May the column be NULL?",
    form="yes_no",
)
DEFAULT = Question(
    id="default",
    group=Group.HANDLING,
    text="What is its default value? Existing rows get it too.",
    form="default",
    options=(Option(value="none", label="none: new rows say it themselves"),),
    hint="An SQL expression such as 'user', 0, now() or gen_random_uuid(); or none.",
)
COMPUTED = Question(
    id="computed",
    group=Group.HANDLING,
    text="Is the value computed from other columns of the row? Say the expression, or none.",
    form="default",
    safe="none",
    hint="Such as lower(email). A trigger keeps it in step for new and changed rows.",
)

SERIAL = {"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"}


class AddColumn(Change):
    """Add one column to one table."""

    label: ClassVar[str] = "add a column"
    about: ClassVar[str] = (
        "Add one new column to a table. nullable is yes or no; default is an SQL expression or none; computed is an "
        "SQL expression over other columns of the row, or none."
    )

    kind: Literal["add_column"] = "add_column"
    table: TableName
    column: Name
    type: SqlType
    nullable: bool
    default: Expression | None = None
    computed: Expression | None = None

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, COLUMN, TYPE, NULLABLE, DEFAULT, COMPUTED)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts = situation.table()
        if facts is None:
            return {}
        return _of_column(situation, facts) | _of_value(situation, facts)

    @classmethod
    def inquiries(cls, situation: Situation) -> tuple[Inquiry, ...]:
        type_ = situation.text("type")
        if type_ is None:
            return ()
        default, computed = situation.expression("default"), situation.expression("computed")
        if computed and not default:
            table = situation.tables.get("table")
            return (Inquiry(question="computed", type=type_, expression=computed, table=table),)
        return (Inquiry(question="default", type=type_, expression=default, use="default"),)

    @classmethod
    def from_situation(cls, situation: Situation) -> "AddColumn":
        value = situation.values[0] if situation.values else None
        return cls.model_validate(
            {
                "table": situation.name(),
                "column": situation.need("column"),
                "type": value.type if value else situation.need("type"),
                "nullable": situation.yes("nullable"),
                "default": situation.expression("default"),
                "computed": situation.expression("computed"),
            }
        )

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    def foresee(self, facts: Facts) -> Facts:
        there = facts.of(self.table)
        column = Column(name=self.column, type=self.type, nullable=self.nullable, default=self.default)
        table = there.table.model_copy(update={"columns": (*there.table.columns, column)})
        return facts.with_table(there.model_copy(update={"table": table}))

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        return add_column_ways.strategies(self, situation)

    def checks(self, situation: Situation) -> tuple[Check, ...]:
        return add_column_checks.checks(self, situation)

    @property
    def title(self) -> str:
        return f"Add column {self.column} to {self.table}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Table", f"`{self.table}`"),
            ("Action", f"Add column `{self.column}`"),
            ("Type", f"`{self.type}`"),
            ("Default", f"`{self.default}`" if self.default else "none"),
            *((("Computed as", f"`{self.computed}`"),) if self.computed else ()),
            ("Constraint", "none, NULL is allowed" if self.nullable else "NOT NULL"),
        )

    @property
    def outcome(self) -> str:
        have = self._what_rows_get if self.default or self.computed else "NULL"
        return f"Column {self.column} is available in {self.table}. Existing rows have {have}."

    def impact(self, situation: Situation) -> Iterator[Point]:
        yield holds("Nothing is removed or renamed; statements that name their columns go on working")
        yield warns(
            "`SELECT *` returns one column more, and prepared statements with it fail once with "
            "“cached plan must not change result type”"
        )
        facts = situation.table()
        views = [d.name for d in facts.dependants if "view" in d.kind] if facts else []
        if views:
            yield holds(f"Views do not show the new column by themselves: {', '.join(views)}")

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the change says it all
        yield holds(f"Old code ignores the column; its INSERTs leave the column out and get {self._what_rows_get}")
        yield holds("Rollback: the column can be dropped at any point")

    @property
    def _what_rows_get(self) -> str:
        if self.computed:
            return "the computed value from the trigger"
        return f"the default {self.default}" if self.default else "NULL"


def _of_column(situation: Situation, facts: TableFacts) -> dict[str, str]:
    column, type_ = situation.text("column"), situation.text("type")
    found: dict[str, str] = {}
    if column in SYSTEM_COLUMNS:
        found["column"] = f"`{column}` is a system column of every table; another name is needed."
    there = facts.table.column(column) if column else None
    if there is not None:
        found["column"] = f"`{facts.name}` already has a column `{column}` ({there.type})."
    if type_ and type_.lower() in SERIAL:
        found["type"] = (
            f"`{type_}` rewrites the table and fills it from a sequence; Whimbrel does not do that yet. "
            "Say bigint, with a default of your own."
        )
    return found


def _of_value(situation: Situation, facts: TableFacts) -> dict[str, str]:
    default, computed = situation.expression("default"), situation.expression("computed")
    found: dict[str, str] = {}
    needs = situation.text("default") and situation.yes("nullable") is False and not (default or computed)
    if needs and not facts.is_empty:
        found["default"] = (
            f"a NOT NULL column needs a value for the {facts.rows.short} of `{facts.name}` that exist: "
            "say a default or a computed value, or allow NULL."
        )
    if CLOCK.search(computed or ""):
        found["computed"] = "it reads the clock, so it would differ every time it is checked: say it as a default."
    if default and computed:
        found["computed"] = "a column has either a default or a computed value, not both."
    return found
