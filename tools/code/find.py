"""Find where an application's code uses a table and its columns: `find_references` is the one door of this package."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from protocol.names import TableName
from protocol.references import Reference, References
from tools.code.files import SourceFile, Tally, source_files
from tools.code.literals import FAMILIES
from tools.code.migrations import kind_of_migration
from tools.code.models import Known, Model, attribute_names
from tools.code.reading import ENDINGS_OF_SQL, MAPPED, models_of, uses_in
from tools.code.sql import Use
from tools.code.words import class_names, needles, singular, spellings, tails

ENDINGS = frozenset({".py", *ENDINGS_OF_SQL, *FAMILIES})


def find_references(root: Path, table: TableName, columns: Sequence[str]) -> References:
    """Search the code under `root` for a table and the columns named; raise UsageError when `root` is no folder.

    Nothing is executed or imported, no symbolic link is followed, and what was not read is counted by its reason.
    """
    tally = Tally()
    names = tuple(dict.fromkeys(columns))
    guessed = _known(table, names, ())
    files = _candidates(root, guessed, tally)
    models = tuple(
        model for file in files if MAPPED.search(file.data) for model in models_of(file) if model.is_of(table)
    )
    known = _known(table, names, models)
    if known.context - guessed.context or known.attributes.keys() - guessed.attributes.keys():
        tally = Tally()
        files = _candidates(root, known, tally)
    found = [(file.path, kind, use) for file in files for kind, use in _in_file(file, known, tally)]
    return References(
        table=table,
        columns=names,
        uses=_sorted((path, use) for path, kind, use in found if not kind),
        history=_sorted((path, _of_history(use, kind)) for path, kind, use in found if kind),
        files_read=tally.read,
        not_read=tally.not_read,
    )


def _known(table: TableName, columns: tuple[str, ...], models: tuple[Model, ...]) -> Known:
    return Known(
        table=table,
        columns=columns,
        classes=frozenset(model.name for model in models if model.name),
        guesses=class_names(table.name),
        attributes=attribute_names(columns, models),
    )


def _candidates(root: Path, known: Known, tally: Tally) -> list[SourceFile]:
    """Return the files that name the table, or both a row of it and a column; the test for substrings comes first."""
    rows = {singular(tail) for tail in tails(known.table.name)} | {
        word[:1].lower() + word[1:] for word in known.classes | known.guesses
    }
    substrings = needles({known.table.name, *rows, *known.context})
    handled = _any_of({known.table.name, known.table.name.upper(), *known.context})
    row = _any_of(rows)
    column = _any_of({form for name in (*known.columns, *known.attributes) for form in spellings(name)}, loose=True)

    def fits(data: bytes) -> bool:
        return bool(handled.search(data) or (known.columns and column.search(data) and row.search(data)))

    return [
        file
        for file in source_files(root, ENDINGS, tally)
        if _holds_one(file.data.lower(), substrings) and (fits(file.data) or file.path.endswith(ENDINGS_OF_SQL))
    ]


def _holds_one(data: bytes, words: tuple[bytes, ...]) -> bool:
    return any(word in data for word in words)


def _any_of(words: Iterable[str], *, loose: bool = False) -> re.Pattern[bytes]:
    """Match any of the words, whole; loosely also behind a verb, as in `getRole`."""
    either = b"|".join(re.escape(word.encode()) for word in sorted(words, key=lambda w: (-len(w), w))) or rb"(?!)"
    before = rb"(?:(?<![A-Za-z0-9_])|(?<=get)|(?<=set))" if loose else rb"(?<![A-Za-z0-9_])"
    return re.compile(before + b"(?:" + either + b")(?![A-Za-z0-9_])")


def _in_file(file: SourceFile, known: Known, tally: Tally) -> Iterator[tuple[str, Use]]:
    text = file.data.decode("utf-8", "replace").replace("\r\n", "\n")
    uses = uses_in(file, text, known)
    if uses is None:
        tally.read -= 1
        tally.leave("Python that this version cannot parse", file.path)
        return
    kind = kind_of_migration(file.path, text)
    yield from ((kind, use) for use in uses)


def _of_history(use: Use, kind: str) -> Use:
    return use._replace(note=f"{kind}: {use.note}")


def _sorted(found: Iterable[tuple[str, Use]]) -> tuple[Reference, ...]:
    """Keep the surest word for each column of a line, and one order for ever."""
    ordered = sorted(found, key=lambda one: (one[0], one[1].line, one[1].column or "", one[1].certainty, one[1].note))
    best: dict[tuple[str, int, str | None], Reference] = {}
    for path, use in ordered:
        reference = Reference(path=path, line=use.line, column=use.column, certainty=use.certainty, note=use.note)
        best.setdefault((path, use.line, use.column), reference)
    return tuple(best.values())
