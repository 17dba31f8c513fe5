"""What the statements still to come give back: a name that is gone for a moment inside a transaction is not missed."""

from collections.abc import Iterator, Sequence

from tools.lint.actions import (
    Action,
    AddConstraint,
    AttachIndex,
    Begin,
    Commit,
    CreateFunction,
    CreateObject,
    CreatePolicy,
    CreateSequence,
    CreateTable,
    CreateView,
    RenameTable,
    RenameView,
    Rollback,
    SetReplicaIdentity,
    Statement,
)


class Ahead:
    """The names that a file makes, by the transaction and the place where it makes them; one pass over the file."""

    def __init__(self, statements: Sequence[Statement] = (), *, in_transaction: bool = False) -> None:
        self._at = 0
        self._transactions: list[int] = []
        self._made: dict[tuple[int, str], int] = {}
        self._policies: set[str] = set()
        self._attached: set[str] = set()
        self._read(statements, in_transaction=in_transaction)

    def _read(self, statements: Sequence[Statement], *, in_transaction: bool) -> None:
        transaction = 0
        for at, statement in enumerate(statements):
            transaction += not in_transaction
            self._transactions.append(transaction)
            for action in statement.actions:
                in_transaction = _inside(action, in_transaction)
                self._note(action)
                for name in _made(action):
                    self._made[transaction, name] = at

    def _note(self, action: Action) -> None:
        match action:
            case CreatePolicy(table=table):
                self._policies.add(table.name)
            case AttachIndex(index=index):
                self._attached.add(index.name)

    def step(self) -> None:
        self._at += 1

    def comes_back(self, name: str) -> bool:
        """Tell whether a later statement of the same transaction makes something of this name, without its schema."""
        if self._at >= len(self._transactions):
            return False
        return self._made.get((self._transactions[self._at], name.rpartition(".")[2]), -1) > self._at

    def key_comes_back(self, table: str) -> bool:
        """Tell whether a later statement of the same transaction tells the table's rows apart again."""
        return self.comes_back(f"primary key of {table}")

    def has_policy(self, table: str) -> bool:
        """Tell whether the file makes a policy for the table, anywhere."""
        return table in self._policies

    def is_attached_to(self, index: str) -> bool:
        """Tell whether the file attaches the index of a partition to it, anywhere."""
        return index in self._attached


def _inside(action: Action, before: bool) -> bool:
    match action:
        case Begin():
            return True
        case Commit() | Rollback():
            return False
        case _:
            return before


def _made(action: Action) -> Iterator[str]:
    match action:
        case CreateTable(table=made) | CreateView(view=made) | CreateSequence(sequence=made):
            yield made.name
        case RenameTable(to=name) | RenameView(to=name):
            yield name
        case CreateFunction(name=name) | CreateObject(name=name):
            yield name.rpartition(".")[2]
        case AddConstraint(kind="primary key", table=table) | SetReplicaIdentity(table=table):
            yield f"primary key of {table.name}"
