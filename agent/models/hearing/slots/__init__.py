"""How each form of answer stands in words: a reader yields every place where it may end."""

from collections.abc import Callable, Iterator

from agent.models.hearing.said import Found
from agent.models.hearing.slots import clauses, lists, names, texts, values
from agent.models.hearing.tokens import Tokens

SlotReader = Callable[[Tokens, int, str], Iterator[Found]]
"""Takes the words, the place to begin at, and the question that is answered."""

FORMS: dict[str, SlotReader] = {
    "a": names.name,
    "after_noun": names.after_noun,
    "any_type": values.any_type,
    "assignments": values.assignments,
    "bare_table": names.bare_table,
    "bounds": clauses.bounds,
    "column": names.column,
    "columns": lists.columns,
    "columns_inside": lists.columns_inside,
    "condition": values.condition,
    "constraint": names.name,
    "constraint_name": names.new,
    "definition": clauses.definition,
    "each": lists.each,
    "each_table": lists.each_table,
    "elements": clauses.elements,
    "expression": values.expression,
    "ignored": names.named,
    "inside": values.inside,
    "keys": clauses.keys,
    "label": texts.label,
    "mapping": values.mapping,
    "name": names.name,
    "named": names.named,
    "new": names.new,
    "new_table": names.new_table,
    "number": values.number,
    "path": names.path,
    "ref_path": names.ref_path,
    "reference": names.refers,
    "rest": texts.rest,
    "schema": names.name,
    "row_value": values.row_value,
    "separator": texts.separator,
    "table": names.table,
    "table_reference": names.refers_to_table,
    "text": texts.text,
    "type": values.a_type,
    "typed_columns": lists.typed_columns,
    "value": values.value,
    "values": values.values,
    "words": texts.words,
}
