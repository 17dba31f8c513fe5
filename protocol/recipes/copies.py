"""Copies of what stands on a column, for another column: indexes, each built while reads and writes go on."""

from protocol.errors import Refused
from protocol.facts import TableFacts
from protocol.names import derived_name, quoted
from protocol.recipes import index as indexes
from protocol.respelling import index_parts, respelled
from protocol.schema import Index
from protocol.steps import Concurrently


def keys_of(index: Index) -> str:
    """What stands behind the table's name in the server's own definition."""
    return index_parts(index.definition)[1]


def indexes_on(facts: TableFacts, column: str) -> tuple[Index, ...]:
    """The valid indexes that name the column, in their keys or elsewhere."""
    used = facts.column(column).used_by("index")

    def names_it(index: Index) -> bool:
        return column in index.columns or index.name in used or respelled(keys_of(index), column, "") != keys_of(index)

    return tuple(index for index in facts.table.indexes if index.valid and names_it(index))


def unclear(facts: TableFacts, column: str) -> tuple[str, ...]:
    """Indexes whose definition cannot be given another column's name for certain."""
    return tuple(index.name for index in indexes_on(facts, column) if respelled(keys_of(index), column, "x") is None)


def copy_of(name: str, end: str) -> str:
    """The name that a copy bears until it takes the original's."""
    return derived_name(name, end)


def index_copy(facts: TableFacts, index: Index, column: str, instead: str, end: str, id_: str) -> Concurrently:
    """The same index over another column."""
    keys = respelled(keys_of(index), column, quoted(instead))
    if keys is None:
        raise Refused(f"Index `{index.name}` cannot be copied for certain. Nothing was changed.")
    name = copy_of(index.name, end)
    return indexes.build(id_, facts.name, name, keys, rows=facts.rows, unique=index.unique)
