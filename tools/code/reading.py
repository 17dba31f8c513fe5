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

MAPPED = re.compile(
    rb"Field\(|ForeignKey\(|models\.Model|__tablename__|\bTable\(|@Entity|@Table|Table\(|\.define\(|\.init\(|^\s*model\s"
    rb"|\[Table\(|ApplicationRecord|ActiveRecord::Base|extends\s|\bschema\s+\"|\bstruct\b|table!",
    re.MULTILINE,
)
"""What a file with a model in it must hold; the others are not parsed for models."""


def models_of(file: SourceFile) -> tuple[Model, ...]:
    """Return the models that a file declares, of any table."""
    text, ending = _text(file), _ending(file)
    if ending == ".py":
        tree = python_code.parsed(text)
        return python_code.models(tree, file.path) if tree else ()
    return other_models.models_in(literals.read(text, ending), ending) if ending in literals.FAMILIES else ()


def uses_in(file: SourceFile, text: str, known: Known) -> list[Use] | None:
    """Return every use of the table in one file, None when it is Python that cannot be parsed; lines count from 1."""
    ending = _ending(file)
    if ending in ENDINGS_OF_SQL:
        return list(_in_sql_file(text, known))
    if ending == ".py":
        return _in_python(file, text, known)
    source = literals.read(text, ending)
    models = [m for m in other_models.models_in(source, ending) if m.is_of(known.table)]
    uses = [*_of_models(models, known), *_in_strings(source.literals, known, _handles(text, known))]
    return uses + list(_in_code(source, known, _handles(text, known)))


def _text(file: SourceFile) -> str:
    return file.data.decode("utf-8", "replace").replace("\r\n", "\n")


def _ending(file: SourceFile) -> str:
    return PurePosixPath(file.path).suffix.lower()


def _in_sql_file(text: str, known: Known) -> Iterator[Use]:
    without_commands = re.sub(r"^\\[^\n]*", "", text, flags=re.MULTILINE)
    for use in sql.uses_in_file(without_commands, known.table, known.columns):
        yield use._replace(line=use.line + 1)


def _in_python(file: SourceFile, text: str, known: Known) -> list[Use] | None:
    tree = python_code.parsed(text)
    if tree is None:
        return None
    models = [model for model in python_code.models(tree, file.path) if model.is_of(known.table)]
    handles = _handles(text, known)
    uses = [*_of_models(models, known), *_in_strings(python_code.literals(tree, text), known, handles)]
    found = python_code.attribute_uses(tree, known)
    return uses + [use for use in found if handles or _is_of_a_row(use, known)]


def _is_of_a_row(use: Use, known: Known) -> bool:
    return use.note.startswith("attribute ") and known.handles(use.note.removeprefix("attribute ").rpartition(".")[0])


def _handles(text: str, known: Known) -> bool:
    """Tell whether the file speaks of the table or of a class that stands for it."""
    words = "|".join(re.escape(word) for word in known.context)
    return re.search(rf"(?<!\w)(?:{words})(?!\w)", text) is not None


def _of_models(models: Iterable[Model], known: Known) -> Iterator[Use]:
    for model in models:
        yield Use(model.line, None, "exact", model.note)
        for field in model.fields:
            if field.column in known.columns:
                yield Use(field.line, field.column, "exact", f"{model.note} field")


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
