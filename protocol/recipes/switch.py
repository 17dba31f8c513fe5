"""Let a dressed column take another's place: names, default, sequence, keys, in one short transaction (R12)."""

import re
from collections.abc import Iterator

from protocol.facts import Sequence, TableFacts
from protocol.names import TableName, derived_name, literal, quoted
from protocol.recipes.copies import copy_of
from protocol.recipes.dressing import Dressing
from protocol.schema import Column
from protocol.type_change import INTEGERS

NAMED_NOT_NULL = 18
"""First major version where NOT NULL is a constraint with a name."""


class Switch:
    """`dressing` is of the column that comes in, of type `type_`.

    The other one goes aside as `aside`, and what belongs to it gets names that end with `end`.
    """

    def __init__(self, dressing: Dressing, *, aside: str, end: str, type_: str, major: int) -> None:
        self.dressing, self.aside, self.end, self.type, self.major = dressing, aside, end, type_, major
        self.table, self.name = dressing.facts.name, dressing.column
        found = dressing.facts.table.column(dressing.column)
        assert found is not None
        self.column: Column = found

    @property
    def sql(self) -> tuple[str, ...]:
        """Nothing in it reads a row: every proof and every index is there before."""
        return (
            self._lock(),
            *self._pointing(),
            *self._keys(),
            *self._rules(),
            *self._default(),
            *self._names(),
            *self._owned(),
        )

    def _lock(self) -> str:
        tables = dict.fromkeys([self.table, *(one.table for one in self.dressing.pointing)])
        return f"LOCK TABLE {', '.join(table.sql for table in tables)} IN ACCESS EXCLUSIVE MODE"

    def _alter(self, tail: str, table: TableName | None = None) -> str:
        return f"ALTER TABLE {(table or self.table).sql} {tail}"

    def _pointing(self) -> Iterator[str]:
        for one in self.dressing.pointing:
            name, copy = quoted(one.constraint.name), quoted(copy_of(one.constraint.name, self.dressing.end))
            yield self._alter(f"DROP CONSTRAINT {name}", one.table)
            yield self._alter(f"RENAME CONSTRAINT {copy} TO {name}", one.table)

    def _keys(self) -> Iterator[str]:
        for index, constraint in self.dressing.keys:
            name, copy = quoted(index.name), quoted(copy_of(index.name, self.dressing.end))
            deferrable = re.search(r" DEFERRABLE.*", constraint.definition)
            kind = "PRIMARY KEY" if constraint.kind == "p" else "UNIQUE"
            yield self._alter(f"DROP CONSTRAINT {name}")
            yield self._alter(
                f"ADD CONSTRAINT {name} {kind} USING INDEX {copy}{deferrable.group() if deferrable else ''}"
            )

    def _rules(self) -> Iterator[str]:
        for rule in self.dressing.rules:
            for here, there in self._pairs(rule.name):
                yield self._alter(f"RENAME CONSTRAINT {quoted(here)} TO {quoted(there)}")
        for index in self.dressing.plain_indexes:
            for here, there in self._pairs(index.name):
                whole = TableName(schema_name=self.table.schema_name, name=here)
                yield f"ALTER INDEX {whole.sql} RENAME TO {quoted(there)}"

    def _pairs(self, name: str) -> tuple[tuple[str, str], tuple[str, str]]:
        return (name, copy_of(name, self.end)), (copy_of(name, self.dressing.end), name)

    def _default(self) -> Iterator[str]:
        out, in_ = (f"ALTER COLUMN {quoted(name)}" for name in (self.name, self.dressing.stand_in))
        if self.column.identity and self._sequence:
            yield from self._identity(self._sequence)
        elif self.column.default is not None:
            yield self._alter(f"{out} DROP DEFAULT")
            yield self._alter(f"{in_} SET DEFAULT {self.column.default}")
        if not self.column.nullable:
            yield self._alter(f"{out} DROP NOT NULL")

    @property
    def _sequence(self) -> Sequence | None:
        return self.dressing.facts.column(self.name).sequence

    def _identity(self, sequence: Sequence) -> Iterator[str]:
        """An identity's sequence cannot be handed over: a new one goes on where it stands, and takes its name."""
        fresh = TableName(schema_name=sequence.name.schema_name, name=copy_of(sequence.name.name, self.dressing.end))
        options = with_greatest(sequence.options, self.column.type, self.type)
        always = self.column.identity.upper()
        yield self._alter(
            f"ALTER COLUMN {quoted(self.dressing.stand_in)} ADD GENERATED {always} AS IDENTITY "
            f"(SEQUENCE NAME {fresh.sql} {options})"
        )
        yield (
            f"SELECT setval({literal(fresh.sql)}, (SELECT last_value FROM {sequence.name.sql}), "
            f"(SELECT is_called FROM {sequence.name.sql}))"
        )
        yield self._alter(f"ALTER COLUMN {quoted(self.name)} DROP IDENTITY")
        yield f"ALTER SEQUENCE {fresh.sql} RENAME TO {quoted(sequence.name.name)}"

    def _names(self) -> Iterator[str]:
        yield self._alter(f"RENAME COLUMN {quoted(self.name)} TO {quoted(self.aside)}")
        yield self._alter(f"RENAME COLUMN {quoted(self.dressing.stand_in)} TO {quoted(self.name)}")
        named = self.dressing.facts.table.constraints if self.major >= NAMED_NOT_NULL else ()
        for one in named:
            if one.kind == "n" and one.columns == (self.name,):
                copy = not_null_of(self.dressing.facts, self.dressing.stand_in)
                if copy != one.name:
                    yield self._alter(f"RENAME CONSTRAINT {quoted(copy)} TO {quoted(one.name)}")

    def _owned(self) -> Iterator[str]:
        """A serial's sequence belongs to the column that has its default, and counts as far as the type goes."""
        if self._sequence is None or self.column.identity:
            return
        yield f"ALTER SEQUENCE {self._sequence.name.sql} OWNED BY {self.table.sql}.{quoted(self.name)}"
        yield from counting_as(self._sequence, self.column.type, self.type)


def not_null_of(facts: TableFacts, column: str) -> str:
    """The name under which the recipe for NOT NULL declares it."""
    return derived_name(facts.name.name, column, "not_null")


def counting_as(sequence: Sequence, old: str, new: str) -> Iterator[str]:
    """A serial's sequence does not follow its column's type (measured): it would end at the old type's greatest."""
    if sequence.type == old and new in INTEGERS:
        yield f"ALTER SEQUENCE {sequence.name.sql} AS {new}"


def with_greatest(options: str, old: str, new: str) -> str:
    """How a sequence counts for the other type, where it went as far as its own type does."""
    if old not in INTEGERS or new not in INTEGERS:
        return options
    return options.replace(f"MAXVALUE {INTEGERS[old]} ", f"MAXVALUE {INTEGERS[new]} ")
