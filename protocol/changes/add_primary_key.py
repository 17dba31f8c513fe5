"""Add a primary key."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.facts import Facts, TableFacts
from protocol.findings import Point, holds, warns
from protocol.inquiry import Trial
from protocol.names import Name, TableName, quoted
from protocol.recipes import guards, key
from protocol.recipes.foreseen import with_column, with_constraint, with_index
from protocol.recipes.index import key_list
from protocol.recipes.looking import constraint_is_proved, index_is_valid, no_leftovers, not_null_is_proved
from protocol.recipes.naming import name_or_auto, taken
from protocol.recipes.not_null import free_name, prove_existing, set_not_null, unproved
from protocol.recipes.overlap import overlaps
from protocol.schema import Constraint, Index
from protocol.situation import Situation
from protocol.steps import Check, Step
from protocol.strategy import Strategy

TABLE = Question(id="table", group=Group.KIND, text="Which table gets a primary key?", form="table")
COLUMNS = Question(id="columns", group=Group.KIND, text="Which columns are the primary key?", form="columns")
NAME = Question(id="constraint_name", group=Group.KIND, text="What is it called?", form="name", safe="auto")


class AddPrimaryKey(Change):
    """Add the primary key; its columns become NOT NULL first, for else the server scans under lock (T25)."""

    label: ClassVar[str] = "add a primary key"
    about: ClassVar[str] = (
        "Make existing columns the primary key of a table that has none. columns are names with commas between; they "
        "become NOT NULL, so rows with NULL or duplicates have to go first."
    )

    kind: Literal["add_primary_key"] = "add_primary_key"
    table: TableName
    columns: tuple[Name, ...]
    constraint_name: Name

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, COLUMNS, NAME)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts, columns = situation.table(), situation.columns()
        if facts is None:
            return {}
        there = next((one for one in facts.table.constraints if one.kind == "p"), None)
        if there is not None:
            return {
                "table": f"`{facts.name}` has a primary key already: `{there.name}`. Drop that first, or add UNIQUE."
            }
        reason = key.columns_conflict(facts, columns) if columns else ""
        found = {"columns": reason} if reason else {}
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
    def from_situation(cls, situation: Situation) -> "AddPrimaryKey":
        facts = situation.facts.of(situation.name())
        name = name_or_auto(situation.text("constraint_name"), facts, (), "pkey")
        return cls(table=facts.name, columns=situation.columns(), constraint_name=name)

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    def foresee(self, facts: Facts) -> Facts:
        name, listed = self.constraint_name, key_list(self.columns)
        unique = f"CREATE UNIQUE INDEX {quoted(name)} ON {self.table.sql} USING btree {listed}"
        index = Index(name=name, definition=unique, columns=self.columns, unique=True, primary=True)
        added = Constraint(name=name, kind="p", definition=f"PRIMARY KEY {listed}", columns=self.columns)
        facts = with_constraint(with_index(facts, self.table, index), self.table, added)
        for column in facts.of(self.table).table.columns:
            if column.name in self.columns:
                facts = with_column(facts, self.table, column.model_copy(update={"nullable": False}))
        return facts

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        facts = situation.facts.of(self.table)
        nullable = [name for name in self.columns if (column := facts.table.column(name)) and column.nullable]
        first = tuple(
            step for number, name in enumerate(self.columns) for step in self._proofs(situation, facts, name, number)
        )
        back = tuple(f"ALTER TABLE {self.table.sql} ALTER COLUMN {quoted(name)} DROP NOT NULL" for name in nullable)
        return key.NewKey(facts, self.constraint_name, "PRIMARY KEY", self.columns, first).ways(situation, back)

    def _proofs(self, situation: Situation, facts: TableFacts, name: str, number: int) -> tuple[Step, ...]:
        """NOT NULL of one column, where it is not proved yet."""
        column, there = facts.table.column(name), unproved(facts, name)
        guard = guards.no_nulls(self.table, name, "A primary key takes none: fill them first, as a change of its own.")
        if there is not None:
            proof = prove_existing(facts, there, guard)
            return (proof.model_copy(update={"id": f"c{number}_{proof.id}"}),)
        if column is None or not column.nullable:
            return ()
        return set_not_null(
            self.table,
            name,
            rows=facts.rows,
            major=situation.major,
            limit=situation.lock_limit,
            name=free_name(facts, name),
            tag=f"c{number}_",
            guard=guard,
        )

    def checks(self, situation: Situation) -> tuple[Check, ...]:
        index = TableName(schema_name=self.table.schema_name, name=self.constraint_name)
        proofs = (not_null_is_proved(self.table, column, situation.major) for column in self.columns)
        return (
            constraint_is_proved(self.table, self.constraint_name),
            index_is_valid(index),
            *(proof.model_copy(update={"id": f"not_null_c{number}"}) for number, proof in enumerate(proofs)),
            no_leftovers(self.table),
        )

    @property
    def title(self) -> str:
        return f"Make {', '.join(self.columns)} the primary key of {self.table}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Table", f"`{self.table}`"),
            ("Action", f"Add primary key `{self.constraint_name}`"),
            ("Columns", ", ".join(f"`{column}`" for column in self.columns)),
        )

    @property
    def outcome(self) -> str:
        return f"Every row of {self.table} is told apart by {', '.join(self.columns)}."

    def impact(self, situation: Situation) -> Iterator[Point]:
        yield warns("INSERTs and UPDATEs that write NULL or a duplicate to the key fail from then on")
        yield holds("Logical replication takes the primary key to tell rows apart, unless told otherwise")
        facts = situation.facts.of(self.table)
        yield from overlaps(facts, "btree", tuple(quoted(column) for column in self.columns), unique=True)

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the change says it all
        yield warns("Code that may write NULL or duplicates has to be changed before this runs")
        yield holds("Rollback: key, index and the NOT NULL that came with it are dropped in an instant each")
