"""What stands on a table or on its columns, and what becomes of it when they change.

The fates were measured on PostgreSQL 15, 16 and 18 (`tests/tools/introspect/test_fates.py` measures them again).
"""

from collections.abc import Iterable
from typing import Literal

from protocol.names import TableName
from protocol.value import Value

Outcome = Literal["blocks", "follows", "vanishes silently", "breaks at run time", "unaffected", "cannot be known"]
"""`blocks`: the server refuses the change without CASCADE; `follows`: it goes on working with the new name or type."""

Kind = Literal[
    "view",
    "materialised view",
    "function",
    "function with a parsed body",
    "function with the row type",
    "function with dynamic SQL",
    "function in another language",
    "trigger",
    "trigger function",
    "trigger elsewhere",
    "rule",
    "rule elsewhere",
    "policy",
    "policy elsewhere",
    "generated column",
    "default",
    "index",
    "check constraint",
    "unique constraint",
    "primary key",
    "exclusion constraint",
    "foreign key",
    "foreign key from elsewhere",
    "inheriting table",
    "partition",
    "partition key",
    "parent",
    "owned sequence",
    "identity sequence",
    "used sequence",
    "publication",
    "publication of columns or rows",
    "publication of everything",
    "replica identity",
    "statistics object",
    "column of the row type",
    "table privileges",
    "column privileges",
    "comment",
]


Change = Literal["drop_table", "drop_column", "rename_table", "rename_column", "change_type"]
"""A plain change, made without CASCADE."""


class Fate(Value):
    """What happens to a dependant on each change of the table, or of a column it uses.

    A type that PL/pgSQL takes from a column breaks in the sessions to come only: one that has run the function keeps
    what it compiled. PostgreSQL 15 and 16 then say "syntax error", 18 says what is missing (measured). Whether a text
    goes on working with another type depends on both: int to bigint passes where int to text breaks (measured).
    """

    drop_table: Outcome
    drop_column: Outcome
    rename_table: Outcome
    rename_column: Outcome
    change_type: Outcome


def _fate(*outcomes: Outcome) -> Fate:
    return Fate(**dict(zip(Fate.model_fields, outcomes, strict=True)))


_BLOCKS = _fate("blocks", "blocks", "follows", "follows", "blocks")
_OWN_BLOCKS = _fate("vanishes silently", "blocks", "follows", "follows", "blocks")
_OWN = _fate("vanishes silently", "vanishes silently", "follows", "follows", "follows")
_BREAKS = _fate(
    "breaks at run time", "breaks at run time", "breaks at run time", "breaks at run time", "cannot be known"
)
_NOT_KNOWN = _fate("cannot be known", "cannot be known", "cannot be known", "cannot be known", "cannot be known")
_UNAFFECTED = _fate("unaffected", "unaffected", "unaffected", "unaffected", "unaffected")

FATES: dict[Kind, Fate] = {
    "view": _BLOCKS,
    "materialised view": _BLOCKS,
    "function": _BREAKS,
    "function with a parsed body": _BLOCKS,
    "function with the row type": _fate("blocks", "follows", "follows", "follows", "follows"),
    "function with dynamic SQL": _NOT_KNOWN,
    "function in another language": _NOT_KNOWN,
    "trigger": _OWN_BLOCKS,
    "trigger function": _fate("unaffected", "breaks at run time", "follows", "breaks at run time", "cannot be known"),
    "trigger elsewhere": _BREAKS,
    "rule": _OWN_BLOCKS,
    "rule elsewhere": _BLOCKS,
    "policy": _OWN_BLOCKS,
    "policy elsewhere": _BLOCKS,
    "generated column": _OWN_BLOCKS,
    "default": _OWN,
    "index": _OWN,
    "check constraint": _OWN,
    "unique constraint": _OWN,
    "primary key": _OWN,
    "exclusion constraint": _OWN,
    "foreign key": _OWN,
    "foreign key from elsewhere": _fate("blocks", "blocks", "follows", "follows", "follows"),
    "inheriting table": _fate("blocks", "vanishes silently", "follows", "follows", "follows"),
    "partition": _OWN,
    "partition key": _OWN_BLOCKS,
    "parent": _fate("unaffected", "blocks", "unaffected", "blocks", "blocks"),
    "owned sequence": _OWN,
    "identity sequence": _OWN,
    "used sequence": _UNAFFECTED,
    "publication": _fate("vanishes silently", "unaffected", "follows", "unaffected", "unaffected"),
    "publication of columns or rows": _OWN_BLOCKS,
    "publication of everything": _UNAFFECTED,
    "replica identity": _OWN,
    "statistics object": _OWN,
    "column of the row type": _fate("blocks", "follows", "follows", "follows", "blocks"),
    "table privileges": _fate("vanishes silently", "unaffected", "follows", "unaffected", "unaffected"),
    "column privileges": _OWN,
    "comment": _OWN,
}


PARTS: frozenset[Kind] = frozenset(
    {
        "check constraint",
        "comment",
        "default",
        "exclusion constraint",
        "foreign key",
        "generated column",
        "identity sequence",
        "index",
        "owned sequence",
        "partition key",
        "primary key",
        "replica identity",
        "table privileges",
        "unique constraint",
    }
)
"""What belongs to the table and goes with it."""


class Dependant(Value):
    """Something that stands on `table`; `columns` are the table's columns it uses, empty when the table as such.

    `note` says what it uses and how. `all_columns` means that it takes the row as a whole, such as `SELECT *`.
    Deeper ones have `depth` over 1 and the views on the way in `path`, the nearest first; the columns of the table they
    come to use through those are not known.
    """

    table: TableName
    kind: Kind
    name: str
    note: str = ""
    columns: tuple[str, ...] = ()
    all_columns: bool = False
    depth: int = 1
    path: tuple[str, ...] = ()
    fate: Fate

    @property
    def is_part(self) -> bool:
        """Whether it is a piece of the table itself, which its own description already shows."""
        return self.kind in PARTS

    def uses(self, columns: Iterable[str]) -> bool:
        """Say whether a change of one of these columns can concern it."""
        return self.all_columns or self.depth > 1 or bool(set(self.columns) & set(columns))

    def outcome(self, change: Change, column: str | None = None) -> Outcome:
        """Say what this change does to it; for a change of a column, of that one, which it may not use at all."""
        said: Outcome = getattr(self.fate, change)
        if change in ("drop_table", "rename_table") or column is None or column in self.columns or self.depth > 1:
            return said
        if self.all_columns:
            return "cannot be known"
        return said if said == "cannot be known" else "unaffected"


def standing(table: TableName, kind: Kind, name: str, note: str = "", columns: tuple[str, ...] = ()) -> Dependant:
    """Build a dependant with the fate that its kind has."""
    return Dependant(table=table, kind=kind, name=name, note=note, columns=columns, fate=FATES[kind])
