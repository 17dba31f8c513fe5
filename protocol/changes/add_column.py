"""Add a column: its fields and questions; `add_column_ways` has the ways to do it, `add_column_checks` the proof."""

import re
from typing import ClassVar, Literal

from protocol.changes import add_column_checks, add_column_ways
from protocol.changes.base import Change
from protocol.discovery import Group, Option, Question, Sheet
from protocol.facts import Facts, ValueFacts
from protocol.names import Expression, Name, SqlType
from protocol.questions import COMMON
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

CLOCK = re.compile(
    r"\b(?:now|age|(?:transaction|statement)_timestamp)\s*\(|\b(?:current_|local)(?:timestamp|date|time)\b",
    re.IGNORECASE,
)
"""What reads the clock without being volatile: the same expression gives another value in the next transaction."""

SYSTEM_COLUMNS = {"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"}
"""The server refuses these names (SQLSTATE 42701; documentation, “System Columns”)."""

SERIAL = {"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"}


class AddColumn(Change):
    """Add one column to one table."""

    label: ClassVar[str] = "add a column"

    kind: Literal["add_column"] = "add_column"
    column: Name
    type: SqlType
    nullable: bool
    default: Expression | None = None
    computed: Expression | None = None

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        own = (TABLE, COLUMN, TYPE, NULLABLE, DEFAULT, COMPUTED)
        order = list(Group)
        return tuple(sorted((*own, *COMMON), key=lambda question: order.index(question.group)))

    @classmethod
    def conflicts(cls, sheet: Sheet, facts: Facts) -> dict[str, str]:
        found: dict[str, str] = {}
        column, type_ = sheet.text("column"), sheet.text("type")
        if column in SYSTEM_COLUMNS:
            found["column"] = f"`{column}` is a system column of every table; another name is needed."
        if column and facts.table.column(column):
            there = facts.table.column(column)
            found["column"] = f"`{facts.name}` already has a column `{column}` ({there.type if there else ''})."
        if type_ and type_.lower() in SERIAL:
            found["type"] = (
                f"`{type_}` rewrites the table and fills it from a sequence; Whimbrel does not do that yet. "
                "Say bigint, with a default of your own."
            )
        has_default = sheet.expression("default") is not None
        has_value = has_default or sheet.expression("computed") is not None
        if sheet.text("default") and sheet.yes("nullable") is False and not has_value and not facts.is_empty:
            found["default"] = (
                f"a NOT NULL column needs a value for the {facts.rows.short} of `{facts.name}` that exist: "
                "say a default or a computed value, or allow NULL."
            )
        if CLOCK.search(sheet.text("computed") or ""):
            found["computed"] = "it reads the clock, so it would differ every time it is checked: say it as a default."
        if has_default and sheet.expression("computed") is not None:
            found["computed"] = "a column has either a default or a computed value, not both."
        return found

    @classmethod
    def from_sheet(cls, sheet: Sheet, facts: Facts, value: ValueFacts) -> "AddColumn":
        return cls.model_validate(
            {
                "table": facts.name,
                "column": sheet.text("column"),
                "type": value.type,
                "nullable": sheet.yes("nullable"),
                "default": sheet.expression("default"),
                "computed": sheet.expression("computed"),
            }
        )

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

    def strategies(self, sheet: Sheet, facts: Facts, value: ValueFacts) -> tuple[Strategy, ...]:
        return add_column_ways.strategies(self, sheet, facts, value)

    def checks(self, facts: Facts, value: ValueFacts) -> tuple[Check, ...]:
        return add_column_checks.checks(self, facts, value)
