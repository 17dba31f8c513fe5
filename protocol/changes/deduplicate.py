"""Remove rows that are double by some columns, so that these can become unique; every removed row is kept."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes.base import Change
from protocol.discovery import Group, Option, Question
from protocol.facts import Facts
from protocol.findings import Point, holds, warns
from protocol.inquiry import Inquiry
from protocol.keyset import keyset_walk
from protocol.names import Name, TableName, derived_name, quoted
from protocol.recipes import index
from protocol.recipes.kept_in import free_name
from protocol.recipes.looking import no_leftovers
from protocol.recipes.removed_rows import RemovedRows, fired_by_insert, not_put_back, referenced_by
from protocol.situation import Situation
from protocol.steps import Backfill, Check, Step
from protocol.strategy import Strategy
from protocol.table_facts import TableFacts

TABLE = Question(id="table", group=Group.KIND, text="Which table has double rows?", form="table")
COLUMNS = Question(id="columns", group=Group.KIND, text="Which columns must not be double together?", form="columns")
KEEP = Question(
    id="keep",
    group=Group.HANDLING,
    text="Which of the double rows stays, in the order of the key?",
    form="choice",
    options=(Option(value="first", label="The first"), Option(value="last", label="The last")),
    recommended="first",
    safe="first",
)


class Deduplicate(Change):
    """Of rows that are equal in some columns one stays; NULL is equal to nothing, as UNIQUE sees it."""

    label: ClassVar[str] = "remove double rows"
    about: ClassVar[str] = (
        "Remove rows that are double by some columns, before these become unique. keep says whether the first or the "
        "last in the order of the key stays. Removed rows are kept and can be put back."
    )

    kind: Literal["deduplicate"] = "deduplicate"
    table: TableName
    columns: tuple[Name, ...]
    keep: Literal["first", "last"] = "first"

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, COLUMNS, KEEP)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts = situation.table()
        if facts is None:
            return {}
        if facts.key is None:
            lacks = "has no key of NOT NULL columns that is checked at once (not DEFERRABLE)"
            return {"table": f"`{facts.name}` {lacks}; add one first."}
        if facts.incoming:
            return {
                "table": f"other rows point to rows of `{facts.name}` ({referenced_by(facts.incoming)}). Point them to "
                "the row that stays, drop the constraint, and remove the double rows then."
            }
        refused = not_put_back(facts.table, facts.key)
        if refused:
            return {"table": f"rows of `{facts.name}` cannot be removed: {refused}"}
        unique = _already_unique(facts, situation.columns())
        return {"columns": f"index `{unique}` keeps them unique already."} if unique else {}

    @classmethod
    def inquiries(cls, situation: Situation) -> tuple[Inquiry, ...]:
        facts, columns = situation.table(), situation.columns()
        if facts is None or not columns:
            return ()
        equal = " AND ".join(f"{quoted(column)} = {quoted(column)}" for column in columns)
        return (Inquiry(question="columns", expression=equal, table=facts.name, use="condition"),)

    @classmethod
    def from_situation(cls, situation: Situation) -> "Deduplicate":
        keep = situation.text("keep") or "first"
        return cls.model_validate({"table": situation.name(), "columns": situation.columns(), "keep": keep})

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    def counted(self) -> tuple[tuple[TableName, TableName], ...]:
        """Losing rows is what is wanted; the checks look after those that stay."""
        return ()

    def foresee(self, facts: Facts) -> Facts:
        return facts.keeping(self._archive(facts))

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        facts = situation.facts.of(self.table)
        removed = self._removed(situation)
        walk = self._walk(facts, removed)
        before, after = self._helper(facts)
        return (
            Strategy(
                id="batched",
                title="In batches, removed rows kept",
                sketch=(walk.update_sql,),
                pros=(
                    "No lock is held for longer than a batch; reads and writes go on",
                    "Every removed row is kept whole, and put back by undoing",
                ),
                cons=("Rows that are added double while it runs stop it: only a unique constraint ends that",),
                downtime="none",
                steps=(removed.create(situation.lock_limit), *before, walk, *after),
            ),
        )

    def checks(self, situation: Situation) -> tuple[Check, ...]:
        removed = self._removed(situation)
        same = self._same("stays", "kept")
        return (
            Check(
                id="double",
                title="No row is double",
                kind="data",
                sql=self._double.replace("count(*)", "count(*)::text", 1),
                expected="0",
            ),
            Check(
                id="twins",
                title="Every removed row has its twin in the table",
                kind="data",
                sql=f"SELECT count(*)::text FROM {removed.archive.sql} AS kept WHERE NOT EXISTS "
                f"(SELECT FROM {self.table.sql} AS stays WHERE {same})",
                expected="0",
            ),
            Check(
                id="removed",
                title="Rows that were removed and are kept",
                kind="data",
                sql=f"SELECT count(*)::text FROM {removed.archive.sql}",
                expected=None,
            ),
            no_leftovers(self.table),
        )

    @property
    def title(self) -> str:
        return f"Remove rows of {self.table} that are double by {', '.join(self.columns)}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Table", f"`{self.table}`"),
            ("Action", "Remove double rows; they are kept in schema `whimbrel`"),
            ("Double by", ", ".join(f"`{column}`" for column in self.columns) + "; NULL is equal to nothing"),
            ("What stays", f"the {self.keep} row in the order of the key"),
        )

    @property
    def outcome(self) -> str:
        return f"{self.table} has no rows that are double by {', '.join(self.columns)}."

    def impact(self, situation: Situation) -> Iterator[Point]:
        yield warns("Code that remembers the key of a removed row does not find it any more")
        yield holds("No other table points to these rows, as far as the catalogue knows")
        triggers = situation.facts.of(self.table).table.triggers
        if triggers:
            yield warns(f"Triggers of the table run for each row: {', '.join(trigger.name for trigger in triggers)}")

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the same everywhere
        yield holds("Rollback: removed rows are put back where their key is still free")

    # --- pieces ----------------------------------------------------------------------------------------------------

    def _archive(self, facts: Facts) -> TableName:
        return free_name(facts, "removed", self.table.name, *self.columns)

    def _removed(self, situation: Situation) -> RemovedRows:
        facts = situation.facts.of(self.table)
        assert facts.key is not None, "conflicts refuse a table without a key"
        archive = self._archive(situation.facts)
        return RemovedRows(
            table=self.table,
            key=facts.key,
            columns=facts.table.columns,
            archive=archive,
            triggers=fired_by_insert(facts.table),
        )

    def _same(self, one: str, other: str) -> str:
        return " AND ".join(f"{one}.{quoted(column)} = {other}.{quoted(column)}" for column in self.columns)

    @property
    def _double(self) -> str:
        """Counts rows beyond the one that stays."""
        columns = ", ".join(quoted(column) for column in self.columns)
        known = " AND ".join(f"{quoted(column)} IS NOT NULL" for column in self.columns)
        return (
            f"SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY {columns}) AS place FROM {self.table.sql} "
            f"WHERE {known}) AS numbered WHERE place > 1"
        )

    def _walk(self, facts: TableFacts, removed: RemovedRows) -> Backfill:
        before, order = ("<", "") if self.keep == "first" else (">", " DESC")
        needed = ", ".join(dict.fromkeys([*removed.keys, *(quoted(column) for column in self.columns)]))
        row = {name: ", ".join(f"{name}.{key}" for key in removed.keys) for name in ("this", "other")}
        by_key = ", ".join(f"other.{key}{order}" for key in removed.keys)
        held = ", ".join(f"other.{quoted(column)} AS same_{n}" for n, column in enumerate(self.columns, start=1))
        of_twin = ", ".join(f"stays.same_{n}" for n in range(1, len(self.columns) + 1))
        still = " AND ".join(
            f"target.{quoted(column)} = doomed.same_{n}" for n, column in enumerate(self.columns, start=1)
        )

        def write(batch: str) -> str:
            return removed.remove(
                f"SELECT {row['this']}, {of_twin} FROM (SELECT {needed} FROM {self.table.sql} WHERE {batch}) AS this "
                f"CROSS JOIN LATERAL (SELECT {held} FROM {self.table.sql} AS other WHERE {self._same('other', 'this')} "
                f"AND ({row['other']}) {before} ({row['this']}) ORDER BY {by_key} LIMIT 1 FOR SHARE) AS stays "
                "FOR UPDATE OF this",
                still=still,
            )

        step = keyset_walk(
            table=self.table,
            key=removed.key,
            write=write,
            left_sql=self._double,
            rows=facts.rows,
            title="Remove the double rows",
            why="Each batch is one transaction that deletes rows and keeps them; the row that stays is locked.",
            id_="remove",
        )
        return removed.walk(step, facts.rows)

    def _helper(self, facts: TableFacts) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
        """An index to look twins up in, built for the walk and dropped behind it, where none is there."""
        if facts.is_empty or facts.table.kind != "table" or _has_index(facts, self.columns):
            return (), ()
        name = derived_name("whimbrel", self.table.name, *self.columns, "twins")
        keys = index.key_list(self.columns)
        build = index.build(
            "build_helper",
            self.table,
            name,
            keys,
            rows=facts.rows,
            why="Twins are looked up in it; without it every batch would read the whole table.",
        )
        there = TableName(schema_name=self.table.schema_name, name=name)
        drop = index.drop(
            "drop_helper", there, f"CREATE INDEX {quoted(name)} ON {self.table.sql} {keys}", rows=facts.rows
        )
        return (build,), (drop.model_copy(update={"undo": None}),)


def _has_index(facts: TableFacts, columns: tuple[str, ...]) -> bool:
    return any(
        set(there.columns[: len(columns)]) == set(columns) and there.valid and _is_whole_btree(there.definition)
        for there in facts.table.indexes
    )


def _already_unique(facts: TableFacts, columns: tuple[str, ...]) -> str | None:
    return next(
        (
            there.name
            for there in facts.table.indexes
            if there.unique and there.valid and set(there.columns) <= set(columns) and _is_whole_btree(there.definition)
        ),
        None,
    )


def _is_whole_btree(definition: str) -> bool:
    return " USING btree " in definition and " WHERE " not in definition
