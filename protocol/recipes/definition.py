"""Read what stands between the parentheses of CREATE TABLE: its columns, its key, and its foreign keys apart."""

import re

from protocol.clauses import Unclear, pieces, plain, words
from protocol.names import TableName, derived_name, quoted
from protocol.value import Value

TABLE_CONSTRAINTS = {"constraint", "primary", "unique", "check", "foreign", "exclude"}
COLUMN_CONSTRAINTS = {
    "constraint",
    "not",
    "null",
    "default",
    "primary",
    "unique",
    "check",
    "references",
    "generated",
    "collate",
    "deferrable",
    "initially",
    "storage",
    "compression",
}
AFTER_REFERENCES = {"constraint", "not", "null", "default", "primary", "unique", "check", "generated", "collate"}
SERIAL = {
    "serial": "integer",
    "serial4": "integer",
    "bigserial": "bigint",
    "serial8": "bigint",
    "smallserial": "smallint",
    "serial2": "smallint",
}


class DefinedColumn(Value):
    """`type` as it was written, a serial one as the integer behind it; `default` is its expression's text."""

    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    is_serial: bool = False


class ForeignKey(Value):
    """`parent` is the table it points to; `clause` is what stands behind ADD CONSTRAINT name."""

    name: str
    parent: TableName
    clause: str


class Definition(Value):
    """`elements` is the definition without its foreign keys, as it was written."""

    elements: tuple[str, ...]
    columns: tuple[DefinedColumn, ...]
    key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()


def read(said: str, table: TableName) -> Definition:
    """Read the clause; raise Unclear with a sentence. Whether the server takes it is the server's to say."""
    text = said.strip()
    if text.startswith("(") and text.endswith(")") and len(pieces(text)) == 1:
        text = text[1:-1]
    elements: list[str] = []
    columns: list[DefinedColumn] = []
    keys: list[ForeignKey] = []
    primary: tuple[str, ...] = ()
    for element in pieces(text):
        first = _first(element)
        if first == "like":
            raise Unclear("name the columns; LIKE is not taken")
        if first in TABLE_CONSTRAINTS:
            key = _table_foreign_key(element, table)
            keys += [key] if key else []
            elements += [] if key else [element]
            primary = primary or _primary_of(element)
            continue
        column, rest, key = _column(element, table)
        columns.append(column)
        elements.append(rest)
        keys += [key] if key else []
        primary = primary or ((column.name,) if _holds(rest, "primary key") else ())
    if not columns:
        raise Unclear("it holds no column")
    known = tuple(c.model_copy(update={"nullable": c.nullable and c.name not in primary}) for c in columns)
    return Definition(elements=tuple(elements), columns=known, key=primary, foreign_keys=tuple(_named_apart(keys)))


def _first(element: str) -> str:
    found = words(element)
    if not found:
        raise Unclear("there is a comma too many")
    return found[0].lower()


def _column(element: str, table: TableName) -> tuple[DefinedColumn, str, ForeignKey | None]:
    marks = _marks(element)
    name_end = marks[0][2]
    name = plain(marks[0][0])
    constraints = [start for word, start, _, depth in marks[1:] if depth == 0 and word.lower() in COLUMN_CONSTRAINTS]
    type_ = element[name_end : constraints[0] if constraints else None].strip()
    if not type_:
        raise Unclear(f"`{name}` has no type")
    rest, key = _without_reference(element, name, table)
    serial = SERIAL.get(type_.lower())
    needed = serial is not None or _holds(rest, "not null") or _holds(rest, "primary key") or _holds(rest, "identity")
    column = DefinedColumn(
        name=name,
        type=serial or type_,
        nullable=not needed,
        default=_default(rest),
        is_serial=serial is not None,
    )
    return column, rest, key


def _marks(text: str) -> list[tuple[str, int, int, int]]:
    """Each word with where it starts and ends, and the depth of parentheses it stands in."""
    words(text)  # raises Unclear where parentheses or quotes do not close
    found = []
    depth = 0
    for mark in re.finditer(r"""[A-Za-z]?'(?:[^']|'')*'|"(?:[^"]|"")+"|[^\W0-9][\w$]*|\S""", text):
        depth -= mark.group() in {")", "]"}
        found.append((mark.group(), mark.start(), mark.end(), depth))
        depth += mark.group() in {"(", "["}
    return found


