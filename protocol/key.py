"""The key that batches walk along."""

from protocol.value import Value


class KeyColumn(Value):
    name: str
    type: str


class Key(Value):
    """A unique, not-null key that batches can walk along."""

    index: str
    columns: tuple[KeyColumn, ...]
