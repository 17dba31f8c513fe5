"""Build an index; `add_index_ways` has the ways to do it."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes import add_index_ways
from protocol.changes.base import Change
from protocol.discovery import Group, Option, Question
from protocol.errors import BadAnswer
from protocol.facts import Facts, TableFacts
from protocol.findings import Point, holds, warns
from protocol.inquiry import Inquiry, Trial
from protocol.names import Expression, Name, TableName, quoted
from protocol.recipes import partitioned
from protocol.recipes.foreseen import with_index
from protocol.recipes.index_keys import KeyPart, parse_columns, parse_keys
from protocol.recipes.looking import index_is_valid, no_leftovers
from protocol.recipes.naming import name_or_auto, taken
from protocol.recipes.overlap import overlaps
from protocol.schema import Index
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy

Method = Literal["btree", "hash", "gin", "gist", "spgist", "brin"]

TABLE = Question(id="table", group=Group.KIND, text="Which table gets the index?", form="table")
KEYS = Question(
    id="keys",
    group=Group.KIND,
    text="What is indexed?",
    form="clause",
    hint="Columns or expressions with commas between, such as `user_id, created_at DESC` or `lower(email)`.",
)
UNIQUE = Question(id="unique", group=Group.KIND, text="Must its values be unique?", form="yes_no", safe=False)
METHOD = Question(
    id="method",
    group=Group.KIND,
    text="Which index method?",
    form="choice",
    options=(
        Option(value="btree", label="btree: equality, ranges, order"),
        Option(value="hash", label="hash: equality of long values"),
        Option(value="gin", label="gin: arrays, jsonb, text search"),
        Option(value="gist", label="gist: ranges, geometry, nearest"),
        Option(value="spgist", label="spgist: trees of points, prefixes, networks"),
        Option(value="brin", label="brin: huge tables in the order of the column"),
    ),
    recommended="btree",
    safe="btree",
)
INCLUDE = Question(
    id="include",
    group=Group.KIND,
    text="Which columns ride along without being searched by (INCLUDE)?",
    form="clause",
    safe="none",
)
WHERE = Question(id="where", group=Group.KIND, text="Only rows of which condition?", form="default", safe="none")
NAME = Question(id="index_name", group=Group.KIND, text="What is the index called?", form="name", safe="auto")

COPY = "whimbrel_copy"


class AddIndex(Change):
    """Build one index on one table; `include` are columns, `where` makes it partial."""

    label: ClassVar[str] = "add an index"
    about: ClassVar[str] = (
        "Build an index. keys are columns or expressions with commas between, each perhaps with ASC, DESC, NULLS FIRST "
        "or LAST, COLLATE or an operator class; include are plain columns or none; where is a condition or none; "
        "index_name is a name or auto. For a UNIQUE constraint ask for add_unique."
    )

    kind: Literal["add_index"] = "add_index"
    table: TableName
    keys: tuple[KeyPart, ...]
    unique: bool = False
    method: Method = "btree"
    include: tuple[Name, ...] = ()
    where: Expression | None = None
    index_name: Name

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, KEYS, UNIQUE, METHOD, INCLUDE, WHERE, NAME)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts, keys = situation.table(), situation.text("keys")
        if facts is None or keys is None:
            return {}
        try:
            parts = parse_keys("keys", keys, facts)
            _include(situation, facts)
        except BadAnswer as error:
            question, _, reason = error.message.partition(": ")
            return {question: reason}
        return _conflicts(situation, facts, parts)

    @classmethod
    def inquiries(cls, situation: Situation) -> tuple[Inquiry, ...]:
        where, table = situation.expression("where"), situation.tables.get("table")
        if where is None or table is None:
            return ()
        return (Inquiry(question="where", expression=where, table=table, use="condition"),)

    @classmethod
    def trials(cls, situation: Situation) -> tuple[Trial, ...]:
        if situation.table() is None or situation.text("keys") is None:
            return ()
        change = cls.from_situation(situation)
        plain = change.model_copy(update={"include": (), "where": None, "unique": False})
        growing = (
            ("keys", plain),
            ("include", plain.model_copy(update={"include": change.include})),
            ("where", plain.model_copy(update={"where": change.where})),
            ("unique", change),
        )
        free = [("index_name", TableName(schema_name=change.table.schema_name, name=change.index_name))]
        parts = partitioned.Parts(situation.facts.of(change.table), change.index_name)
        free += [("index_name", name) for name in parts.names[1:]]
        return (
            Trial(
                copies=((COPY, change.table),),
                tries=tuple((question, one.create(f"pg_temp.{quoted(COPY)}")) for question, one in growing),
                free=tuple(free),
                method=change.method,
            ),
        )

    @classmethod
    def from_situation(cls, situation: Situation) -> "AddIndex":
        facts = situation.facts.of(situation.name())
        keys = parse_keys("keys", situation.need("keys"), facts)
        return cls.model_validate(
            {
                "table": facts.name,
                "keys": keys,
                "unique": situation.yes("unique") or False,
                "method": situation.text("method") or "btree",
                "include": _include(situation, facts),
                "where": situation.expression("where"),
                "index_name": name_or_auto(situation.text("index_name"), facts, [key.word for key in keys], "idx"),
            }
        )

    def create(self, table_sql: str) -> str:
        """The plain statement on some table, without a name."""
        return f"CREATE {'UNIQUE ' if self.unique else ''}INDEX ON {table_sql} {self.columns}{self.tail}"

    @property
    def columns(self) -> str:
        return f"USING {self.method} ({', '.join(key.sql for key in self.keys)})"

    @property
    def tail(self) -> str:
        include = f" INCLUDE ({', '.join(quoted(name) for name in self.include)})" if self.include else ""
        return include + (f" WHERE {self.where}" if self.where else "")

    @property
    def name(self) -> TableName:
        return TableName(schema_name=self.table.schema_name, name=self.index_name)

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    @property
    def columns_touched(self) -> tuple[str, ...]:
        """The plain columns among its keys, the included ones behind them."""
        return (*(key.column for key in self.keys if key.column), *self.include)

    def foresee(self, facts: Facts) -> Facts:
        index = Index(
            name=self.index_name,
            definition=self.create(self.table.sql),
            columns=tuple(key.column for key in self.keys),
            unique=self.unique,
        )
        return with_index(facts, self.table, index)

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        return add_index_ways.strategies(self, situation)

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - nothing depends on it
        return (index_is_valid(self.name), no_leftovers(self.table))

    @property
    def title(self) -> str:
        return f"Add index {self.index_name} to {self.table}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Table", f"`{self.table}`"),
            ("Action", f"Build {'unique ' if self.unique else ''}index `{self.index_name}`"),
            ("Definition", f"`{self.columns}{self.tail}`"),
        )

    @property
    def outcome(self) -> str:
        return f"Index {self.index_name} on {self.table} is there for queries to use."

    def impact(self, situation: Situation) -> Iterator[Point]:
        yield holds("No statement changes its meaning; the planner may choose other plans")
        if self.unique:
            yield warns("INSERTs and UPDATEs that would make a second row with the same key fail from then on")
            yield holds("Rows with NULL in the key are never taken for duplicates")
        yield warns("Every INSERT, and every UPDATE of an indexed column, has one index more to write")
        if not self.where and not self.include:
            facts = situation.facts.of(self.table)
            yield from overlaps(facts, self.method, tuple(key.sql for key in self.keys), unique=self.unique)

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the change says it all
        yield holds("Old and new code go on; rollback: the index can be dropped at any point")


def _include(situation: Situation, facts: TableFacts) -> tuple[str, ...]:
    said = situation.expression("include")
    return parse_columns("include", said, facts) if said is not None else ()


def _conflicts(situation: Situation, facts: TableFacts, parts: tuple[KeyPart, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    unique, method = situation.yes("unique"), situation.text("method") or "btree"
    if unique and method != "btree":
        found["unique"] = f"only btree indexes can be unique, not {method}."
    if unique and facts.table.kind == "partitioned table":
        reason = partitioned.lacking([part.column for part in parts], facts)
        found |= {"keys": reason} if reason else {}
    if len(parts) > 1 and method in ("hash", "spgist"):
        found["keys"] = f"a {method} index takes one column only."
    reason = taken(situation.text("index_name"), facts)
    return found | ({"index_name": reason} if reason else {})
