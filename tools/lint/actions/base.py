"""What every action is made of: a frozen value, and the names of what it touches."""

from protocol.value import Value


class Relation(Value):
    """A table, view, index or sequence as the statement names it; `schema_name` is empty where it does not say."""

    schema_name: str = ""
    name: str

    def __str__(self) -> str:
        return f"{self.schema_name}.{self.name}" if self.schema_name else self.name


class Action(Value):
    """One thing that a statement does. Every kind of action is a subclass, and a value."""


class Harmless(Action):
    """Read, and nothing in it to judge: SHOW, EXPLAIN, FETCH …; `kind` is its SQL name."""

    kind: str


class Opaque(Action):
    """Not understood; `at` counts characters from the statement's start, `broken` says that the server refuses it."""

    reason: str
    at: int = 0
    broken: bool = False
