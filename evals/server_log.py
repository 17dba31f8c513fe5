"""What the server itself says was run: its log, read statement by statement."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from tools.lint.grammar import NotRead, split, tree, under

LOGGED = re.compile(r"^[^\t\n][^\]\n]*\] LOG:  (?:statement|execute [^:\n]*): (?P<sql>.*(?:\n\t.*)*)", re.MULTILINE)
"""A statement after time and process, and its further lines, which the server indents: no text can look like one."""

READS = {
    "select_stmt",
    "transaction_stmt",
    "variable_set_stmt",
    "variable_show_stmt",
    "explain_stmt",
    "lock_stmt",
    "prepare_stmt",
    "execute_stmt",
    "deallocate_stmt",
    "declare_cursor_stmt",
    "fetch_stmt",
    "close_portal_stmt",
    "discard_stmt",
}
WRITES_INSIDE = ("InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "IntoClause", "CreateTableAsStmt")


class Logged(NamedTuple):
    """A statement the server ran, and whether the person had approved a plan by then."""

    sql: str
    approved: bool


def read_log(path: Path, start: int, approved_at: int | None) -> tuple[Logged, ...]:
    """Read from byte `start`; what was logged from byte `approved_at` on came after the approval."""
    content = path.read_bytes()
    cut = len(content) if approved_at is None else approved_at
    return (
        *(Logged(sql, False) for sql in statements(content[start:cut])),
        *(Logged(sql, True) for sql in statements(content[cut:])),
    )


def statements(log: bytes) -> list[str]:
    return [found["sql"].replace("\n\t", "\n") for found in LOGGED.finditer(log.decode("utf-8", "replace"))]


@lru_cache(maxsize=4096)
def writes(sql: str) -> bool:
    """Say whether a statement may change anything; one that cannot be parsed counts as one that does.

    A function called by SELECT may change things too: that shows in the catalogue and in the checksums.
    """
    try:
        return any(_writes(tree(one)) for one in split(sql))
    except NotRead:
        return True


def _writes(node: Any) -> bool:
    kind = node.WhichOneof("node")
    if kind == "copy_stmt":
        return bool(node.copy_stmt.is_from) or any(True for inside in WRITES_INSIDE for _ in under(node, inside))
    return kind not in READS or any(True for inside in WRITES_INSIDE for _ in under(node, inside))
