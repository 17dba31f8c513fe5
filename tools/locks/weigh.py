"""Collect the effect of one statement, action by action."""

from collections.abc import Iterator, Sequence

from protocol.steps import LockMode
from tools.lint import volatility
from tools.lint.actions import Action, AddConstraint, DropConstraint, Relation
from tools.lint.grammar import NotRead, columns_in
from tools.lint.volatility import Volatility, VolatilityOf
from tools.locks.effect import STRENGTH, Effect, Lock, Work, WorkKind
from tools.locks.known import Known, KnownTable

ON_LEAVES: frozenset[WorkKind] = frozenset({"rewrite", "scan"})


class Weighing:
    """What the actions of one statement add up to so far; `known` is how things stand before it."""

    def __init__(self, actions: Sequence[Action], known: Known, major: int, asked: VolatilityOf | None) -> None:
        self.actions, self.known, self.major = actions, known, major
        self._asked = asked
        self._locks: dict[Relation, Lock] = {}
        self._work: dict[tuple[WorkKind, Relation, str], Work] = {}
        self._doubts: dict[str, None] = {}
        self._refused = ""
        self._transactional = True

    # --- what is found ---------------------------------------------------------------------------------------------

    def lock(self, relation: Relation, mode: LockMode, what: str) -> None:
        """Note a lock on one relation; `what` is what needs it, a clause."""
        held = self._locks.get(relation)
        if held is None or STRENGTH[held.mode] < STRENGTH[mode]:
            because = f"{mode} on `{relation}`: {what}."
            self._locks[relation] = Lock(relation=relation, mode=mode, because=because)

    def lock_family(self, table: Relation, mode: LockMode, what: str) -> None:
        """Note a lock on a table and on all that is below it."""
        self.lock(table, mode, what)
        known = self.known.find(table)
        if known and known.kind == "partitioned table" and not known.surrounded:
            self.doubt(f"The partitions of `{table}` are affected as well; which they are is not known.")
        for below in self.known.below(table):
            self.lock(below, mode, f"it belongs to `{table}`, and {what}")

    def lock_through(self, relation: Relation, mode: LockMode, what: str) -> None:
        """Note a lock on a table and what is below it, or on a view and the tables that it reads."""
        self.lock_family(relation, mode, what)
        for table in self.known.read_by(relation):
            self.lock_family(table, mode, f"`{relation}` reads it, and {what}")

    def lock_indexes(self, table: Relation, mode: LockMode, what: str) -> None:
        known = self.known.find(table)
        for index in known.indexes if known else ():
            self.lock(Relation(schema_name=table.schema_name, name=index.name), mode, what)

    def scan(self, table: Relation, what: str, name: str = "") -> None:
        """Note that all rows of a table, or of its partitions, are read; `name` is a foreign key that is checked."""
        for leaf in self._leaves(table) if not name else (table,):
            self._add("scan", leaf, name, f"All rows of `{leaf}` are read: {what}.")

    def build(self, table: Relation, index: str, what: str) -> None:
        """Note that an index is built; without a name, every index of the table."""
        words = f"Index `{index}` on `{table}`" if index else f"Every index of `{table}`"
        self._add("index build", table, index, f"{words} is built: {what}.")

    def rewrite(self, table: Relation, what: str) -> None:
        """Note that a table, or each of its partitions, is written anew with all its indexes."""
        for leaf in self._leaves(table):
            self._add("rewrite", leaf, "", f"`{leaf}` is written anew, with its indexes: {what}.")
            self.build_all(leaf, f"`{leaf}` is written anew")

    def build_all(self, table: Relation, what: str) -> None:
        """Note that all indexes of a table are built again."""
        known = self.known.find(table)
        self.lock_indexes(table, "ACCESS EXCLUSIVE", what)
        for index in known.indexes if known else ():
            self.build(table, index.name, what)
        if known is None or not known.complete:
            self.build(table, "", what)

    def rows(self, table: Relation, what: str) -> None:
        self._add("rows", table, "", f"Rows of `{table}`: {what}.")

    def refuse(self, reason: str) -> None:
        """Note why the server will not do it, a sentence; the first reason counts."""
        self._refused = self._refused or reason

    def needs(self, major: int, what: str) -> None:
        """Refuse what an older server does not know."""
        if self.major < major:
            self.refuse(f"{what} needs PostgreSQL {major}.")

    def doubt(self, sentence: str) -> None:
        self._doubts[sentence] = None

    def alone(self, what: str) -> None:
        """Note that it cannot run inside a transaction."""
        self._transactional = False
        self._alone = what

    _alone = ""

    def effect(self, *, in_transaction: bool) -> Effect:
        """Return the whole; what is read while a table is written anew is not read again."""
        if in_transaction and not self._transactional:
            self.refuse(f"{self._alone} cannot run inside a transaction (25001).")
        rewritten = {relation for kind, relation, _ in self._work if kind == "rewrite"}
        work = tuple(
            each for each in self._work.values() if each.kind != "scan" or each.name or each.relation not in rewritten
        )
        return Effect(
            locks=tuple(self._locks.values()),
            work=work,
            transactional=self._transactional,
            refused=self._refused,
            doubts=tuple(self._doubts),
        )

    def _add(self, kind: WorkKind, relation: Relation, name: str, because: str) -> None:
        known = self.known.find(relation)
        empty = known is not None and known.empty is True
        work = Work(kind=kind, relation=relation, name=name, because=because, empty=empty)
        self._work.setdefault((kind, relation, name), work)

    # --- what is asked ---------------------------------------------------------------------------------------------

    def _leaves(self, table: Relation) -> Iterator[Relation]:
        """The table and those below it, without the partitioned ones, which hold no row."""
        for each in (table, *self.known.below(table)):
            known = self.known.find(each)
            if known is None or known.kind != "partitioned table":
                yield each

    def find(self, table: Relation) -> KnownTable:
        """Return what is known of a table, if only its name."""
        return self.known.find(table) or KnownTable(table=table, kind="unknown", complete=False, surrounded=False)

    def is_partitioned(self, table: Relation) -> bool:
        return self.find(table).kind == "partitioned table"

    def volatility_of(self, expression: str) -> Volatility | None:
        told = self._asked(expression) if self._asked else None
        return told or volatility.of_expression(expression)

    def proves_not_null(self, table: Relation, column: str) -> bool:
        """Tell whether the column is known to hold no NULL, by something that this statement does not drop."""
        known = self.find(table)
        told = known.column(column)
        if told is not None and not told.nullable:
            return True
        dropped = {each.name for each in self.actions if isinstance(each, DropConstraint)}
        proofs = (each for each in known.constraints if each.kind == "check" and not each.not_valid)
        return any(column in proof.proves and proof.name not in dropped for proof in proofs)


def touches(constraint: AddConstraint, column: str) -> bool:
    """Tell whether a constraint looks at a column; one that is not read does."""
    if column in constraint.columns:
        return True
    if constraint.expression is None:
        return False
    try:
        return column in columns_in(constraint.expression)
    except NotRead:
        return True
