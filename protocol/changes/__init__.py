"""The vocabulary of changes: one kind, one file. Every kind is listed once, here, as a member of the union."""

from protocol.changes.add_column import AddColumn
from protocol.changes.base import Change

AnyChange = AddColumn

KINDS: dict[str, type[Change]] = {"add_column": AddColumn}

__all__ = ["KINDS", "AddColumn", "AnyChange", "Change"]
