"""Put a comment on a table or a column, or take it away."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.facts import Facts
from protocol.findings import Point, holds
from protocol.names import Name, TableName, literal, quoted
from protocol.recipes.instant import instant, undo_by
from protocol.situation import Situation, find_column
from protocol.steps import Check
from protocol.strategy import Strategy

TABLE = Question(id="table", group=Group.KIND, text="Which table is commented on?", form="table")
COLUMN = Question(
    id="column",
    group=Group.KIND,
    text="Which column of it? Say none for the table itself.",
    form="clause",
    safe="none",
)
COMMENT = Question(
    id="comment",
    group=Group.HANDLING,
    text="What does the comment say? Say none to remove it.",
    form="clause",
)


class AddComment(Change):
    """`column` is None for a comment on the table; `comment` is None where it is removed."""

    label: ClassVar[str] = "comment on a table or column"
    about: ClassVar[str] = (
        "Set or remove the comment (COMMENT ON) of a table or of one column. column is a column's name or none for the "
        "table itself; comment is plain text, or none to remove it."
    )

    kind: Literal["add_comment"] = "add_comment"
    table: TableName
    column: Name | None = None
    comment: str | None = None

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, COLUMN, COMMENT)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts, said = situation.table(), _said(situation, "column")
        if facts is None or said is None or find_column(facts, said) is not None:
            return {}
        return {"column": f"`{facts.name}` has no column `{said}`."}

    @classmethod
    def from_situation(cls, situation: Situation) -> "AddComment":
        facts, said = situation.table(), _said(situation, "column")
        column = find_column(facts, said) if facts and said else None
        return cls(table=situation.name(), column=column.name if column else None, comment=_said(situation, "comment"))

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    def foresee(self, facts: Facts) -> Facts:
        there = facts.of(self.table)
        kept = [(name, text) for name, text in there.table.comments if name != (self.column or "")]
        mine = [(self.column or "", self.comment)] if self.comment else []
        comments = tuple(sorted([*kept, *((name, text) for name, text in mine if text)]))
        return facts.with_table(
            there.model_copy(update={"table": there.table.model_copy(update={"comments": comments})})
        )

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        before = dict(situation.facts.of(self.table).table.comments).get(self.column or "")
        sql = self._sql(self.comment)
        step = instant(
            "comment",
            "Set the comment" if self.comment else "Remove the comment",
            "A comment is a note in the catalogue: no reader and no writer waits for it.",
            sql,
            limit=situation.lock_limit,
            lock="SHARE UPDATE EXCLUSIVE",
            undo=undo_by("comment", self._sql(before), lock="SHARE UPDATE EXCLUSIVE"),
        )
        return (
            Strategy(
                id="one_statement",
                title="One statement",
                sketch=(sql,),
                pros=("Only the catalogue changes; reads and writes go on",),
                cons=(),
                downtime="none",
                steps=(step,),
            ),
        )

    def _sql(self, text: str | None) -> str:
        said = "NULL" if text is None else literal(text)
        if self.column is None:
            return f"COMMENT ON TABLE {self.table.sql} IS {said}"
        return f"COMMENT ON COLUMN {self.table.sql}.{quoted(self.column)} IS {said}"

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - the change says it all
        number = (
            "0"
            if self.column is None
            else f"(SELECT attnum FROM pg_attribute WHERE attrelid = {literal(self.table.sql)}::regclass "
            f"AND attname = {literal(self.column)})"
        )
        wanted = "NULL" if self.comment is None else literal(self.comment)
        found = (
            "(SELECT description FROM pg_description WHERE classoid = 'pg_class'::regclass "
            f"AND objoid = {literal(self.table.sql)}::regclass AND objsubid = {number})"
        )
        return (
            Check(
                id="comment",
                title=f"The comment on {self._what} is as asked",
                kind="catalog",
                sql=f"SELECT ({found} IS NOT DISTINCT FROM {wanted})::text",
                expected="true",
            ),
        )

    @property
    def _what(self) -> str:
        return f"{self.table}.{self.column}" if self.column else str(self.table)

    @property
    def title(self) -> str:
        return f"Comment on {self._what}" if self.comment else f"Remove the comment on {self._what}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Table", f"`{self.table}`"),
            ("Action", f"Comment on column `{self.column}`" if self.column else "Comment on the table"),
            ("Text", self.comment or "none, it is removed"),
        )

    @property
    def outcome(self) -> str:
        return f"{self._what} {'carries its comment' if self.comment else 'has no comment any more'}."

    def impact(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - nothing depends on it
        yield holds("Nothing changes for any statement of the application")


def _said(situation: Situation, question: str) -> str | None:
    """Plain text; somebody may have put it into quotes."""
    said = (situation.text(question) or "none").strip()
    if said.lower() == "none":
        return None
    quote = said[0]
    return said[1:-1].replace(quote * 2, quote) if len(said) > 1 and quote in "'\"" and said[-1] == quote else said
