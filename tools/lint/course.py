"""The course of a file: what its statements have done so far, statement by statement."""

from collections import ChainMap
from collections.abc import Iterable, Sequence
from typing import Self

from tools.lint import volatility
from tools.lint.actions import (
    Action,
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AlterColumnType,
    Begin,
    Commit,
    CreateDomain,
    CreateEnum,
    CreateFunction,
    CreateObject,
    CreateSequence,
    CreateTable,
    CreateType,
    CreateView,
    Do,
    DropColumn,
    DropConstraint,
    DropNotNull,
    DropTable,
    Relation,
    ReleaseSavepoint,
    RenameColumn,
    RenameConstraint,
    RenameTable,
    Rollback,
    RollbackTo,
    Savepoint,
    SetSetting,
    SetTableSchema,
    Statement,
)
from tools.lint.ahead import Ahead
from tools.lint.moment import Held, Moment
from tools.lint.schema import SchemaSoFar
from tools.lint.volatility import Volatility
from tools.locks import after
from tools.locks.effect import STRENGTH

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


class Course(SchemaSoFar):
    """Grows in place, for a copy a statement would cost the square of the file; a ROLLBACK returns to a copy."""

    def begin_file(self, in_transaction: bool) -> None:
        """Start the next file; `in_transaction` says that what runs it wraps it in one transaction."""
        self.end()
        self._settings = ChainMap({}, {})
        self._now = self._now._replace(new=set(), columns=set(), names=set(), session={})
        self._settle()
        self.is_file = True
        self._told.clear()
        self._made_by.clear()
        self._no_tables.clear()
        self.is_wrapped = in_transaction
        if in_transaction:
            self.begin()

    def foresee(self, statements: Sequence[Statement]) -> None:
        """Look at the statements to come, which are then judged one by one."""
        self.ahead = Ahead(statements, in_transaction=self.in_transaction)

    def aside(self) -> Self:
        """Return a context that knows the same and whose further history is its own: for a file that undoes."""
        other = type(self)(major=self.major, volatility=self._volatility, server=self._server)
        other._now = self._now.copied()
        other._settings = ChainMap({}, dict(self._now.session))
        other._path = self._path
        other._functions |= self._functions
        other._asked |= self._asked
        return other

    def begin(self) -> None:
        if not self.in_transaction:
            self._saved = self._now.copied()
        self.in_transaction = True

    def end(self) -> None:
        self.in_transaction = self.is_wrapped = False
        self._saved = None
        self._savepoints.clear()
        self._now = self._now._replace(held={}, enum_values=frozenset(), unproved=frozenset())
        self._settings.maps[0].clear()
        self._settle()

    def note(self, statement: Statement) -> None:
        """Remember what a statement did, for the ones after it; of a DO block only what it may have taken away."""
        if self.in_transaction:
            self._hold(statement)
        certain = not any(isinstance(action, Do) for action in statement.actions)
        kept = statement.actions if certain else tuple(each for each in statement.actions if isinstance(each, LOSSES))
        self._learn_of(kept)
        if not certain:
            self._doubt_types(statement.actions)
        after(self.known, kept)
        for action in kept:
            self._note(action, certain=certain)
            if isinstance(action, CreateTable):
                self._made_by[self._place(action.table)] = statement
        self._weighed = None
        self.ahead.step()

    def _hold(self, statement: Statement) -> None:
        locks = (lock for lock in self.effect_of(statement).locks if STRENGTH[lock.mode] >= STRENGTH["SHARE"])
        used = (lock for lock in locks if not self.is_new(lock.relation))
        strong = [lock for lock in used if not self.makes(statement, lock.relation)]
        held = dict(self._now.held) if strong else self._now.held
        for lock in strong:
            before = held.get(self._place(lock.relation))
            if before is None or STRENGTH[before.mode] < STRENGTH[lock.mode]:
                held[self._place(lock.relation)] = Held(lock.relation, lock.mode)
        self._now = self._now._replace(held=held)

    def _note(self, action: Action, *, certain: bool) -> None:
        match action:
            case CreateTable() | CreateView() | CreateSequence():
                self._create(action)
            case CreateDomain(name=name) | CreateEnum(name=name) | CreateType(name=name) | CreateObject(name=name):
                self._now.names.add(name.rpartition(".")[2])
            case CreateFunction(name=name):
                self._functions[name] = _volatility(action.volatility)
                self._now.names.add(name.rpartition(".")[2])
            case SetSetting():
                self._set(action)
            case AddEnumValue(name=name, value=value) if self.in_transaction and not self.is_new_name(name):
                self._now = self._now._replace(enum_values=self._now.enum_values | {value})
            case AddConstraint(table=table, name=name, not_valid=True) if name:
                self._now = self._now._replace(unproved=self._now.unproved | {(self._place(table), name)})
            case AddColumn(table=table, column=column, if_not_exists=False):
                self._now.columns.add((self._place(table), column))
            case RenameTable(table=table, to=to):
                self._move(table, to, certain=certain)
            case SetTableSchema(table=table) | DropTable(table=table):
                self._forget(table)
            case _:
                self._note_session(action)

    def _note_session(self, action: Action) -> None:
        match action:
            case Begin():
                self.begin()
            case Commit():
                self.end()
            case Rollback():
                self._return_to(self._saved)
                self.end()
            case Savepoint(name=name):
                self._savepoints[name] = self._now.copied()
            case ReleaseSavepoint(name=name):
                self._savepoints.pop(name, None)
            case RollbackTo(name=name):
                self._return_to(self._savepoints.get(name))

    def _create(self, action: CreateTable | CreateView | CreateSequence) -> None:
        match action:
            case CreateTable(table=made, if_not_exists=doubtful):
                sure = not doubtful or self._is_missing(made)
            case CreateView(view=made, replace=doubtful):
                sure = not doubtful
            case CreateSequence(sequence=made):
                sure = True
        if sure:
            self._now.new.add(self._place(made))

    def _is_missing(self, table: Relation) -> bool:
        return self._server is not None and self._server.size_of(table) is None

    def _move(self, table: Relation, to: str, *, certain: bool) -> None:
        """A new table stays new under its new name; under which an older one may have been known as new."""
        was_new, place = self.is_new(table), (self._place(table)[0], to)
        self._forget(table)
        if was_new and certain:
            self._now.new.add(place)
        else:
            self._now.new.discard(place)

    def _forget(self, table: Relation) -> None:
        self._now.new.discard(self._place(table))

    def _return_to(self, moment: Moment | None) -> None:
        if moment is not None:
            self._now = moment.copied()
            self._settings.maps[1] = dict(moment.session)
            self._settle()

    def _set(self, action: SetSetting) -> None:
        values = self._settings.maps[0] if action.local else self._settings.maps[1]
        if action.name == "all":
            values.clear()
        elif action.value is None:
            values.pop(action.name, None)
        else:
            values[action.name] = action.value
        self._now = self._now._replace(session=dict(self._settings.maps[1]))
        self._settle()

    def _doubt_types(self, actions: Iterable[Action]) -> None:
        """Forget the type of a column that a block may have changed."""
        for action in actions:
            known = self.known.find(action.table) if isinstance(action, AlterColumnType) else None
            if isinstance(action, AlterColumnType) and known:
                kept = tuple(column for column in known.columns if column.name != action.column)
                self.known.with_table(known.with_(columns=kept, complete=False))


def _volatility(said: str) -> Volatility:
    return next((each for each in volatility.STRENGTH if each == said.lower()), "volatile")
