"""UNIQUE and PRIMARY KEY: the index concurrently, then adopted; part by part where partitioned (R6)."""

from collections.abc import Sequence

from protocol.facts import Figure, TableFacts
from protocol.inquiry import Trial
from protocol.names import TableName, quoted
from protocol.recipes import constraint, guards, index, partitioned
from protocol.recipes.instant import undo_by
from protocol.recipes.ways import online_way, plain_way
from protocol.situation import Situation
from protocol.steps import Guard, Step
from protocol.strategy import Strategy

COPY = "whimbrel_copy"


class NewKey:
    """A key that is to be: `word` is UNIQUE or PRIMARY KEY, `first` the steps before its index is built."""

    def __init__(
        self, facts: TableFacts, name: str, word: str, columns: Sequence[str], first: tuple[Step, ...]
    ) -> None:
        self.facts, self.name, self.word, self.columns, self.first = facts, name, word, tuple(columns), first
        self.table: TableName = facts.name
        self.list = index.key_list(self.columns)

    def ways(self, situation: Situation, undo_also: tuple[str, ...] = ()) -> tuple[Strategy, ...]:
        """Online first, except where the table is empty; `undo_also` is what the plain way has to take back too."""
        ways = (self._online(situation), self._plain(situation, undo_also))
        return ways[::-1] if self.facts.is_empty else ways

    def _online(self, situation: Situation) -> Strategy:
        parts = partitioned.Parts(self.facts, self.name)
        obstacle = index.corrupts(situation.facts.target)
        if parts.foreign:
            obstacle = "one of its partitions is a foreign table, which takes no index"
        by_parts = self.facts.table.kind == "partitioned table"
        return online_way(
            () if obstacle else (*self.first, *self._steps(parts, situation.lock_limit)),
            title="Online, partition by partition" if by_parts else "Online: build the index, then adopt it",
            pros=(
                "Reads and writes go on while the index is built; the constraint itself takes an instant",
                "Duplicates are counted before anything is built",
            ),
            cons=("Several steps instead of one, and a longer build",),
            obstacle=obstacle,
        )

    def _steps(self, parts: partitioned.Parts, limit: int) -> tuple[Step, ...]:
        if self.facts.table.kind == "partitioned table":
            each = partitioned.each_part(parts, self.list, unique=True, guard=self._guard)
            return (*each, partitioned.join_constraint(parts, self.word, self.list, limit=limit))
        build = index.build(
            "build_index", self.table, self.name, self.list, rows=self.facts.rows, unique=True, guard=self._guard
        )
        return (build, constraint.adopt_index("adopt_index", self.table, self.name, self.word, limit=limit))

    @property
    def _guard(self) -> Guard:
        return guards.no_duplicates(self.table, [quoted(column) for column in self.columns], ", ".join(self.columns))

    def _plain(self, situation: Situation, undo_also: tuple[str, ...]) -> Strategy:
        add = f"ALTER TABLE {self.table.sql} ADD CONSTRAINT {quoted(self.name)} {self.word} {self.list}"
        takes: Figure = constraint.estimated_build(self.facts.rows)
        return plain_way(
            situation,
            self.facts,
            id_="one_statement",
            step="add_key",
            title=f"Add {self.word} {self.name}",
            why="The server builds the index under ACCESS EXCLUSIVE.",
            sql=(add,),
            lock="ACCESS EXCLUSIVE",
            takes=takes,
            undo=undo_by(
                "add_key",
                constraint.drop_sql(self.table, self.name),
                *undo_also,
                costs="The index goes with it; building it again takes time.",
            ),
            waits=f"reads and writes of `{self.table}` wait",
            guard=self._guard,
        )


def trial(facts: TableFacts, name: str, columns: Sequence[str]) -> Trial:
    """The server's word on whether these columns can be a key, and on whether the names are free."""
    sql = f"ALTER TABLE pg_temp.{quoted(COPY)} ADD UNIQUE {index.key_list(columns)}"
    names = partitioned.Parts(facts, name).names
    return Trial(
        copies=((COPY, facts.name),),
        tries=(("columns", sql),),
        free=tuple(("constraint_name", one) for one in names),
        method="btree",
    )


def columns_conflict(facts: TableFacts, columns: Sequence[str]) -> str:
    """Why these columns cannot be a unique key of the table; empty where they can."""
    twice = [column for column in columns if columns.count(column) > 1]
    if twice:
        return f"`{twice[0]}` is named twice."
    return partitioned.lacking(columns, facts) if facts.table.kind == "partitioned table" else ""
