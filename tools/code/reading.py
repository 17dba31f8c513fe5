"""Read one file: its SQL, its models, and what else of it fits the table."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from tools.code import literals, other_models, python_code, sql
from tools.code.files import SourceFile
from tools.code.literals import Literal, Source
from tools.code.models import Known, Model
from tools.code.sql import Use

ENDINGS_OF_SQL = (".sql", ".psql", ".pgsql", ".ddl")

_MAPPED = re.compile(
    rb"Field\(|ForeignKey\(|models\.Model|__tablename__|\bTable\(|@Entity|@Table|Table\(|\.define\(|\.init\(|^\s*model\s"
    rb"|\[Table\(|ApplicationRecord|ActiveRecord::Base|extends\s|\bschema\s+\"|\bstruct\b|table!",
    re.MULTILINE,
)
"""What a file with a model in it must hold; the others are not parsed for models."""

_BEFORE_A_TABLE = r"(?:\b(?:from|into|update|table|join|only|exists|copy|truncate|on|using|lock)\s+|[.,(]\s*)[\"`\[]?"


def may_map(data: bytes, known: Known) -> bool:
    """Tell whether a file may declare a model of the table: by naming it, or by a class of a fitting name."""
    classes = "|".join(sorted(known.guesses)).encode()
    declared = rb"\b(?:class|struct|model|record)\s+(?:" + classes + rb")\b|\b(?:" + classes + rb")(?:['\"]|\.init)"
    named = rb"(?<!\w)" + re.escape(known.table.name.encode()) + rb"(?!\w)"
    return _MAPPED.search(data) is not None and re.search(declared + b"|" + named, data) is not None


def models_of(file: SourceFile) -> tuple[Model, ...]:
    """Return the models that a file declares, of any table."""
    text, ending = _text(file), _ending(file)
    if ending == ".py":
        python = python_code.parsed(text)
        return python_code.models(python, file.path) if python else ()
    return other_models.models_in(literals.read(text, ending), ending) if ending in literals.FAMILIES else ()


def uses_in(file: SourceFile, text: str, known: Known) -> list[Use] | None:
    """Return every use of the table in one file, None when it is Python that cannot be parsed; lines count from 1."""
    ending = _ending(file)
    if ending in ENDINGS_OF_SQL:
        return list(_in_sql_file(text, known))
    if ending == ".py":
        return _in_python(text, known)
    source = literals.read(text, ending)
    handles = _handles(text, known)
    return [*_in_strings(source.literals, known, handles), *_in_code(source, known, handles)]


def _text(file: SourceFile) -> str:
    return file.data.decode("utf-8", "replace").replace("\r\n", "\n")


def _ending(file: SourceFile) -> str:
    return PurePosixPath(file.path).suffix.lower()


def _in_sql_file(text: str, known: Known) -> Iterator[Use]:
    without_commands = re.sub(r"^\\[^\n]*", "", text, flags=re.MULTILINE)
    for use in sql.uses_in_file(without_commands, known.table, known.columns):
        yield use._replace(line=use.line + 1)


def _in_python(text: str, known: Known) -> list[Use] | None:
    handles = _handles(text, known)
    if not (_may_hold_sql(text, known) or _names_a_column(text, known)):
        return []
    python = python_code.parsed(text)
    if python is None:
        return None
    found = [use for use in python_code.attribute_uses(python, known) if handles or _is_of_a_row(use, known)]
    return [*_in_strings(python_code.literals(python), known, handles), *found]


def _may_hold_sql(text: str, known: Known) -> bool:
    if known.table.name not in text.lower():
        return False
    return re.search(_BEFORE_A_TABLE + re.escape(known.table.name), text, re.IGNORECASE) is not None


def _names_a_column(text: str, known: Known) -> bool:
    words = "|".join(map(re.escape, [*known.attributes, *known.classes])) or "(?!)"
    return re.search(rf"(?<![A-Za-z0-9])(?:{words})(?:__|\b)", text) is not None


def _is_of_a_row(use: Use, known: Known) -> bool:
    return use.note.startswith("attribute ") and known.handles(use.note.removeprefix("attribute ").rpartition(".")[0])


def _handles(text: str, known: Known) -> bool:
    """Tell whether the file speaks of the table or of a class that stands for it."""
    words = "|".join(re.escape(word) for word in known.context)
    return re.search(rf"(?<!\w)(?:{words})(?!\w)", text) is not None


def of_models(models: Iterable[Model], known: Known) -> Iterator[Use]:
    """Yield the models themselves and their fields of the columns."""
    for model in models:
        yield Use(model.line, None, "exact", model.note)
        for field in model.fields:
            if field.column in known.columns:
                yield Use(field.line, field.column, "exact", model.field_note)


def _in_strings(found: Iterable[Literal], known: Known, handles: bool) -> Iterator[Use]:
    for literal in found:
        if sql.looks_like_sql(literal.text):
            for use in sql.uses(literal.text, known.table, known.columns):
                yield use._replace(line=literal.line + use.line)
        elif handles and len(literal.text) <= 500:
            yield from _of_string(literal, known)


def _of_string(literal: Literal, known: Known) -> Iterator[Use]:
    text = literal.text
    if text in (known.table.name, f"{known.table.schema_name}.{known.table.name}"):
        yield Use(literal.line, None, "likely", "string")
    for column in known.columns:
        name = re.escape(column)
        qualified = rf"(?<!\w){re.escape(known.table.name)}\.{name}(?!\w)"
        clause = rf"(?:^|[\s(,.\"]){name}\"?\s*(?:$|[=<>!,):]|(?:asc|desc|is|in|not|like|ilike|between|as)\b)"
        if text == column or re.search(qualified, text) or (" " not in text.strip() and _listed(text, column)):
            yield Use(literal.line, column, "likely", "string")
        elif re.search(clause, text, re.IGNORECASE):
            yield Use(literal.line, column, "likely", "part of a query")


def _listed(text: str, column: str) -> bool:
    return column in re.split(r"[,\s]+", text)


def _in_code(source: Source, known: Known, handles: bool) -> Iterator[Use]:
    lines = _Lines(source.text)
    for at, receiver, name in literals.attributes(source.code, frozenset(known.attributes)):
        if handles or (receiver and known.handles(receiver)):
            note = f"attribute {receiver}.{name}" if receiver else f"name {name}"
            yield Use(lines.of(at), known.attributes[name], "likely", note)
    if known.classes:
        words = "|".join(map(re.escape, sorted(known.classes)))
        for found in re.finditer(rf"(?<!\w)(?:{words})(?!\w)", source.code):
            yield Use(lines.of(found.start()), None, "likely", f"model {found.group()}")


class _Lines:
    """Counts lines for positions that only grow, or starts again."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.line = text, 0, 1

    def of(self, at: int) -> int:
        if at < self.at:
            self.at, self.line = 0, 1
        self.line += self.text.count("\n", self.at, at)
        self.at = at
        return self.line
