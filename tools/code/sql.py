"""Read SQL as an application writes it, with placeholders in it, and say which columns of one table it uses."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from protocol.names import TableName
from protocol.references import Certainty
from tools.lint import grammar
from tools.lint.grammar import NotRead


class Use(NamedTuple):
    """`line` counts from 0 within the text; `column` None is the table itself."""

    line: int
    column: str | None
    certainty: Certainty
    note: str


_SQL = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*+"
    r"(?:select|insert\s+into|update\s+\S+\s+(?:as\s+\w+\s+|\w+\s+)?set|delete\s+from|with\s+(?:recursive\s+)?\S+\s+as|"
    r"create\s+\w+|alter\s+\w+|drop\s+\w+|truncate|merge\s+into|copy\s+\S+|lock\s+table|comment\s+on|refresh|values)\b",
    re.IGNORECASE | re.DOTALL,
)

_PLACEHOLDER = re.compile(
    r"'(?:''|[^'])*'|--[^\n]*|/\*.*?\*/"  # left as they are
    r"|(?P<hole>%\(\w+\)[sbt]|%[sdvqbt]\b|[$#]\{(?:[^{}]|\{[^{}]*+\})*+\}|\{[^{}\"\n]{0,80}\}"
    r"|(?<![\w:]):[A-Za-z_]\w*|\$[A-Za-z_]\w*+(?!\$)|(?<![\w@])@\w+|\?\d*(?![|&?\w]))",
    re.DOTALL,
)

HOLE = "_hole_"
"""A name that is neither table nor column; it may stand for a value, a name or an alias."""


def looks_like_sql(text: str) -> bool:
    return len(text) > 10 and _SQL.match(text) is not None


def uses(text: str, table: TableName, columns: Sequence[str]) -> tuple[Use, ...]:
    """Return what the statements in `text` do with the table; empty when it is not in them."""
    if not re.search(rf"(?<!\w){re.escape(table.name)}(?!\w)", text, re.IGNORECASE):
        return ()
    for attempt in _attempts(text):
        try:
            statements = grammar.split(attempt)
            return tuple(use for at, sql in _placed(attempt, statements) for use in _of(sql, at, table, columns))
        except NotRead:
            continue
    return _by_words(text, table, columns)


def uses_in_file(text: str, table: TableName, columns: Sequence[str]) -> tuple[Use, ...]:
    """Do the same for a whole file; where it has an error, each statement is tried alone."""
    try:
        grammar.split(text)
        return uses(text, table, columns)
    except NotRead:
        pieces = grammar.pieces(text)
    found, line = [], 0
    for piece in pieces:
        found += [use._replace(line=use.line + line) for use in uses(piece, table, columns)]
        line += piece.count("\n")
    return tuple(found)


_WAITS = re.compile(
    r"(?:[=<>(,+]|\b(?:and|or|in|not|limit|offset|from|join|into|update|set|where|by|like|ilike|select|values|on))\s*\Z",
    re.IGNORECASE,
)
"""Text that ends so cannot end there: what follows is a value or a name."""


def _attempts(text: str) -> Iterator[str]:
    """Yield the text as it is, then with names in place of its placeholders."""
    yield text
    text = text.replace("`", '"').replace("%%", "%")
    open_ended = HOLE if _WAITS.search(text) else ""
    for every in (True, False):
        filled = _filled(text, every) + open_ended
        yield filled
        yield re.sub(rf"(\bin\s+|\bvalues\s+)({HOLE})", r"\1(\2)", filled, flags=re.IGNORECASE)


def _filled(text: str, every: bool) -> str:
    """Put a name in place of each placeholder; one in braces may be nothing, unless a value is due there."""

    def fill(found: re.Match[str]) -> str:
        hole = found["hole"]
        if hole is None:
            return found.group()
        due = every or not hole.endswith("}") or _WAITS.search(text[max(0, found.start() - 40) : found.start()])
        return (HOLE if due else " ") + "\n" * hole.count("\n")

    return _PLACEHOLDER.sub(fill, text)


def _placed(text: str, statements: list[str]) -> Iterator[tuple[int, str]]:
    end = 0
    for statement in statements:
        start = text.find(statement, end)
        end = start + len(statement)
        yield text.count("\n", 0, max(start, 0)), statement


def _of(sql: str, first_line: int, table: TableName, columns: Sequence[str]) -> Iterator[Use]:
    node = grammar.tree(sql)
    encoded = sql.encode()

    def line(at: int) -> int:
        return first_line + encoded.count(b"\n", 0, max(at, 0))

    relations = list(grammar.under(node, "RangeVar"))
    ours = [one for one in relations if _is_ours(one, table)]
    if not ours:
        return
    kind = _kind(node)
    yield from (Use(line(one.location), None, "exact", kind) for one in ours)
    names = {one.alias.aliasname or one.relname for one in ours}
    alone = len({(one.schemaname, one.relname) for one in relations}) == 1
    for at, column, note in _columns(node, names, frozenset(columns), kind):
        yield Use(line(at), column, "exact" if alone or note.startswith(".") else "likely", note.removeprefix("."))


def _is_ours(node: Any, table: TableName) -> bool:
    return bool(node.relname == table.name and node.schemaname in ("", table.schema_name))


_KINDS = {
    "select_stmt": "SELECT",
    "insert_stmt": "INSERT",
    "update_stmt": "UPDATE",
    "delete_stmt": "DELETE",
    "merge_stmt": "MERGE",
    "copy_stmt": "COPY",
    "truncate_stmt": "TRUNCATE",
    "create_stmt": "CREATE TABLE",
    "alter_table_stmt": "ALTER TABLE",
    "index_stmt": "CREATE INDEX",
    "view_stmt": "CREATE VIEW",
    "rename_stmt": "RENAME",
    "create_trig_stmt": "CREATE TRIGGER",
}


def _kind(node: Any) -> str:
    which = str(node.WhichOneof("node"))
    return _KINDS.get(which, which.removesuffix("_stmt").replace("_", " ").upper())


def _columns(node: Any, names: set[str], wanted: frozenset[str], kind: str) -> Iterator[tuple[int, str, str]]:
    """Yield position, column and note; a note that starts with a dot is of a column that says its table."""
    for ref in grammar.under(node, "ColumnRef"):
        parts = [field.string.sval if field.HasField("string") else "*" for field in ref.fields]
        *before, last = parts
        if before and before[-1] not in names:
            continue
        if last == "*":
            yield from ((ref.location, column, "." * bool(before) + "SELECT *") for column in sorted(wanted))
        elif last in wanted:
            yield ref.location, last, "." * bool(before) + kind
    yield from _written(node, wanted)
    yield from _defined(node, wanted, kind)


def _written(node: Any, wanted: frozenset[str]) -> Iterator[tuple[int, str, str]]:
    for insert in grammar.under(node, "InsertStmt"):
        if not insert.cols:
            yield from (
                (insert.relation.location, column, ".INSERT without a column list") for column in sorted(wanted)
            )
        yield from _targets(insert.cols, wanted, ".INSERT")
        yield from _targets(insert.on_conflict_clause.target_list, wanted, ".UPDATE")
    for update in grammar.under(node, "UpdateStmt"):
        yield from _targets(update.target_list, wanted, ".UPDATE")
    for copy in grammar.under(node, "CopyStmt"):
        named = [item.string.sval for item in copy.attlist]
        note = ".COPY" if named else ".COPY without a column list"
        yield from ((copy.relation.location, c, note) for c in sorted(wanted) if c in named or not named)


def _targets(items: Any, wanted: frozenset[str], note: str) -> Iterator[tuple[int, str, str]]:
    return ((item.res_target.location, item.res_target.name, note) for item in items if item.res_target.name in wanted)


def _defined(node: Any, wanted: frozenset[str], kind: str) -> Iterator[tuple[int, str, str]]:
    for column in grammar.under(node, "ColumnDef"):
        if column.colname in wanted:
            yield column.location, column.colname, f".{kind}"
    for command in grammar.under(node, "AlterTableCmd"):
        if command.name in wanted:
            yield 0, command.name, f".{kind}"
    for element in grammar.under(node, "IndexElem"):
        if element.name in wanted:
            yield 0, element.name, f".{kind}"
    for rename in grammar.under(node, "RenameStmt"):
        if rename.subname in wanted:
            yield 0, rename.subname, f".{kind}"


def _by_words(text: str, table: TableName, columns: Sequence[str]) -> tuple[Use, ...]:
    """What cannot be parsed is searched for the words; comments count as well."""
    found = []
    note = "SQL that could not be parsed"
    for name in (table.name, *columns):
        for word in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE):
            found.append(Use(text.count("\n", 0, word.start()), None if name == table.name else name, "likely", note))
    return tuple(found)
