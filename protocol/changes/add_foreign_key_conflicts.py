"""What cannot stand when a foreign key is added, and what to say instead."""

from protocol.errors import BadAnswer
from protocol.recipes.index import key_list
from protocol.recipes.index_keys import parse_columns
from protocol.recipes.naming import taken
from protocol.recipes.overlap import is_unique_on
from protocol.situation import Situation
from protocol.table_facts import TableFacts


def ref_columns(situation: Situation, parent: TableFacts) -> tuple[str, ...]:
    """The columns that are pointed to, the primary key unless others are said; raise BadAnswer."""
    said = situation.text("ref_columns") or "primary key"
    if said.strip().lower() != "primary key":
        return parse_columns("ref_columns", said, parent)
    key = next((one for one in parent.table.constraints if one.kind == "p"), None)
    if key is None:
        raise BadAnswer(f"ref_columns: `{parent.name}` has no primary key; say columns that are unique there.")
    return key.columns


def conflicts_of(
    situation: Situation, child: TableFacts, parent: TableFacts, columns: tuple[str, ...], keys: tuple[str, ...]
) -> dict[str, str]:
    """Problems by question; `columns` of the child point to `keys` of the parent."""
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
