"""Drop a constraint; `drop_constraint_ways` has the way back."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes import drop_constraint_ways
from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.errors import BadAnswer
from protocol.facts import Facts, TableFacts
from protocol.findings import Point, holds, warns
from protocol.names import Name, TableName
from protocol.recipes.foreseen import with_column, without
from protocol.recipes.looking import constraint_is_gone, relation_is_gone
from protocol.schema import Constraint
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy

Kind = Literal["c", "f", "n", "p", "u", "x"]

TABLE = Question(id="table", group=Group.KIND, text="Which table is it?", form="table")
CONSTRAINT = Question(id="constraint", group=Group.KIND, text="Which constraint goes?", form="constraint")

WORDS: dict[str, str] = {
    "c": "CHECK",
    "f": "foreign key",
    "n": "NOT NULL",
    "p": "primary key",
    "u": "UNIQUE",
    "x": "exclusion",
}


class DropConstraint(Change):
    """Drop one constraint; `definition` is the server's own, from which the way back makes it again."""

    label: ClassVar[str] = "drop a constraint"
    about: ClassVar[str] = (
        "Drop a CHECK, UNIQUE, PRIMARY KEY, FOREIGN KEY or EXCLUDE constraint of a table, or since PostgreSQL 18 a NOT "
        "NULL by its name. constraint is its name."
    )

    kind: Literal["drop_constraint"] = "drop_constraint"
    table: TableName
    constraint: Name
    of_kind: Kind
    definition: str

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, CONSTRAINT)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts, there = situation.table(), _constraint(situation)
        reason = _reason(facts, there) if facts and there else ""
        return {"constraint": reason} if reason else {}

    @classmethod
    def from_situation(cls, situation: Situation) -> "DropConstraint":
        there = _constraint(situation)
        if there is None:
            raise BadAnswer(f"`{situation.name()}` has no such constraint. Nothing was changed.")
        return cls.model_validate(
            {
                "table": situation.name(),
                "constraint": there.name,
                "of_kind": there.kind,
                "definition": there.definition,
            }
        )

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    def foresee(self, facts: Facts) -> Facts:
        there = facts.of(self.table)
        named = next((one for one in there.table.constraints if one.name == self.constraint), None)
        facts = without(facts, self.table, self.constraint)
        for name in named.columns if named is not None and named.kind == "n" else ():
            column = there.table.column(name)
            if column is not None:
                facts = with_column(facts, self.table, column.model_copy(update={"nullable": True}))
        there = facts.of(self.table)
        keys = tuple(key for key in there.foreign_keys if (key.child, key.name) != (self.table, self.constraint))
        return facts.with_table(there.model_copy(update={"foreign_keys": keys}))

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        return drop_constraint_ways.strategies(self, situation)

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - nothing depends on it
        index = TableName(schema_name=self.table.schema_name, name=self.constraint)
        gone = (relation_is_gone(index, "index_gone"),) if self.of_kind in "pux" else ()
        return (constraint_is_gone(self.table, self.constraint), *gone)

    @property
    def title(self) -> str:
        return f"Drop constraint {self.constraint} of {self.table}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Table", f"`{self.table}`"),
            ("Action", f"Drop {WORDS[self.of_kind]} `{self.constraint}`"),
            ("Was", f"`{self.definition}`"),
        )

    @property
    def outcome(self) -> str:
        return f"{self.table} is no longer held to {self.definition}."

    def impact(self, situation: Situation) -> Iterator[Point]:
        facts = situation.facts.of(self.table)
        yield holds("Every statement that works now goes on working" if self.of_kind in "cfnx" else STILL)
        yield warns(f"Rows that break `{self.definition}` can be written from then on, and stand in the way back")
        if self.of_kind in "pux":
            yield warns("Its index goes with it: queries that used it get slower, and ON CONFLICT on its columns fails")
        if self.of_kind == "p":
            yield from _without_primary_key(facts)

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the change says it all
        yield holds(
            "Rollback: it is made again as the server spelled it" + BACK.get(self.of_kind, ", and proved online")
        )


STILL = "Reads and plain writes go on working"
BACK = {
    "p": ", its index built concurrently",
    "u": ", its index built concurrently",
    "x": "; the table is locked while its index is built, for there is no other way",
}


def _without_primary_key(facts: TableFacts) -> Iterator[Point]:
    published = [dependant.name for dependant in facts.dependants if dependant.kind.startswith("publication")]
    if published:
        yield warns(
            f"`{facts.name}` is published ({', '.join(published)}): without its primary key every UPDATE and DELETE "
            "fails, unless REPLICA IDENTITY names another index"
        )
    else:
        yield warns("Logical replication would have no key to tell its rows apart by")


def _constraint(situation: Situation) -> Constraint | None:
    facts, said = situation.table(), situation.text("constraint")
    if facts is None:
        return None
    return next((one for one in facts.table.constraints if one.name == said), None)


def _reason(facts: TableFacts, there: Constraint) -> str:
    if there.name in facts.inherited:
        return f"`{there.name}` comes from a parent table; drop it there."
    resting = [f"`{key.name}` of `{key.child}`" for key in facts.foreign_keys if key.index == there.name]
    resting = resting if there.kind in "pu" else []
    if resting:
        return f"foreign keys rest on `{there.name}`: {', '.join(resting)}. Drop them first."
    if there.kind != "n":
        return ""
    column = facts.table.column(there.columns[0])
    key = next((one for one in facts.table.constraints if one.kind == "p" and there.columns[0] in one.columns), None)
    if key is not None:
        return f"`{there.columns[0]}` belongs to the primary key `{key.name}`; drop that first."
    if column is not None and column.identity:
        return f"`{column.name}` is an identity column, which is always NOT NULL."
    return ""
