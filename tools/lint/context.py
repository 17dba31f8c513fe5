"""What a rule may know besides its statement: the server, and what earlier statements and files did."""

from collections import ChainMap
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from protocol.steps import LockMode
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
from tools.lint.grammar import NotRead, functions_in
from tools.lint.live import SMALL, Server
from tools.lint.volatility import Volatility, VolatilityOf
from tools.locks import Effect, Known, KnownTable, after, effect_of
from tools.locks.effect import STRENGTH
from tools.locks.known import KnownDomain

BOOKKEEPING = {
    *("alembic_version", "schema_migrations", "ar_internal_metadata", "django_migrations", "flyway_schema_history"),
    *("goose_db_version", "_prisma_migrations", "knex_migrations", "databasechangelog", "databasechangeloglock"),
}
"""Tables in which migration tools keep a row for each migration; they are small."""

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

Place = tuple[str, str]
"""Schema and name."""


class Held(NamedTuple):
    """A lock that an earlier statement of the running transaction took on a table in use."""

    relation: Relation
    mode: LockMode


class Moment(NamedTuple):
    """What a ROLLBACK returns to.

    The sets of what the file has made grow in place, for a copy at each statement would cost the square of the file;
    `copied` is for a moment that is kept.
    """

    new: set[Place]
    columns: set[tuple[Place, str]]
    names: set[str]
    known: Known = Known(search_path="public")
    held: dict[Place, Held] = {}  # noqa: RUF012 - never changed in place
    enum_values: frozenset[str] = frozenset()
    unproved: frozenset[tuple[Place, str]] = frozenset()
    session: dict[str, str] = {}  # noqa: RUF012 - copied before it changes

    def copied(self) -> "Moment":
        return self._replace(new=set(self.new), columns=set(self.columns), names=set(self.names))


