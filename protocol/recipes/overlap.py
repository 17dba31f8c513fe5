"""Indexes that do the same work as a new one, or part of it."""

import re
from collections.abc import Iterator

from protocol.facts import TableFacts
from protocol.findings import Point, warns
from protocol.schema import Index


def overlaps(facts: TableFacts, method: str, keys: tuple[str, ...], *, unique: bool = False) -> Iterator[Point]:
    """Warn of an index with the same keys, or with a left part of them; only plain columns can be compared."""
    for index in facts.table.indexes:
        there = keys_of(index, method)
        if there is None or not index.valid:
            continue
        if there == keys and (index.unique or not unique):
            yield warns(f"Index `{index.name}` has the same keys already: a second one costs writes and helps no query")
        elif method == "btree" and there[: len(keys)] == keys and not unique:
            yield warns(f"Index `{index.name}` begins with the same keys and answers most of the same queries")
        elif method == "btree" and keys[: len(there)] == there and not index.unique:
            yield warns(f"Index `{index.name}` holds a left part of these keys; it may be dropped afterwards")


def leads_with(facts: TableFacts, columns: tuple[str, ...]) -> Index | None:
    """A valid index of all rows whose first keys are these columns, in any order: what a foreign key's checks need."""
    for index in facts.table.indexes:
        whole = " WHERE " not in index.definition and "USING btree" in index.definition
        if index.valid and whole and set(index.columns[: len(columns)]) == set(columns):
            return index
    return None


def keys_of(index: Index, method: str) -> tuple[str, ...] | None:
    """The keys of an index of all rows by that method, as the server spells them; None for another."""
    found = re.search(rf"USING {method} \((?P<keys>.*)\)$", index.definition)
    if found is None or " INCLUDE (" in index.definition or " WHERE " in index.definition:
        return None
    return tuple(key.strip() for key in re.split(r",\s*(?![^(]*\))", found["keys"]))


def is_unique_on(facts: TableFacts, columns: tuple[str, ...]) -> Index | None:
    """The unique index of all rows on exactly these columns, if there is one."""
    return next(
        (
            index
            for index in facts.table.indexes
            if index.unique and index.valid and set(index.columns) == set(columns) and " WHERE " not in index.definition
        ),
        None,
    )
