"""What is known at a place in a file: the schema so far, the server's part of it, and what a statement does to it."""

from collections import ChainMap
from collections.abc import Iterable, Iterator
from functools import cache

from tools.lint import volatility
from tools.lint.actions import (
    Action,
    AddColumn,
    AddConstraint,
    AlterColumnType,
    CreateIndex,
    CreateTable,
    CreateView,
    Relation,
    Statement,
)
from tools.lint.ahead import Ahead
from tools.lint.grammar import NotRead, functions_in
from tools.lint.live import Server
from tools.lint.moment import Moment, Place
from tools.lint.search_path import first_schema
from tools.lint.volatility import Volatility, VolatilityOf
from tools.locks import Effect, effect_of
from tools.locks.known import Growing, KnownDomain, KnownTable
from tools.locks.names import index_name, named


class SchemaSoFar:
    """Knows what statements and server have told; `Course` lets it follow a file."""

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
        self._now = Moment(set(), set(), set(), Growing(settings={"search_path": "public"}))
        self._saved: Moment | None = None
        self._savepoints: dict[str, Moment] = {}
        self._functions: dict[str, Volatility] = {}
        self._asked: set[Place] = set()
        self._told: set[str] = set()
        self._made_by: dict[Place, Statement] = {}
        self._no_tables: set[str] = set()
        self._weighed: tuple[Statement, Effect] | None = None

    @property
    def known(self) -> Growing:
        return self._now.known

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

    def is_new_name(self, name: str) -> bool:
        """Tell whether an earlier statement of the file created the type, the function, the schema of this name."""
        return name.rpartition(".")[2] in self._now.names

    def makes(self, statement: Statement, relation: Relation) -> bool:
        """Tell whether the statement itself creates the table or the view."""
        made = (
            getattr(each, "table" if isinstance(each, CreateTable) else "view", None) for each in _creating(statement)
        )
        return any(self._place(each) == self._place(relation) for each in made if each)

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

    def _settle(self) -> None:
        """Let what is known heed the settings that names and types depend on."""
        path = self._settings.get("search_path", "public")
        self._path = first_schema(path)
        self.known.put("settings", "search_path", path)
        self.known.put("settings", "timezone", self._settings.get("timezone"))

    def _learn_of(self, actions: Iterable[Action]) -> None:
        self._ask_about(actions)
        for action in actions:
            if isinstance(action, AddConstraint | CreateIndex) and self.ahead.is_attached_to(_index_of(action)):
                self._take_as_partitioned(action.table)

    def _take_as_partitioned(self, table: Relation) -> None:
        """An index that others are attached to later belongs to a partitioned table."""
        known = self.known.find(table) or KnownTable(table=table, complete=False, surrounded=False)
        if known.kind != "partitioned table":
            self.known.with_table(known.with_(kind="partitioned table"))

    def _ask_about(self, actions: Iterable[Action]) -> None:
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
            self.known.with_table(told)

    def _learn_type(self, type_: str) -> None:
        if self._server is None or type_ in self.known.domains or not self._server.is_constrained_domain(type_):
            return
        self.known.put("domains", type_, KnownDomain(name=type_, type="", constrained=True))

    def _place(self, table: Relation) -> Place:
        return table.schema_name or self._path, table.name


def _tables(action: Action) -> Iterator[Relation]:
    """Yield every table that an action names."""
    for field in _fields(type(action), ("table", "partition", "partition_of", "parent", "references", "view")):
        value = getattr(action, field)
        if isinstance(value, Relation):
            yield value
    for field in _fields(type(action), ("reads", "tables", "like", "inherits")):
        yield from getattr(action, field)
    if isinstance(action, CreateTable):
        yield from (key.references for key in action.constraints if key.references)


def _index_of(action: AddConstraint | CreateIndex) -> str:
    return index_name(action) if isinstance(action, CreateIndex) else named(action).name


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
