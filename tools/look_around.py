"""Look around a request before its plan is written: code, live statements, what the server is busy with."""

from collections.abc import Iterable
from pathlib import Path

from protocol.around import Around, LiveUse
from protocol.names import TableName
from tools.code.find import find_references
from tools.engines.postgres import Connection
from tools.introspect.live_queries import read_live_queries
from tools.introspect.surroundings import read_surroundings
from tools.understand import Understanding


def look_around(connection: Connection, code: Path | None, understanding: Understanding) -> Around:
    """Read everything; `code` is the folder of the application's code, None where none was named."""
    touched = tuple(dict.fromkeys(_touched(understanding)))
    tables = tuple(dict.fromkeys(table for table, _ in touched))
    return Around(
        code=None if code is None else tuple(find_references(code, table, columns) for table, columns in touched),
        live=tuple(
            LiveUse(table=table, column=column, found=read_live_queries(connection, table, column))
            for table, columns in touched
            for column in columns or (None,)
        ),
        server=read_surroundings(connection, tables) if tables else None,
    )


def _touched(understanding: Understanding) -> Iterable[tuple[TableName, tuple[str, ...]]]:
    """Each table that is there and the columns of it that a change means; what is new has no use yet."""
    for wish in understanding.wishes:
        for name in wish.change.subjects:
            facts = understanding.facts.find(name)
            if facts is not None:
                yield name, tuple(c for c in wish.change.columns_touched if facts.table.column(c) is not None)
