"""Add a UNIQUE constraint."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.facts import Facts
from protocol.findings import Point, holds, warns
from protocol.inquiry import Trial
from protocol.names import Name, TableName, quoted
from protocol.recipes import key
from protocol.recipes.foreseen import with_constraint, with_index
from protocol.recipes.index import key_list
from protocol.recipes.looking import constraint_is_proved, index_is_valid, no_leftovers
from protocol.recipes.naming import name_or_auto, taken
from protocol.recipes.overlap import overlaps
from protocol.schema import Constraint, Index
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy

TABLE = Question(id="table", group=Group.KIND, text="Which table is it?", form="table")
COLUMNS = Question(id="columns", group=Group.KIND, text="Which columns together must be unique?", form="columns")
NAME = Question(id="constraint_name", group=Group.KIND, text="What is it called?", form="name", safe="auto")


class AddUnique(Change):
    """Add one UNIQUE constraint over plain columns."""

    label: ClassVar[str] = "add a UNIQUE constraint"
    about: ClassVar[str] = (
        "Make columns of a table unique together, by a constraint. columns are names with commas between. For a unique "
        "index of an expression or of some rows only, ask for add_index with unique; duplicates have to go first."
    )

    kind: Literal["add_unique"] = "add_unique"
    table: TableName
    columns: tuple[Name, ...]
    constraint_name: Name

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, COLUMNS, NAME)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts, columns = situation.table(), situation.columns()
        if facts is None or not columns:
            return {}
        found: dict[str, str] = {}
        same = [one for one in facts.table.constraints if one.kind in "pu" and set(one.columns) == set(columns)]
        reason = key.columns_conflict(facts, columns)
        if same:
            reason = f"these columns are unique already, by constraint `{same[0].name}`."
        found |= {"columns": reason} if reason else {}
        reason = taken(situation.text("constraint_name"), facts)
        return found | ({"constraint_name": reason} if reason else {})

    @classmethod
    def trials(cls, situation: Situation) -> tuple[Trial, ...]:
        if situation.table() is None or not situation.columns():
            return ()
        change = cls.from_situation(situation)
        facts = situation.facts.of(change.table)
        return (key.trial(facts, change.constraint_name, change.columns),)

    @classmethod
    def from_situation(cls, situation: Situation) -> "AddUnique":
        facts, columns = situation.facts.of(situation.name()), situation.columns()
        name = name_or_auto(situation.text("constraint_name"), facts, columns, "key")
        return cls(table=facts.name, columns=columns, constraint_name=name)

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    def foresee(self, facts: Facts) -> Facts:
        name, listed = self.constraint_name, key_list(self.columns)
        unique = f"CREATE UNIQUE INDEX {quoted(name)} ON {self.table.sql} USING btree {listed}"
        index = Index(name=name, definition=unique, columns=self.columns, unique=True)
        added = Constraint(name=name, kind="u", definition=f"UNIQUE {listed}", columns=self.columns)
        return with_constraint(with_index(facts, self.table, index), self.table, added)

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        facts = situation.facts.of(self.table)
        return key.NewKey(facts, self.constraint_name, "UNIQUE", self.columns, ()).ways(situation)

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - nothing depends on it
        index = TableName(schema_name=self.table.schema_name, name=self.constraint_name)
        return (
            constraint_is_proved(self.table, self.constraint_name),
            index_is_valid(index),
            no_leftovers(self.table),
        )

    @property
    def title(self) -> str:
        return f"Make {', '.join(self.columns)} unique in {self.table}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Table", f"`{self.table}`"),
            ("Action", f"Add UNIQUE constraint `{self.constraint_name}`"),
            ("Columns", ", ".join(f"`{column}`" for column in self.columns)),
        )

    @property
    def outcome(self) -> str:
        return f"No two rows of {self.table} have the same {', '.join(self.columns)}."

    def impact(self, situation: Situation) -> Iterator[Point]:
        yield warns("INSERTs and UPDATEs that would make a second row with the same values fail from then on")
        yield holds("Rows with NULL among the columns are never taken for duplicates (NULLS DISTINCT)")
        facts = situation.facts.of(self.table)
        yield from overlaps(facts, "btree", tuple(quoted(column) for column in self.columns), unique=True)

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the change says it all
        yield warns("Code that may write duplicates has to be ready for the error before this runs")
        yield holds("Rollback: constraint and index are dropped in an instant")
