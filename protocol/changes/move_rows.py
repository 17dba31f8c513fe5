"""Move rows from one table to another in batches: fields and questions; `move_rows_ways` has the way and the proof."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.assignments import Assignment, assignments
from protocol.changes import move_rows_ways
from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.facts import Facts
from protocol.findings import Point, holds, warns
from protocol.inquiry import Inquiry
from protocol.names import Expression, Name, TableName, quoted
from protocol.recipes.removed_rows import deferrable_key, not_put_back, referenced_by
from protocol.recipes.repeatable import changes_by_itself
from protocol.recipes.said import unreadable
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy
from protocol.table_facts import TableFacts

SAME_NAMES = "same names"

TABLE = Question(id="table", group=Group.KIND, text="From which table do the rows come?", form="table")
TARGET = Question(id="target", group=Group.KIND, text="Into which table do they go?", form="table")
MAPPING = Question(
    id="mapping",
    group=Group.KIND,
    text="Which column of the target gets what from the source?",
    form="clause",
    safe=SAME_NAMES,
    hint=f"Such as `user_id = id, name = trim(full_name)`; or {SAME_NAMES}.",
)
WHERE = Question(
    id="where",
    group=Group.HANDLING,
    text="Which rows? Say a condition over the source, or none for all of them.",
    form="default",
    safe="none",
)
DELETE_SOURCE = Question(
    id="delete_source",
    group=Group.HANDLING,
    text="Are the rows deleted from the source once they are in the target?",
    form="yes_no",
    safe=False,
)


class MoveRows(Change):
    """Copy rows into another table, and delete them from the first if that is wanted."""

    label: ClassVar[str] = "move rows to another table"
    about: ClassVar[str] = (
        "Copy rows of one table into another one that is there, in batches, and if wanted delete them from the first. "
        "mapping is `target_column = expression over the source, …` or `same names`; it has to fill a unique key of "
        "the target. where is a condition over the source, or none."
    )

    kind: Literal["move_rows"] = "move_rows"
    table: TableName
    target: TableName
    mapping: tuple[Assignment, ...]
    unique: tuple[Name, ...]
    where: Expression | None = None
    delete_source: bool = False

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, TARGET, MAPPING, WHERE, DELETE_SOURCE)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        source, target = situation.table(), situation.table("target")
        if source is None or target is None:
            return {}
        if source.name == target.name:
            return {"target": f"`{target.name}` is where the rows come from; to change them there, set values."}
        if source.key is None:
            return {"table": f"`{source.name}` has no primary key or unique index of NOT NULL columns to walk along."}
        found = {} if _is_same_names(situation) else unreadable(situation, "mapping")
        return found or _of_mapping(situation, source, target) or _of_rows(situation, source)

    @classmethod
    def inquiries(cls, situation: Situation) -> tuple[Inquiry, ...]:
        source, target, where = situation.table(), situation.table("target"), situation.expression("where")
        if source is None or target is None:
            return ()
        asked = [
            Inquiry(question="mapping", type=column.type, expression=one.expression, table=source.name)
            for one in _mapping(situation, source, target)
            if (column := target.table.column(one.column)) is not None
        ]
        if where:
            asked.append(Inquiry(question="where", expression=where, table=source.name, use="condition"))
        return tuple(asked)

    @classmethod
    def from_situation(cls, situation: Situation) -> "MoveRows":
        source, target = situation.facts.of(situation.name()), situation.facts.of(situation.name("target"))
        mapping = _mapping(situation, source, target)
        return cls(
            table=source.name,
            target=target.name,
            mapping=mapping,
            unique=_unique_key(target, mapping),
            where=situation.expression("where"),
            delete_source=bool(situation.yes("delete_source")),
        )

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table, self.target)

    def counted(self) -> tuple[tuple[TableName, TableName], ...]:
        """The source is counted only when its rows stay."""
        kept = (self.target,) if self.delete_source else (self.table, self.target)
        return tuple((name, name) for name in kept)

    def foresee(self, facts: Facts) -> Facts:
        later = facts.keeping(move_rows_ways.moved_in(self, facts))
        return later.keeping(move_rows_ways.removed_in(self, facts)) if self.delete_source else later

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        return move_rows_ways.strategies(self, situation)

    def checks(self, situation: Situation) -> tuple[Check, ...]:
        return move_rows_ways.checks(self, situation)

    @property
    def title(self) -> str:
        return f"{'Move' if self.delete_source else 'Copy'} rows of {self.table} to {self.target}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Source", f"`{self.table}`"),
            ("Target", f"`{self.target}`"),
            *((f"`{one.column}`", f"`{one.expression}`") for one in self.mapping),
            ("Rows", f"where `{self.where}`" if self.where else "all"),
            ("Deleted from the source", "yes, once they are in the target" if self.delete_source else "no"),
        )

    @property
    def outcome(self) -> str:
        return f"The rows of {self.table} are in {self.target}" + (
            " and nowhere else." if self.delete_source else "; they are still in the source."
        )

    def impact(self, situation: Situation) -> Iterator[Point]:
        yield warns(f"Rows of {self.table} that change after they were copied are found, and stop the run")
        if self.delete_source:
            yield warns(f"Code that looks for the rows in {self.table} does not find them after the gate")
        for name in (self.table, self.target):
            triggers = situation.facts.of(name).table.triggers
            if triggers:
                yield warns(f"Triggers of {name} run for each row: {', '.join(trigger.name for trigger in triggers)}")

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the same everywhere
        yield holds(
            "Old code finds every row in the source until the gate" if self.delete_source else "Old code goes on"
        )
        yield holds("Rollback: only rows that this run put into the target are taken out of it")


def _is_same_names(situation: Situation) -> bool:
    return (situation.text("mapping") or SAME_NAMES).strip().lower() == SAME_NAMES


def _mapping(situation: Situation, source: TableFacts, target: TableFacts) -> tuple[Assignment, ...]:
    if not _is_same_names(situation):
        try:
            return assignments(situation.text("mapping") or "")
        except ValueError:
            return ()
    shared = (column for column in target.table.columns if not column.generated and source.table.column(column.name))
    return tuple(Assignment(column=column.name, expression=quoted(column.name)) for column in shared)


def _unique_key(target: TableFacts, mapping: tuple[Assignment, ...]) -> tuple[str, ...]:
    """Columns of a unique index of the target that the mapping fills: by them a moved row is known again.

    One that is DEFERRABLE may hold a value twice for a while, and ON CONFLICT passes over it.
    """
    filled = {one.column for one in mapping}
    found = (
        there.columns
        for there in sorted(target.table.indexes, key=lambda there: not there.primary)
        if there.unique and there.valid and there.columns and set(there.columns) <= filled
        if " WHERE " not in there.definition and not deferrable_key(target.table, there.columns)
    )
    return next(found, ())


def _of_mapping(situation: Situation, source: TableFacts, target: TableFacts) -> dict[str, str]:
    mapping = _mapping(situation, source, target)
    for one in mapping:
        column = target.table.column(one.column)
        if column is None:
            known = ", ".join(there.name for there in target.table.columns[:12])
            return {"mapping": f"`{target.name}` has no column `{one.column}`. It has: {known}."}
        if column.generated:
            return {"mapping": f"`{one.column}` is computed by the server and cannot be written."}
    filled = {one.column for one in mapping}
    needed = [
        column.name
        for column in target.table.columns
        if not (column.nullable or column.default or column.identity or column.name in filled)
    ]
    if needed:
        return {"mapping": f"`{needed[0]}` of `{target.name}` is NOT NULL without a default, and nothing fills it."}
    unique = _unique_key(target, mapping)
    if not unique:
        return {
            "mapping": f"it fills no unique key of `{target.name}`, so nobody could tell which rows have arrived: "
            "map its key, or add a unique constraint first that is not DEFERRABLE."
        }
    restless = [
        one.expression
        for one in mapping
        if one.column in unique and changes_by_itself(one.expression, situation.values)
    ]
    if restless:
        return {"mapping": f"`{restless[0]}` gives another key each time it is asked; a moved row could not be told."}
    return {}


def _of_rows(situation: Situation, source: TableFacts) -> dict[str, str]:
    where = situation.expression("where")
    if where and changes_by_itself(where, situation.values):
        return {"where": f"`{where}` picks other rows each time it is asked; say it with a fixed value."}
    if situation.yes("delete_source") and source.incoming:
        return {
            "delete_source": f"other rows point to rows of `{source.name}` ({referenced_by(source.incoming)}), so they "
            "cannot be deleted: copy them, and drop those constraints before deleting is planned."
        }
    refused = not_put_back(source.table, source.key) if situation.yes("delete_source") and source.key else None
    if refused:
        return {"delete_source": f"rows of `{source.name}` cannot be deleted: {refused}"}
    return {}
