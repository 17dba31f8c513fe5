"""What “it” and “that table” are: the column and the table of the clause before, where only one can be meant."""

from collections.abc import Sequence

from agent.models.hearing.heard import HeardChange
from agent.models.hearing.said import Said
from protocol.discovery import name_list
from protocol.names import quoted
from tools.discover import Heard

AFTER = {
    "add_column": "column",
    "rename_column": "new_name",
    "change_type": "column",
    "set_not_null": "column",
    "drop_not_null": "column",
    "set_default": "column",
    "drop_default": "column",
    "merge_columns": "new_column",
    "add_comment": "column",
}
"""Kind -> the question whose answer is the one column that is there afterwards."""

LISTS = {"add_index": "keys", "add_unique": "columns", "add_primary_key": "columns", "add_foreign_key": "columns"}
"""Kinds that may be about one column, and the question that says so."""

NEW_TABLE = {"rename_table": "new_name", "create_table": "table_name"}
GONE = {"drop_table"}
TABLELESS = {"drop_index", "create_table", "add_enum_value", "rename_enum_value", "run_sql"}
"""Kinds without a question for an existing table."""


class Unclear(Exception):
    """A word refers to something, and to what cannot be told; the text is the sentence."""


def column_of(change: HeardChange) -> str:
    """The one column that a change leaves behind it; empty where there is none, or more than one."""
    if change.kind in AFTER:
        said = change.value(AFTER[change.kind])
        return "" if said == "none" else said
    if change.kind in LISTS:
        names = name_list(change.value(LISTS[change.kind]))
        return names[0] if len(names) == 1 and names[0].isidentifier() else ""
    return ""


def table_of(change: HeardChange) -> Heard | None:
    """The table that a change is about, by the name it has afterwards."""
    if change.kind in GONE:
        return None
    question = NEW_TABLE.get(change.kind, "table")
    found = next((one for one in change.heard if one.question == question), None)
    if found is None or question == "table":
        return found
    schema = change.value("table").rpartition(".")[0] if change.kind == "rename_table" else ""
    name = found.value.replace('"', "")
    return found.model_copy(update={"question": "table", "value": f"{schema}.{name}" if schema else name})


class Context:
    """Remembers the changes in their order; `place` is the table of “in users: …”."""

    def __init__(self, before: Sequence[HeardChange]) -> None:
        self.before = list(before)
        self.place: Heard | None = None

    def table(self) -> Heard | None:
        """The table of the clause before, or of the place that was said."""
        return self.place or (table_of(self.before[-1]) if self.before else None)

    def only_table(self) -> Heard | None:
        """The table where no other one was spoken of."""
        every = [
            found
            for change in self.before
            if change.kind not in TABLELESS - {"create_table"} and (found := table_of(change))
        ]
        same = len({one.value.lower() for one in every}) == 1 and len(every) > 0
        return self.place or (every[-1] if same else None)

    def resolved(self, said: Said, words: str) -> tuple[Heard, ...]:
        """The answer that a word like “it” stands for; raise Unclear."""
        quote = words[said.start : said.end]
        if said.refers == "table":
            table = self.table()
            if table is None:
                raise Unclear(f"I do not know which table “{quote}” is there; say its name.")
            return (table.model_copy(update={"question": said.question, "quote": quote}),)
        column = column_of(self.before[-1]) if self.before else ""
        if not column and self.before and self.before[-1].kind == "add_column":
            return ()
        if not column:
            raise Unclear(f"I do not know which column “{quote}” is there; say its name.")
        return self._column(said, column, quote)

    def _column(self, said: Said, column: str, quote: str) -> tuple[Heard, ...]:
        name = column if said.question == "column" else quoted(column)
        value = f"{name} {said.value.strip()}" if said.value else name
        table = table_of(self.before[-1])
        there = (table.model_copy(update={"quote": quote}),) if table else ()
        return (*there, Heard(question=said.question, value=value, quote=quote))
