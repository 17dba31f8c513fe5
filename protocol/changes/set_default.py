"""Give a column a default for the rows to come."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.facts import Facts
from protocol.findings import Point, holds
from protocol.inquiry import Inquiry
from protocol.names import Expression, Name, TableName, default_clause
from protocol.recipes import default
from protocol.recipes.foreseen import with_column
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy

TABLE = Question(id="table", group=Group.KIND, text="Which table is it?", form="table")
COLUMN = Question(id="column", group=Group.KIND, text="Which column gets the default?", form="column")
DEFAULT = Question(
    id="default",
    group=Group.HANDLING,
    text="What is the default for new rows?",
    form="expression",
    hint="An SQL expression such as 'user', 0, now() or gen_random_uuid(). Existing rows stay as they are.",
)


class SetDefault(Change):
    """Set the default of an existing column; no existing row changes (T3)."""

    label: ClassVar[str] = "set a default"
    about: ClassVar[str] = (
        "Set or replace the default of an existing column. Only rows inserted afterwards get it; to fill existing rows "
        "ask for set_values or set_not_null with fill. default is an SQL expression without columns."
    )

    kind: Literal["set_default"] = "set_default"
    table: TableName
    column: Name
    default: Expression

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, COLUMN, DEFAULT)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        column = situation.column()
        if column is None:
            return {}
        found = default.cannot_have_one(column)
        if not found and column.default is not None and column.default == situation.text("default"):
            return {"default": f"`{column.name}` has this default already."}
        return {"column": found} if found else {}

    @classmethod
    def inquiries(cls, situation: Situation) -> tuple[Inquiry, ...]:
        column, said = situation.column(), situation.text("default")
        if column is None or said is None:
            return ()
        return (Inquiry(question="default", type=column.type, expression=said, use="default", type_question="column"),)

    @classmethod
    def from_situation(cls, situation: Situation) -> "SetDefault":
        column = situation.column()
        return cls(
            table=situation.name(),
            column=column.name if column else situation.need("column"),
            default=situation.need("default"),
        )

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    def foresee(self, facts: Facts) -> Facts:
        column = facts.of(self.table).table.column(self.column)
        assert column is not None
        return with_column(facts, self.table, column.model_copy(update={"default": self.default}))

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        return (default.way(situation, self.table, self.column, f"SET DEFAULT {default_clause(self.default)}"),)

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - nothing depends on it
        return (default.is_set(self.table, self.column),)

    @property
    def title(self) -> str:
        return f"Set the default of {self.table}.{self.column}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Table", f"`{self.table}`"),
            ("Action", f"Set the default of `{self.column}`"),
            ("Default", f"`{self.default}`"),
            ("Existing rows", "stay as they are"),
        )

    @property
    def outcome(self) -> str:
        return f"New rows of {self.table} get {self.default} in {self.column} when they say nothing else."

    def impact(self, situation: Situation) -> Iterator[Point]:
        yield holds("Existing rows keep what they hold; only INSERTs that leave the column out get the default")
        yield from default.of_partitions(situation.table())

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the change says it all
        yield holds("Old and new code go on; an INSERT that names the column is not affected")
        yield holds("Rollback: the default from before is set again; rows inserted meanwhile keep their value")
