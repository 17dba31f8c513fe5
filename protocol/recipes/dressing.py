"""What a column needs to stand in for another: copies of its indexes, constraints and of what points to it."""

import re
from collections.abc import Iterator

from protocol.facts import Figure, Referencing, TableFacts
from protocol.names import TableName, quoted
from protocol.recipes.copies import copy_of, index_copy, indexes_on, unclear
from protocol.recipes.instant import instant, undo_by
from protocol.recipes.not_null import validate
from protocol.respelling import pointing, respelled
from protocol.schema import Constraint, Index
from protocol.steps import ChangingStep


class Dressing:
    """`column` is the original's name; the copies are for `stand_in`, and their names end with `end`."""

    def __init__(self, facts: TableFacts, column: str, stand_in: str, end: str, limit: int) -> None:
        self.facts, self.column, self.stand_in, self.end, self.limit = facts, column, stand_in, end, limit

    # --- what there is -----------------------------------------------------------------------------------------------

    @property
    def _of_constraints(self) -> set[str]:
        return {one.name for one in self.facts.table.constraints if one.kind in "pux"}

    @property
    def plain_indexes(self) -> tuple[Index, ...]:
        names = self._of_constraints
        return tuple(index for index in indexes_on(self.facts, self.column) if index.name not in names)

    @property
    def keys(self) -> tuple[tuple[Index, Constraint], ...]:
        """Primary key and unique constraints with their indexes."""
        there = {one.name: one for one in self.facts.table.constraints if one.kind in "pu"}
        return tuple((index, there[index.name]) for index in indexes_on(self.facts, self.column) if index.name in there)

    @property
    def rules(self) -> tuple[Constraint, ...]:
        """CHECK constraints and the table's own foreign keys."""
        return tuple(one for one in self.facts.table.constraints if one.kind in "cf" and self.column in one.columns)

    @property
    def pointing(self) -> tuple[Referencing, ...]:
        return tuple(one for one in self.facts.referencing if self.column in one.referenced)

    @property
    def unclear(self) -> tuple[str, ...]:
        """What cannot be copied for certain."""
        rules = [one.name for one in self.rules if self._respelled(one) is None]
        exclusions = [
            one.name for one in self.facts.table.constraints if one.kind == "x" and self.column in one.columns
        ]
        points = [
            one.constraint.name
            for one in self.pointing
            if pointing(one.constraint.definition, self.column, "x") is None
        ]
        over_time = [one.name for _, one in self.keys if "WITHOUT OVERLAPS" in one.definition]
        return (*unclear(self.facts, self.column), *rules, *exclusions, *points, *over_time)

    # --- steps -------------------------------------------------------------------------------------------------------

    def steps(self) -> Iterator[ChangingStep]:
        """Everything that the switch only has to give other names."""
        yield from self.first_steps()
        yield from self.last_steps()

    def first_steps(self) -> Iterator[ChangingStep]:
        """What stays with either column after the switch: plain indexes, CHECK constraints, own foreign keys."""
        for number, index in enumerate(self.plain_indexes, start=1):
            yield self._index(index, f"copy_index_{number}")
        for number, rule in enumerate(self.rules, start=1):
            definition = self._respelled(rule) or ""
            yield from self._added(f"copy_rule_{number}", self.facts.name, rule, definition)

    def last_steps(self) -> Iterator[ChangingStep]:
        """What only one column can have: unique indexes of constraints, and the foreign keys that point to them."""
        for number, (index, _) in enumerate(self.keys, start=1):
            yield self._index(index, f"copy_key_{number}")
        for number, one in enumerate(self.pointing, start=1):
            rule = one.constraint
            definition = pointing(rule.definition, self.column, quoted(self.stand_in)) or rule.definition
            yield from self._added(f"copy_pointing_{number}", one.table, rule, definition)

    def _index(self, index: Index, id_: str) -> ChangingStep:
        return index_copy(self.facts, index, self.column, self.stand_in, self.end, id_)

    def _added(self, id_: str, table: TableName, rule: Constraint, definition: str) -> Iterator[ChangingStep]:
        """NOT VALID first, proved in a later transaction; what the original does not prove stays unproved."""
        name = copy_of(rule.name, self.end)
        bare = definition.removesuffix(" NOT VALID")
        unchecked = bare if "NOT ENFORCED" in bare else f"{bare} NOT VALID"
        yield instant(
            id_,
            f"Add {name}, unchecked",
            "New and changed rows obey at once; existing rows are not looked at.",
            f"ALTER TABLE {table.sql} ADD CONSTRAINT {quoted(name)} {unchecked}",
            limit=self.limit,
            lock="SHARE ROW EXCLUSIVE" if rule.kind == "f" else "ACCESS EXCLUSIVE",
            undo=undo_by(id_, f"ALTER TABLE {table.sql} DROP CONSTRAINT IF EXISTS {quoted(name)}"),
        )
        if rule.validated:
            rows = self.facts.rows if table == self.facts.name else Figure.unknown(f"`{table}` was not counted")
            yield validate(f"prove_{id_}", f"Prove {name} for every row", table, name, rows)

    # --- definitions -------------------------------------------------------------------------------------------------

    def _respelled(self, rule: Constraint) -> str | None:
        here, points, there = rule.definition.partition(" REFERENCES ")
        if rule.kind == "f" and re.search(r"SET (NULL|DEFAULT) \(", there):
            return None
        spelled = respelled(here if rule.kind == "f" else rule.definition, self.column, quoted(self.stand_in))
        return spelled if spelled is None or rule.kind != "f" else spelled + points + there
