"""What a rule may know besides its statement: the server, and what earlier statements of the file did."""

from collections import ChainMap

from tools.lint import volatility
from tools.lint.actions import (
    Action,
    AddColumn,
    AddConstraint,
    Begin,
    Commit,
    CreateDomain,
    CreateTable,
    DropColumn,
    DropConstraint,
    DropNotNull,
    Relation,
    Rollback,
    SetNotNull,
    SetSetting,
    Statement,
    ValidateConstraint,
)
from tools.lint.volatility import Volatility, VolatilityOf

Named = tuple[str, str, str]
"""Schema, table, and the name of a column or a constraint of it."""

OWN = ""
"""Stands among constraint names for a NOT NULL that was declared with the column or by SET NOT NULL."""


class Context:
    """The file so far. It grows statement by statement, for a copy a statement would cost the square of the file.

    A table named without a schema is one of `public`, until the file sets `search_path`.
    """

    def __init__(self, *, major: int, volatility: VolatilityOf | None = None, in_transaction: bool = False) -> None:
        self.major = major
        self.in_transaction = in_transaction
        self._volatility = volatility
        self._session: dict[str, str] = {}
        self._settings = ChainMap[str, str]({}, self._session)
        self._tables: set[tuple[str, str]] = set()
        self._domains: set[str] = set()
        self._constraints: dict[Named, AddConstraint] = {}
        self._proofs: dict[Named, set[str]] = {}
        self._unproved_here: set[Named] = set()

    def is_new(self, table: Relation) -> bool:
        """Tell whether an earlier statement created the table, so that nobody uses it yet."""
        return self._key(table) in self._tables

    def setting(self, name: str) -> str | None:
        """Return the value that the file gave a setting, None where it did not."""
        return self._settings.get(name)

    def proves_not_null(self, table: Relation, column: str, without: frozenset[str] = frozenset()) -> bool:
        """Tell whether an earlier statement proved that the column holds no NULL, by a constraint not in `without`."""
        return bool(self._proofs.get((*self._key(table), column), set()) - without)

    def unproved_in_transaction(self, table: Relation, constraint: str) -> bool:
        """Tell whether the running transaction is the one that added the constraint as NOT VALID."""
        return self.in_transaction and (*self._key(table), constraint) in self._unproved_here

    def stands_on_another(self, constraint: AddConstraint) -> bool:
        """Tell whether another table, perhaps a partition, has a constraint of that name to the same table already."""
        named, kind, target = constraint.name, constraint.kind, constraint.references
        return target is not None and any(
            (each.name, each.kind, each.references) == (named, kind, target) and each.table != constraint.table
            for each in self._constraints.values()
        )

    def is_constrained_domain(self, type_: str) -> bool:
        """Tell whether the file created the type as a domain with a CHECK or NOT NULL."""
        return type_ in self._domains

    def volatility_of(self, expression: str) -> Volatility | None:
        """Ask the server where there is one, else what is built in; None where neither knows."""
        told = self._volatility(expression) if self._volatility else None
        return told or volatility.of_expression(expression)

    def begin(self) -> None:
        self.in_transaction = True
        self._unproved_here.clear()

    def end(self) -> None:
        self.in_transaction = False
        self._unproved_here.clear()
        self._settings.maps[0].clear()

    def note(self, statement: Statement) -> None:
        """Remember what a statement did, for the ones after it."""
        for action in statement.actions:
            self._note(action)

    def _note(self, action: Action) -> None:
        match action:
            case CreateTable(table=table, if_not_exists=False):
                self._tables.add(self._key(table))
            case CreateDomain(name=name, constrained=True):
                self._domains.add(name)
            case SetSetting():
                self._set(action)
            case Begin():
                self.begin()
            case Commit():
                self.end()
            case Rollback():
                self._forget()
            case _:
                self._note_proof(action)

    def _note_proof(self, action: Action) -> None:
        match action:
            case AddColumn(table=table, column=column) if action.not_null or action.primary:
                self._prove(table, column, OWN)
            case SetNotNull(table=table, column=column):
                self._prove(table, column, OWN)
            case DropNotNull(table=table, column=column) | DropColumn(table=table, column=column):
                self._proofs.pop((*self._key(table), column), None)
            case AddConstraint():
                self._add(action)
            case ValidateConstraint(table=table, name=name):
                self._validate(table, name)
            case DropConstraint(table=table, name=name):
                self._drop(table, name)

    def _add(self, constraint: AddConstraint) -> None:
        if not constraint.name:
            return  # the server will name it, so a DROP CONSTRAINT of it would not be recognised
        named = (*self._key(constraint.table), constraint.name)
        self._constraints[named] = constraint
        if constraint.not_valid:
            self._unproved_here.add(named)
        else:
            self._validate(constraint.table, constraint.name)

    def _validate(self, table: Relation, name: str) -> None:
        constraint = self._constraints.get((*self._key(table), name))
        for column in constraint.proves if constraint else ():
            self._prove(table, column, name)

    def _drop(self, table: Relation, name: str) -> None:
        constraint = self._constraints.pop((*self._key(table), name), None)
        if constraint is None:
            return
        for column in constraint.proves:
            proofs = self._proofs.get((*self._key(table), column), set())
            proofs.discard(name)
            if constraint.kind == "not null":
                proofs.discard(OWN)  # since PostgreSQL 18 the column's NOT NULL is that constraint

    def _prove(self, table: Relation, column: str, by: str) -> None:
        self._proofs.setdefault((*self._key(table), column), set()).add(by)

    def _set(self, action: SetSetting) -> None:
        values = self._settings.maps[0] if action.local else self._session
        if action.name == "all":
            values.clear()
        elif action.value is None:
            values.pop(action.name, None)
        else:
            values[action.name] = action.value

    def _forget(self) -> None:
        """Give up on what a ROLLBACK may have taken back: all of it, for that errs on the safe side."""
        self.end()
        self._tables.clear()
        self._constraints.clear()
        self._proofs.clear()
        self._session.clear()

    def _key(self, table: Relation) -> tuple[str, str]:
        return table.schema_name or self._settings.get("search_path", "public"), table.name