class Context:
    """The history so far. It grows statement by statement, for a copy a statement would cost the square of the file.

    Files are deployed one by one: a table that an earlier file made may be in use by now, so only the file that makes
    it calls it new. What an earlier file proved or defined stays known: constraints, types, domains.
    A table named without a schema is one of `public`, until the file sets `search_path`.
    `is_file` is false for a plan's statements, whose session its executor has set up; `is_wrapped` says that the
    running transaction is the one its tool wraps a file in.
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
        self.is_file = False
        self.is_wrapped = False
        self.ahead = Ahead()
        self._server = server
        self._volatility = volatility or (server.volatility_of if server else None)
        self._settings = ChainMap[str, str]({}, {})
        self._path = "public"
        self._now = Moment(set(), set(), set())
        self._saved: Moment | None = None
        self._savepoints: dict[str, Moment] = {}
        self._functions: dict[str, Volatility] = {}
        self._asked: set[Place] = set()
        self._told: set[str] = set()
        self._made_by: dict[Place, Statement] = {}
        self._no_tables: set[str] = set()
        self._weighed: tuple[Statement, Effect] | None = None

    # --- the course of files and transactions ----------------------------------------------------------------------

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

    def aside(self) -> "Context":
        """Return a context that knows the same and whose further history is its own: for a file that undoes."""
        other = Context(major=self.major, volatility=self._volatility, server=self._server)
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

    def has_said(self, rule: str) -> bool:
        """Tell whether a rule that speaks once a file has spoken."""
        return rule in self._told

    def first_time(self, rule: str) -> bool:
        """Tell whether a rule that speaks once a file has not spoken yet; from now on it has."""
        first = rule not in self._told
        self._told.add(rule)
        return first

    # --- what a rule asks ------------------------------------------------------------------------------------------

    @property
    def known(self) -> Known:
        return self._now.known

    @property
    def held(self) -> tuple[Held, ...]:
        """The locks of SHARE and above that the transaction holds on tables in use, in the order they were taken."""
        return tuple(self._now.held.values())

    @property
    def has_server(self) -> bool:
        return self._server is not None

    def effect_of(self, statement: Statement) -> Effect:
        """Return what the statement that is judged locks and does, as things stand before it."""
        if self._weighed is None or self._weighed[0] is not statement:
            self._learn_of(statement.actions)
            self._no_tables |= {name for action in statement.actions for name in _no_table(action)}
            effect = effect_of(
                statement, self.major, self.known, volatility=self.volatility_of, in_transaction=self.in_transaction
            )
            self._weighed = statement, effect
        return self._weighed[1]

    def is_new(self, table: Relation) -> bool:
        """Tell whether an earlier statement of the file created the table, so that nobody uses it yet."""
        return self._place(table) in self._now.new

    def makes(self, statement: Statement, relation: Relation) -> bool:
        """Tell whether the statement itself creates the table or the view."""
        made = (
            getattr(each, "table" if isinstance(each, CreateTable) else "view", None) for each in _creating(statement)
        )
        return any(self._place(each) == self._place(relation) for each in made if each)

    def is_table(self, relation: Relation) -> bool:
        """Tell whether it is neither a view, an index nor a sequence, as far as statements and server say."""
        return relation.name not in self._no_tables and relation.name not in self.known.indexes

    def new_tables(self) -> Iterator[tuple[Statement, KnownTable]]:
        """Yield each table that the file created and kept, with the statement that did."""
        for place, statement in self._made_by.items():
            known = self.known.find(Relation(schema_name=place[0], name=place[1])) if place in self._now.new else None
            if known:
                yield statement, known

    def is_new_column(self, table: Relation, column: str) -> bool:
        """Tell whether the file added the column, with its table or alone."""
        return self.is_new(table) or (self._place(table), column) in self._now.columns

    def is_new_name(self, name: str) -> bool:
        """Tell whether an earlier statement of the file created the type, the function, the schema of this name."""
        return name.rpartition(".")[2] in self._now.names

    def is_quick(self, table: Relation) -> bool:
        """Tell whether to read, rewrite or index the table takes no time: it is new, or known to be small."""
        if self.is_new(table) or table.name in BOOKKEEPING:
            return True
        size = self._server.size_of(table) if self._server else None
        return size is not None and size <= SMALL

    def type_of(self, table: Relation, column: str) -> str | None:
        """Return the type of a column as the history or the server tells it, None where neither does."""
        self._learn(table)
        known = self.known.find(table)
        told = known.column(column) if known else None
        return (told.type or None) if told else None

    def setting(self, name: str) -> str | None:
        """Return the value that the file gave a setting, None where it did not."""
        return self._settings.get(name)

    def proves_not_null(self, table: Relation, column: str, without: frozenset[str] = frozenset()) -> bool:
        """Tell whether it is known that the column holds no NULL, by something not named in `without`."""
        self._learn(table)
        known = self.known.find(table)
        if known is None:
            return False
        told, proofs = known.column(column), [each for each in known.constraints if column in each.proves]
        if told is not None and not told.nullable:
            return not any(each.kind == "not null" and each.name in without for each in proofs)
        return any(not each.not_valid and each.name not in without for each in proofs)

    def unproved_in_transaction(self, table: Relation, constraint: str) -> bool:
        """Tell whether the running transaction is the one that added the constraint as NOT VALID."""
        return self.in_transaction and (self._place(table), constraint) in self._now.unproved

    def added_in_transaction(self) -> frozenset[str]:
        """Return the enum values that the running transaction added, which are of no use before its end."""
        return self._now.enum_values

    def is_constrained_domain(self, type_: str) -> bool:
        """Tell whether the history or the server knows the type as a domain with a CHECK or NOT NULL."""
        self._learn_type(type_)
        domain = self.known.domains.get(type_)
        return domain is not None and domain.constrained

    def volatility_of(self, expression: str) -> Volatility | None:
        """Ask the server where there is one, else what is built in, else the file; None where none knows."""
        told = self._volatility(expression) if self._volatility else None
        return told or volatility.of_expression(expression) or self._by_file(expression)

    def _by_file(self, expression: str) -> Volatility | None:
        """Return the volatility where each function is built in or made by a file."""
        try:
            names = functions_in(expression)
        except NotRead:
            return None
        found = [volatility.of_function(name) or self._functions.get(name) for name in names]
        if "volatile" in found:
            return "volatile"
        return None if None in found else max((each for each in found if each), key=volatility.STRENGTH.index)

    # --- what statements change ------------------------------------------------------------------------------------

    def note(self, statement: Statement) -> None:
        """Remember what a statement did, for the ones after it; of a DO block only what it may have taken away."""
        if self.in_transaction:
            self._hold(statement)
        certain = not any(isinstance(action, Do) for action in statement.actions)
        kept = statement.actions if certain else tuple(each for each in statement.actions if isinstance(each, LOSSES))
        self._learn_of(kept)
        if not certain:
            self._doubt_types(statement.actions)
        self._now = self._now._replace(known=after(self.known, kept))
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

    def _settle(self) -> None:
        """Let what is known heed the settings that names and types depend on."""
        path, timezone = self._settings.get("search_path", "public"), self._settings.get("timezone")
        self._path = path
        if (self.known.search_path, self.known.timezone) != (path, timezone):
            changed = self.known.model_copy(update={"search_path": path, "timezone": timezone})
            self._now = self._now._replace(known=changed)

    def _doubt_types(self, actions: Iterable[Action]) -> None:
        """Forget the type of a column that a block may have changed."""
        for action in actions:
            known = self.known.find(action.table) if isinstance(action, AlterColumnType) else None
            if isinstance(action, AlterColumnType) and known:
                kept = tuple(column for column in known.columns if column.name != action.column)
                self._now = self._now._replace(known=self.known.with_table(known.with_(columns=kept, complete=False)))

    # --- what the server tells -------------------------------------------------------------------------------------

    def _learn_of(self, actions: Iterable[Action]) -> None:
        for action in actions if self._server else ():
            for table in _tables(action):
                self._learn(table)
            if isinstance(action, AddColumn | AlterColumnType):
                self._learn_type(action.type)

    def _learn(self, table: Relation) -> None:
        """Ask the server about a table the first time it is spoken of; later the history knows better."""
        if self._server is None or self._place(table) in self._asked or self.is_new(table):
            return
        self._asked.add(self._place(table))
        told = None if self.known.find(table) else self._server.table_of(table)
        if told:
            self._now = self._now._replace(known=self.known.with_table(told))

    def _learn_type(self, type_: str) -> None:
        if self._server is None or type_ in self.known.domains or not self._server.is_constrained_domain(type_):
            return
        domain = KnownDomain(name=type_, type="", constrained=True)
        changed = self.known.model_copy(update={"domains": self.known.domains | {type_: domain}})
        self._now = self._now._replace(known=changed)

    def _place(self, table: Relation) -> Place:
        return table.schema_name or self._path, table.name


def _tables(action: Action) -> Iterator[Relation]:
    for field in _fields(type(action), ("table", "partition", "references")):
        value = getattr(action, field)
        if isinstance(value, Relation):
            yield value


def _creating(statement: Statement) -> Iterator[Action]:
    return (action for action in statement.actions if isinstance(action, CreateTable | CreateView))


def _no_table(action: Action) -> Iterator[str]:
    for field in _fields(type(action), ("view", "index", "sequence")):
        value = getattr(action, field)
        if isinstance(value, Relation):
            yield value.name


@cache
def _fields(kind: type[Action], wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of the fields that the kind of action has."""
    return tuple(field for field in wanted if field in kind.model_fields)


def _volatility(said: str) -> Volatility:
    return next((each for each in volatility.STRENGTH if each == said.lower()), "volatile")
