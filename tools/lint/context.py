"""What a rule may know besides its statement: the server, and what earlier statements and files did."""

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
    Do,
    DropColumn,
    DropConstraint,
    DropNotNull,
    DropTable,
    Relation,
    RenameColumn,
    RenameConstraint,
    RenameTable,
    Rollback,
    RollbackTo,
    SetNotNull,
    SetSetting,
    SetTableSchema,
    Statement,
    ValidateConstraint,
)
from tools.lint.live import SMALL, Server
from tools.lint.search_path import first_schema
from tools.lint.volatility import Volatility, VolatilityOf

Named = tuple[str, str, str]
"""Schema, table, and the name of a column or a constraint of it."""

OWN = ""
"""Stands among constraint names for a NOT NULL that was declared with the column or by SET NOT NULL."""


LOSSES = (
    Commit,
    DropColumn,
    DropConstraint,
    DropNotNull,
    DropTable,
    RenameColumn,
    RenameConstraint,
    RenameTable,
    Rollback,
    RollbackTo,
    SetTableSchema,
)
"""What takes something away that the file has proved or made."""


class Context:
    """The history so far. It grows statement by statement, for a copy a statement would cost the square of the file.

    Files are deployed one by one: a table that an earlier file made may be in use by now, so only the file that makes
    it calls it new. What an earlier file proved or defined stays known: constraints, types, domains.
    A table named without a schema is one of `public`, until the file sets `search_path`.
    """

    def __init__(
        self,
        *,
        major: int,
        volatility: VolatilityOf | None = None,
        in_transaction: bool = False,
        server: Server | None = None,
    ) -> None:
        self.major = major
        self.in_transaction = in_transaction
        self._server = server
        self._volatility = volatility or (server.volatility_of if server else None)
        self._session: dict[str, str] = {}
        self._settings = ChainMap[str, str]({}, self._session)
        self._tables: set[tuple[str, str]] = set()
        self._domains: set[str] = set()
        self._types: dict[Named, str] = {}
        self._constraints: dict[Named, AddConstraint] = {}
        self._proofs: dict[Named, set[str]] = {}
        self._unproved_here: set[Named] = set()
        self._asked: set[tuple[str, str]] = set()

    def begin_file(self, in_transaction: bool) -> None:
        """Start the next file; `in_transaction` says that what runs it wraps it in one transaction."""
        self.end()
        self.in_transaction = in_transaction
        self._session.clear()
        self._tables.clear()

    def aside(self) -> "Context":
        """Return a context that knows the same and whose further history is its own: for a file that undoes."""
        other = Context(major=self.major, volatility=self._volatility, server=self._server)
        other._tables |= self._tables
        other._domains |= self._domains
        other._types |= self._types
        other._constraints |= self._constraints
        other._proofs |= {named: set(by) for named, by in self._proofs.items()}
        other._asked |= self._asked
        return other

    def is_new(self, table: Relation) -> bool:
        """Tell whether an earlier statement of the file created the table, so that nobody uses it yet."""
        return self._key(table) in self._tables

    def is_quick(self, table: Relation) -> bool:
        """Tell whether to read, rewrite or index the table takes no time: it is new, or the server knows it small."""
        if self.is_new(table):
            return True
        size = self._server.size_of(table) if self._server else None
        return size is not None and size <= SMALL

    def type_of(self, table: Relation, column: str) -> str | None:
        """Return the type of a column as the history or the server tells it, None where neither does."""
        self._learn(table)
        return self._types.get((*self._key(table), column))

    def setting(self, name: str) -> str | None:
        """Return the value that the file gave a setting, None where it did not."""
        return self._settings.get(name)

    def proves_not_null(self, table: Relation, column: str, without: frozenset[str] = frozenset()) -> bool:
        """Tell whether an earlier statement proved that the column holds no NULL, by a constraint not in `without`."""
        self._learn(table)
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
        """Tell whether the history or the server knows the type as a domain with a CHECK or NOT NULL."""
        return type_ in self._domains or (self._server is not None and self._server.is_constrained_domain(type_))

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
        """Remember what a statement did, for the ones after it; of a DO block only what it may have taken away."""
        certain = not any(isinstance(action, Do) for action in statement.actions)
        for action in statement.actions:
            if certain or isinstance(action, LOSSES):
                self._note(action)

    def _note(self, action: Action) -> None:
        match action:
            case CreateTable(table=table, if_not_exists=doubtful):
                if not doubtful or self._is_missing(table):
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
                self.end()
                self._forget()
            case RollbackTo():
                self._forget()
            case RenameTable(table=table) | SetTableSchema(table=table) | DropTable(table=table):
                self._lose(table)
            case _:
                self._note_proof(action)

    def _is_missing(self, table: Relation) -> bool:
        return self._server is not None and self._server.size_of(table) is None

    def _note_proof(self, action: Action) -> None:
        table = getattr(action, "table", None)
        if isinstance(table, Relation):
            self._learn(table)
        match action:
            case AddColumn(table=table, column=column):
                self._types[*self._key(table), column] = action.type
                if action.not_null or action.primary:
                    self._prove(table, column, OWN)
            case SetNotNull(table=table, column=column):
                self._prove(table, column, OWN)
            case (
                DropNotNull(table=table, column=column)
                | DropColumn(table=table, column=column)
                | RenameColumn(table=table, column=column)
            ):
                self._proofs.pop((*self._key(table), column), None)
            case AddConstraint():
                self._add(action)
            case ValidateConstraint(table=table, name=name):
                self._validate(table, name)
            case DropConstraint(table=table, name=name) | RenameConstraint(table=table, name=name):
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

    def _learn(self, table: Relation) -> None:
        """Ask the server about a table the first time it is spoken of; later the history knows better."""
        if self._server is None or self._key(table) in self._asked or self.is_new(table):
            return
        self._asked.add(self._key(table))
        for column, type_ in self._server.types_of(table).items():
            self._types.setdefault((*self._key(table), column), type_)
        for constraint in self._server.constraints_of(table):
            self._constraints.setdefault((*self._key(table), constraint.name), constraint)
            for column in () if constraint.not_valid else constraint.proves:
                self._prove(table, column, constraint.name)

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
        self._tables.clear()
        self._constraints.clear()
        self._proofs.clear()
        self._session.clear()

    def _lose(self, table: Relation) -> None:
        """Forget a table whose name now stands for nothing, or soon for another."""
        key = self._key(table)
        self._tables.discard(key)
        self._constraints = {named: each for named, each in self._constraints.items() if named[:2] != key}
        self._proofs = {named: each for named, each in self._proofs.items() if named[:2] != key}

    def _key(self, table: Relation) -> tuple[str, str]:
        return table.schema_name or first_schema(self._settings.get("search_path", "public")), table.name
