"""Add a foreign key; `add_foreign_key_ways` has the ways to do it."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes import add_foreign_key_ways
from protocol.changes.base import Change
from protocol.discovery import Group, Option, Question
from protocol.errors import BadAnswer
from protocol.facts import Facts, ForeignKey, TableFacts
from protocol.findings import Point, holds, warns
from protocol.inquiry import Trial
from protocol.names import Name, TableName, quoted
from protocol.recipes import guards
from protocol.recipes.foreseen import with_constraint, with_index
from protocol.recipes.index import key_list
from protocol.recipes.index_keys import parse_columns
from protocol.recipes.looking import constraint_is_proved, index_is_valid, no_leftovers
from protocol.recipes.naming import name_or_auto, taken
from protocol.recipes.overlap import is_unique_on, leads_with
from protocol.schema import Constraint, Index
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy

OnDelete = Literal["no action", "restrict", "cascade", "set null", "set default"]

TABLE = Question(id="table", group=Group.KIND, text="Which table points to the other?", form="table")
COLUMNS = Question(id="columns", group=Group.KIND, text="By which columns?", form="columns")
REF_TABLE = Question(id="ref_table", group=Group.KIND, text="Which table does it point to?", form="table")
REF_COLUMNS = Question(
    id="ref_columns",
    group=Group.KIND,
    text="To which columns there?",
    form="clause",
    safe="primary key",
    hint="Columns in the same order, or `primary key`.",
)
ON_DELETE = Question(
    id="on_delete",
    group=Group.HANDLING,
    text="What happens to its rows when the row they point to is deleted?",
    form="choice",
    options=(
        Option(value="no action", label="no action: the delete fails, checked at its end"),
        Option(value="restrict", label="restrict: the delete fails at once"),
        Option(value="cascade", label="cascade: they are deleted too"),
        Option(value="set null", label="set null: they point nowhere"),
        Option(value="set default", label="set default: they point to the default"),
    ),
    recommended="no action",
    safe="no action",
)
NAME = Question(id="constraint_name", group=Group.KIND, text="What is it called?", form="name", safe="auto")

CHILD, PARENT = "whimbrel_child", "whimbrel_parent"


class AddForeignKey(Change):
    """Let columns of `table` point to those of `ref_table`; `index_name` is the index to build first, if any."""

    label: ClassVar[str] = "add a foreign key"
    about: ClassVar[str] = (
        "Add a foreign key from columns of a table to a key of another one (or of itself). ref_columns are names or "
        "`primary key`; on_delete is no action, restrict, cascade, set null or set default. An index on the pointing "
        "columns is built first where none leads with them."
    )

    kind: Literal["add_foreign_key"] = "add_foreign_key"
    table: TableName
    columns: tuple[Name, ...]
    ref_table: TableName
    ref_columns: tuple[Name, ...]
    on_delete: OnDelete = "no action"
    constraint_name: Name
    index_name: Name | None = None

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, COLUMNS, REF_TABLE, REF_COLUMNS, ON_DELETE, NAME)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        child, parent, columns = situation.table(), situation.table("ref_table"), situation.columns()
        if child is None or parent is None or not columns:
            return {}
        try:
            keys = _ref_columns(situation, parent)
        except BadAnswer as error:
            question, _, reason = error.message.partition(": ")
            return {question: reason}
        return _conflicts(situation, child, parent, columns, keys)

    @classmethod
    def trials(cls, situation: Situation) -> tuple[Trial, ...]:
        if situation.table() is None or situation.table("ref_table") is None or not situation.columns():
            return ()
        change = cls.from_situation(situation)
        itself = change.table == change.ref_table
        parent = CHILD if itself else PARENT
        to_parent = change.definition_to(f"pg_temp.{parent}")
        schema_name = change.table.schema_name
        free = [TableName(schema_name=schema_name, name=change.index_name)] if change.index_name else []
        return (
            Trial(
                copies=((CHILD, change.table), *(() if itself else ((PARENT, change.ref_table),))),
                tries=(("columns", f"ALTER TABLE pg_temp.{CHILD} ADD {to_parent}"),),
                free=tuple(("columns", name) for name in free),
            ),
        )

    @classmethod
    def from_situation(cls, situation: Situation) -> "AddForeignKey":
        child, parent = situation.facts.of(situation.name()), situation.facts.of(situation.name("ref_table"))
        columns = situation.columns()
        index = None if leads_with(child, columns) else name_or_auto(None, child, columns, "idx")
        return cls.model_validate(
            {
                "table": child.name,
                "columns": columns,
                "ref_table": parent.name,
                "ref_columns": _ref_columns(situation, parent),
                "on_delete": situation.text("on_delete") or "no action",
                "constraint_name": name_or_auto(situation.text("constraint_name"), child, columns, "fkey"),
                "index_name": index,
            }
        )

    def definition_to(self, parent_sql: str) -> str:
        on_delete = "" if self.on_delete == "no action" else f" ON DELETE {self.on_delete.upper()}"
        return f"FOREIGN KEY {key_list(self.columns)} REFERENCES {parent_sql} {key_list(self.ref_columns)}{on_delete}"

    @property
    def definition(self) -> str:
        return self.definition_to(self.ref_table.sql)

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return tuple(dict.fromkeys((self.table, self.ref_table)))

    def foresee(self, facts: Facts) -> Facts:
        added = Constraint(name=self.constraint_name, kind="f", definition=self.definition, columns=self.columns)
        facts = with_constraint(facts, self.table, added)
        if self.index_name:
            sql = f"CREATE INDEX {quoted(self.index_name)} ON {self.table.sql} USING btree {key_list(self.columns)}"
            facts = with_index(facts, self.table, Index(name=self.index_name, definition=sql, columns=self.columns))
        parent = is_unique_on(facts.of(self.ref_table), self.ref_columns)
        key = ForeignKey(
            name=self.constraint_name,
            child=self.table,
            parent=self.ref_table,
            index=parent.name if parent else "",
        )
        for name in self.subjects:
            there = facts.of(name)
            facts = facts.with_table(there.model_copy(update={"foreign_keys": (*there.foreign_keys, key)}))
        return facts

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        return add_foreign_key_ways.strategies(self, situation)

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - nothing depends on it
        orphans = guards.no_orphans(self.table, self.columns, self.ref_table, self.ref_columns)
        index = TableName(schema_name=self.table.schema_name, name=self.index_name) if self.index_name else None
        return (
            constraint_is_proved(self.table, self.constraint_name),
            Check(
                id="no_orphans",
                title=f"Every row of {self.table} points to a row of {self.ref_table}, or nowhere",
                kind="data",
                sql=f"SELECT ({orphans.sql})::text",
                expected="0",
            ),
            *((index_is_valid(index),) if index else ()),
            no_leftovers(self.table),
        )

    @property
    def title(self) -> str:
        return f"Let {', '.join(self.columns)} of {self.table} point to {self.ref_table}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Table", f"`{self.table}`"),
            ("Action", f"Add foreign key `{self.constraint_name}`"),
            ("Points to", f"`{self.ref_table}` ({', '.join(self.ref_columns)})"),
            ("On delete", self.on_delete),
            ("Index", f"`{self.index_name}` is built first" if self.index_name else "one leads with these columns"),
        )

    @property
    def outcome(self) -> str:
        return f"{', '.join(self.columns)} of {self.table} always points to a row of {self.ref_table}, or nowhere."

    def impact(self, situation: Situation) -> Iterator[Point]:
        yield warns(
            f"Rows of `{self.table}` that point to no row of `{self.ref_table}` are refused from the declaration on"
        )
        effect = {"cascade": "deletes its rows too", "set null": "sets them NULL", "set default": "sets their default"}
        said = effect.get(self.on_delete, "fails while a row points there")
        yield warns(f"A delete from `{self.ref_table}`, or an update of its key, {said}" + self._on_update)
        yield holds("While it is declared, writes to both tables wait for an instant; while it is proved, nobody waits")
        yield from self._types(situation)

    @property
    def _on_update(self) -> str:
        return "" if self.on_delete in ("no action", "restrict") else " (an update of the key fails)"

    def _types(self, situation: Situation) -> Iterator[Point]:
        child, parent = situation.facts.of(self.table).table, situation.facts.of(self.ref_table).table
        for name, key in zip(self.columns, self.ref_columns, strict=True):
            one, other = child.column(name), parent.column(key)
            if one and other and _base(one.type) != _base(other.type):
                yield warns(
                    f"`{name}` is {one.type} and `{key}` is {other.type}: PostgreSQL takes that, and every check "
                    "converts; the narrower one may run out of values"
                )

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the change says it all
        yield warns(f"Code has to write `{self.ref_table}` before `{self.table}`, and delete in the other order")
        yield holds("Rollback: the foreign key is dropped in an instant; both tables are locked for it")


def _base(type_: str) -> str:
    return type_.partition("(")[0].strip()


def _ref_columns(situation: Situation, parent: TableFacts) -> tuple[str, ...]:
    said = situation.text("ref_columns") or "primary key"
    if said.strip().lower() != "primary key":
        return parse_columns("ref_columns", said, parent)
    key = next((one for one in parent.table.constraints if one.kind == "p"), None)
    if key is None:
        raise BadAnswer(f"ref_columns: `{parent.name}` has no primary key; say columns that are unique there.")
    return key.columns


def _conflicts(
    situation: Situation, child: TableFacts, parent: TableFacts, columns: tuple[str, ...], keys: tuple[str, ...]
) -> dict[str, str]:
    found: dict[str, str] = {}
    if len(columns) != len(keys):
        found["columns"] = f"{len(columns)} columns cannot point to {len(keys)} ({', '.join(keys)})."
    elif len(set(columns)) < len(columns):
        found["columns"] = "a column is named twice."
    if is_unique_on(parent, keys) is None:
        unique = [
            f"({', '.join(index.columns)})" for index in parent.table.indexes if index.unique and all(index.columns)
        ]
        found["ref_columns"] = (
            f"({', '.join(keys)}) is not unique in `{parent.name}`, so nothing can point to it. "
            f"Unique are: {', '.join(unique) or 'none'}."
        )
    same = f"FOREIGN KEY {key_list(columns)} REFERENCES "
    for one in child.table.constraints:
        points = any(key.name == one.name and key.parent == parent.name for key in child.foreign_keys)
        if one.kind == "f" and one.definition.startswith(same) and points:
            found["columns"] = f"foreign key `{one.name}` points there by these columns already."
    required = [name for name in columns if (column := child.table.column(name)) and not column.nullable]
    if situation.text("on_delete") == "set null" and required:
        found["on_delete"] = f"`{required[0]}` is NOT NULL, so a delete could never set it NULL."
    reason = taken(situation.text("constraint_name"), child)
    return found | ({"constraint_name": reason} if reason else {})