def _holds(text: str, phrase: str) -> bool:
    spoken = " ".join(word.lower() for word, _, _, depth in _marks(text) if depth == 0)
    return f" {phrase} " in f" {spoken} "


def _default(text: str) -> str | None:
    at = [(word.lower(), start, end) for word, start, end, depth in _marks(text) if depth == 0]
    begin = next((end for word, _, end in at if word == "default"), None)
    if begin is None:
        return None
    stops = COLUMN_CONSTRAINTS - {"null", "collate"}
    last = [start for word, start, _ in at if start > begin and word in stops]
    return re.sub(r"(?i)\s+null$", "", text[begin : last[0] if last else None].strip())


def _without_reference(element: str, column: str, table: TableName) -> tuple[str, ForeignKey | None]:
    """The column without its REFERENCES, and that as a foreign key of its own."""
    marks = [mark for mark in _marks(element) if mark[3] == 0]
    at = next((i for i, mark in enumerate(marks) if mark[0].lower() == "references"), None)
    if at is None:
        return element, None
    begin, name = marks[at][1], ""
    if at > 1 and marks[at - 2][0].lower() == "constraint":
        begin, name = marks[at - 2][1], plain(marks[at - 1][0])
    behind = _end_of_reference(marks, at)
    clause = element[marks[at][1] : behind].strip()
    rest = f"{element[:begin].rstrip()} {element[behind:].lstrip() if behind else ''}".strip()
    key = _pointing(name or derived_name(table.name, column, "fkey"), f"FOREIGN KEY ({quoted(column)}) {clause}", table)
    return rest, key


def _end_of_reference(marks: list[tuple[str, int, int, int]], at: int) -> int | None:
    """Where the next constraint begins; `ON DELETE SET NULL` and `SET DEFAULT` still belong to it."""
    for before, mark in zip(marks[at:], marks[at + 1 :], strict=False):
        word = mark[0].lower()
        if word in AFTER_REFERENCES and before[0].lower() != "set" and not _says_deferrable(word, mark, marks):
            return mark[1]
    return None


def _says_deferrable(word: str, mark: tuple[str, int, int, int], marks: list[tuple[str, int, int, int]]) -> bool:
    following = marks[marks.index(mark) + 1 :][:1]
    return word == "not" and bool(following) and following[0][0].lower() == "deferrable"


def _table_foreign_key(element: str, table: TableName) -> ForeignKey | None:
    marks = [mark for mark in _marks(element) if mark[3] == 0]
    lowered = [mark[0].lower() for mark in marks]
    if "foreign" not in lowered:
        return None
    at = lowered.index("foreign")
    name = plain(marks[1][0]) if lowered[0] == "constraint" else ""
    clause = element[marks[at][1] :].strip()
    inside = re.match(r"(?is)foreign\s+key\s*(\(.*?\))", clause)
    columns = [plain(word) for word in words(inside[1][1:-1]) if word != ","] if inside else []
    return _pointing(name or derived_name(table.name, *columns, "fkey"), clause, table)


NAME = r"""(?:"(?:[^"]|"")+"|[^\W0-9][\w$]*)"""


def _pointing(name: str, clause: str, table: TableName) -> ForeignKey:
    """The clause with its parent's name in full: a bare one means a table beside the new one."""
    found = re.search(rf"(?is)\breferences\s+({NAME}(?:\s*\.\s*{NAME})?)", clause)
    if found is None:
        raise Unclear("a foreign key says which table it REFERENCES")
    parts = [plain(word) for word in words(found[1]) if word != "."]
    parent = TableName(schema_name=parts[0] if len(parts) > 1 else table.schema_name, name=parts[-1])
    return ForeignKey(
        name=name, parent=parent, clause=f"{clause[: found.start(1)]}{parent.sql}{clause[found.end(1) :]}"
    )


def _primary_of(element: str) -> tuple[str, ...]:
    found = re.search(r"(?is)\bprimary\s+key\s*\((.*?)\)", element)
    return tuple(plain(word) for word in words(found[1]) if word != ",") if found else ()


def _named_apart(keys: list[ForeignKey]) -> list[ForeignKey]:
    """No two foreign keys of one name, as the server numbers them."""
    taken: set[str] = set()
    apart = []
    for key in keys:
        name, number = key.name, 0
        while name in taken:
            number += 1
            name = f"{key.name}{number}"
        taken.add(name)
        apart.append(key.model_copy(update={"name": name}))
    return apart
