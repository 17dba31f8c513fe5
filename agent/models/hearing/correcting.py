"""Where words that correct or complete belong: the change, and its question."""

from collections.abc import Mapping, Sequence

from agent.models.hearing.context import Unclear, column_of
from agent.models.hearing.heard import HeardChange
from agent.models.hearing.refusing import label_of
from tools.discover import Heard

NAME = {
    "add_column": "column",
    "rename_column": "new_name",
    "rename_table": "new_name",
    "create_table": "table_name",
    "add_index": "index_name",
    "copy_column": "new_column",
    "merge_columns": "new_column",
    "create_partition": "partition",
    "add_check": "constraint_name",
    "add_unique": "constraint_name",
    "add_primary_key": "constraint_name",
    "add_foreign_key": "constraint_name",
    "add_exclusion": "constraint_name",
}
"""Kind -> the question that “call it …” answers."""

TAKES: Mapping[str, frozenset[str]] = {
    "add_column": frozenset({"table", "column", "type", "default"}),
    "drop_column": frozenset({"table", "column"}),
    "rename_column": frozenset({"table", "column"}),
    "change_type": frozenset({"table", "column", "type", "using"}),
    "set_not_null": frozenset({"table", "column", "fill"}),
    "drop_not_null": frozenset({"table", "column"}),
    "set_default": frozenset({"table", "column", "default"}),
    "drop_default": frozenset({"table", "column"}),
    "add_index": frozenset({"table", "unique", "method", "where", "include", "index_name"}),
    "add_check": frozenset({"table", "constraint_name"}),
    "add_foreign_key": frozenset({"table", "on_delete", "constraint_name"}),
    "add_unique": frozenset({"table", "constraint_name"}),
    "add_primary_key": frozenset({"table", "constraint_name"}),
    "add_exclusion": frozenset({"table", "where", "method", "constraint_name"}),
    "drop_constraint": frozenset({"table"}),
    "rename_table": frozenset({"table"}),
    "move_schema": frozenset({"table"}),
    "drop_table": frozenset({"table"}),
    "add_enum_value": frozenset({"place"}),
    "create_partition": frozenset({"table"}),
    "attach_partition": frozenset({"table"}),
    "detach_partition": frozenset({"table"}),
    "add_comment": frozenset({"table", "column"}),
    "set_values": frozenset({"table", "where"}),
    "split_column": frozenset({"table", "column"}),
    "merge_columns": frozenset({"table"}),
    "copy_column": frozenset({"table", "column"}),
    "deduplicate": frozenset({"table", "keep"}),
    "move_rows": frozenset({"table", "where", "delete_source"}),
}
"""Kind -> the questions that a few words alone may answer again."""

OPPOSITE = {
    "set_not_null": "drop_not_null",
    "drop_not_null": "set_not_null",
    "set_default": "drop_default",
    "drop_default": "set_default",
}
COMPLETES = {
    "set_not_null": ("nullable", "no"),
    "drop_not_null": ("nullable", "yes"),
    "drop_default": ("default", "none"),
    "set_default": ("default", "default"),
    "change_type": ("type", "type"),
    "rename_column": ("column", "new_name"),
}
"""Kind -> the question of add_column that it answers, and the answer or the question that holds it."""


def same_place(every: Mapping[int, HeardChange], questions: Sequence[str]) -> list[HeardChange]:
    """The changes that all of the questions may be asked of."""
    return [
        one
        for one in every.values()
        if all(
            question in TAKES.get(one.kind, ()) or (question == "name" and one.kind in NAME) for question in questions
        )
    ]


def corrected(every: Mapping[int, HeardChange], heard: tuple[Heard, ...], words: str) -> HeardChange:
    """The change with its answers corrected; raise Unclear where more than one may be meant."""
    fits = same_place(every, [one.question for one in heard])
    if len(fits) != 1:
        told = "; ".join(f"{one.number}: {label_of(one.kind)}" for one in fits)
        raise Unclear(f"Which change is “{words.strip()[:80]}” about? {told}. Say it with the change.")
    change = fits[0]
    named = (one.model_copy(update={"question": NAME[change.kind]}) if one.question == "name" else one for one in heard)
    return change.with_heard(*named)


def completed(
    change: HeardChange, every: Mapping[int, HeardChange], *, running: int, adds: bool, quote: str
) -> HeardChange | None:
    """The earlier change that this one completes, corrects or takes the place of; None where it is one more."""
    for number, there in reversed(list(every.items())):
        if there.kind == "add_column" and change.kind in COMPLETES and _same_column(change, there):
            return _complete(there, change, quote)
        if number <= running and change.kind == OPPOSITE.get(there.kind) and _same_column(change, there):
            return HeardChange(change.kind, change.heard, number)
    same = [one for one in every.values() if one.number <= running and one.kind == change.kind]
    if len(same) == 1 and not adds:
        return same[0].with_heard(*change.heard)
    return None


def _same_column(change: HeardChange, there: HeardChange) -> bool:
    table, other = change.value("table"), there.value("table")
    there_is = column_of(there) != "" or there.kind == "add_column"
    return there_is and change.value("column") == column_of(there) and table in ("", other)


def _complete(added: HeardChange, change: HeardChange, said: str) -> HeardChange:
    if change.value("fill") or change.value("using"):
        raise Unclear("A column that is only being added has no old values: say its default, or “computed as …”.")
    question, answer = COMPLETES[change.kind]
    source = next((one for one in change.heard if one.question == answer), None)
    quote = source.quote if source else said
    return added.with_heard(Heard(question=question, value=source.value if source else answer, quote=quote))
