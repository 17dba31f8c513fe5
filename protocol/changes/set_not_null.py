"""Set NOT NULL on an existing column; `set_not_null_ways` has the ways to do it."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes import set_not_null_ways
from protocol.changes.base import Change
from protocol.discovery import Group, Option, Question
from protocol.facts import Facts
from protocol.findings import Point, holds, warns
from protocol.inquiry import Inquiry
from protocol.names import Expression, Name, TableName
from protocol.recipes.foreseen import with_column
from protocol.recipes.looking import no_leftovers, no_row_without_value, not_null_is_proved
from protocol.recipes.not_null import unproved
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy

TABLE = Question(id="table", group=Group.KIND, text="Which table is it?", form="table")
COLUMN = Question(id="column", group=Group.KIND, text="Which column must not be NULL from now on?", form="column")
FILL = Question(
    id="fill",
    group=Group.HANDLING,
    text="What do rows that hold NULL get? Say an expression, or none.",
    form="default",
    options=(Option(value="none", label="none: no row holds NULL"),),
    safe="none",
    hint="Such as '' or 0 or lower(email). With none, a row that holds NULL stops the run before anything is locked.",
)


class SetNotNull(Change):
    """Make a column NOT NULL, after its NULLs were filled or counted to be none."""

    label: ClassVar[str] = "forbid NULL"
    about: ClassVar[str] = (
        "Make an existing column NOT NULL. fill is an SQL expression, which may use other columns of the row, for rows "
        "that hold NULL now; or none when there are none. It sets no default for new rows."
    )

    kind: Literal["set_not_null"] = "set_not_null"
    table: TableName
    column: Name
    fill: Expression | None = None

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, COLUMN, FILL)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts, column = situation.table(), situation.column()
        if facts is None or column is None:
            return {}
        if not column.nullable and unproved(facts, column.name) is None:
            return {"column": f"`{column.name}` is NOT NULL already."}
        if column.generated and situation.expression("fill"):
            return {"fill": f"`{column.name}` is generated and cannot be written to; say none."}
        return {}

    @classmethod
    def inquiries(cls, situation: Situation) -> tuple[Inquiry, ...]:
        column, fill = situation.column(), situation.expression("fill")
        if column is None or fill is None:
            return ()
        table = situation.tables.get("table")
        return (Inquiry(question="fill", type=column.type, expression=fill, table=table, type_question="column"),)

    @classmethod
    def from_situation(cls, situation: Situation) -> "SetNotNull":
        column = situation.column()
        return cls(
            table=situation.name(),
            column=column.name if column else situation.need("column"),
            fill=situation.expression("fill"),
        )

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    def foresee(self, facts: Facts) -> Facts:
        column = facts.of(self.table).table.column(self.column)
        assert column is not None
        return with_column(facts, self.table, column.model_copy(update={"nullable": False}))

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        return set_not_null_ways.strategies(self, situation)

    def checks(self, situation: Situation) -> tuple[Check, ...]:
        return (
            not_null_is_proved(self.table, self.column, situation.major),
            no_row_without_value(self.table, self.column),
            no_leftovers(self.table, self.column),
        )

    @property
    def title(self) -> str:
        return f"Forbid NULL in {self.table}.{self.column}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Table", f"`{self.table}`"),
            ("Action", f"Set NOT NULL on `{self.column}`"),
            ("Rows that hold NULL", f"get `{self.fill}`" if self.fill else "must not exist"),
        )

    @property
    def outcome(self) -> str:
        return f"Column {self.column} of {self.table} always holds a value."

    def impact(self, situation: Situation) -> Iterator[Point]:
        yield warns(f"INSERTs and UPDATEs that write NULL to `{self.column}` fail from the first step on")
        column = situation.column()
        if column is not None and column.default is None and not column.identity and not column.generated:
            yield warns(f"`{self.column}` has no default: INSERTs that leave it out fail too")

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the change says it all
        yield warns(f"Code that may write NULL to {self.column} has to be changed before this runs")
        yield holds(
            "Rollback: NULL is allowed again; rows that were filled keep their value" if self.fill else ROLLBACK
        )


ROLLBACK = "Rollback: NULL is allowed again, in an instant"
