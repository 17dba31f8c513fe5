"""Drop an index."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.errors import BadAnswer
from protocol.facts import Facts, TableFacts
from protocol.findings import Point, holds, warns
from protocol.names import TableName
from protocol.recipes import index, partitioned
from protocol.recipes.foreseen import without
from protocol.recipes.instant import UNDO_LOCK_TIMEOUT_MS, instant
from protocol.recipes.looking import relation_is_gone
from protocol.recipes.ways import online_way
from protocol.schema import Index
from protocol.situation import Situation
from protocol.steps import Backfill, Check, Concurrently, Statements, Step, Undo
from protocol.strategy import Strategy

INDEX = Question(id="index", group=Group.KIND, text="Which index goes?", form="index", of="index")


class DropIndex(Change):
    """Drop one index; `definition` is the server's own, from which the way back builds it again."""

    label: ClassVar[str] = "drop an index"
    about: ClassVar[str] = (
        "Drop an index that no constraint stands on; for UNIQUE or PRIMARY KEY ask for drop_constraint."
    )

    kind: Literal["drop_index"] = "drop_index"
    table: TableName
    index: TableName
    definition: str

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (INDEX,)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts, there = situation.table(), _index(situation)
        if facts is None:
            return {}
        if there is None:
            return {"index": f"`{facts.name}` has no index `{situation.text('index')}` any more."}
        reason = _reason(facts, there)
        return {"index": reason} if reason else {}

    @classmethod
    def from_situation(cls, situation: Situation) -> "DropIndex":
        there, table = _index(situation), situation.name()
        if there is None:
            raise BadAnswer(f"`{table}` has no such index. Nothing was changed.")
        name = TableName(schema_name=table.schema_name, name=there.name)
        return cls(table=table, index=name, definition=there.definition)

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    def foresee(self, facts: Facts) -> Facts:
        return without(facts, self.table, self.index.name)

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        facts = situation.facts.of(self.table)
        if facts.table.kind == "partitioned table":
            return (self._whole(facts, situation.lock_limit),)
        step = index.drop("drop_index", self.index, self.definition, rows=facts.rows)
        return (
            online_way(
                (step,),
                title="Online, concurrently",
                pros=("Reads and writes go on", "Its definition is kept, and the way back builds it again"),
                cons=("It waits for every transaction that may use the index", "The way back takes as long as a build"),
            ),
        )

    def _whole(self, facts: TableFacts, limit: int) -> Strategy:
        """A partitioned index takes no CONCURRENTLY: every partition is locked for an instant."""
        parts = partitioned.Parts(facts, self.index.name, remembered=True)
        keys = self.definition[self.definition.index(" USING ") + 1 :]
        unique = self.definition.startswith("CREATE UNIQUE")
        back = partitioned.build(parts, keys, limit=UNDO_LOCK_TIMEOUT_MS, unique=unique, tag="undo_")
        step = instant(
            "drop_index",
            f"Drop index {self.index.name} and its parts",
            "Only the catalogue changes, but an index of a partitioned table cannot be dropped concurrently: "
            "the table and each partition are locked for an instant.",
            f"DROP INDEX {self.index.sql}",
            limit=limit,
            undo=Undo(steps=tuple(_bare(one) for one in back), costs="Building it again takes time, and nothing else."),
        )
        return online_way((step,), id_="one_statement", title="One statement", pros=("Done in an instant",))

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - nothing depends on it
        return (relation_is_gone(self.index),)

    @property
    def title(self) -> str:
        return f"Drop index {self.index} of {self.table}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (("Table", f"`{self.table}`"), ("Action", f"Drop index `{self.index}`"), ("Was", f"`{self.definition}`"))

    @property
    def outcome(self) -> str:
        return f"Index {self.index} is gone; writes to {self.table} have one index less to keep."

    def impact(self, situation: Situation) -> Iterator[Point]:
        yield holds("No statement changes its meaning")
        yield warns("Queries that used it get slower: look at pg_stat_user_indexes.idx_scan here and on every replica")
        if self.definition.startswith("CREATE UNIQUE"):
            yield warns("It is unique: duplicates can be written from then on, and ON CONFLICT on its columns fails")
        keys = situation.facts.of(self.table).foreign_keys
        for key in keys:
            if key.child == self.table:
                yield warns(
                    f"Foreign key `{key.name}`: deletes from `{key.parent}` may have searched `{self.table}` by it"
                )

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the change says it all
        yield holds("Rollback: it is built again from its definition, concurrently")


def _index(situation: Situation) -> Index | None:
    facts, said = situation.table(), situation.text("index")
    if facts is None or said is None:
        return None
    name = said.replace('"', "").rpartition(".")[2]
    known = facts.table.indexes
    folded = [one for one in known if one.name.lower() == name.lower()]
    return next((one for one in known if one.name == name), folded[0] if len(folded) == 1 else None)


def _reason(facts: TableFacts, there: Index) -> str:
    owner = next((one for one in facts.table.constraints if one.kind in "pux" and one.name == there.name), None)
    if owner is not None:
        return f"`{there.name}` belongs to the constraint of that name; ask for drop_constraint."
    if any(one.kind == "replica identity" and one.name == there.name for one in facts.dependants):
        return (
            f"`{there.name}` is the REPLICA IDENTITY of `{facts.name}`: without it UPDATE and DELETE fail while the "
            "table is published. Choose another identity first."
        )
    if there.name in facts.inherited:
        return f"`{there.name}` is a part of an index of the partitioned table above `{facts.name}`; drop that one."
    resting = [f"`{key.child}.{key.name}`" for key in facts.foreign_keys if key.index == there.name]
    if resting and there.unique:
        return f"the foreign keys {', '.join(resting)} rest on `{there.name}`; drop them first."
    return ""


def _bare(step: Step) -> Statements | Concurrently | Backfill:
    assert isinstance(step, Statements | Concurrently | Backfill)
    return step.model_copy(update={"undo": None})
