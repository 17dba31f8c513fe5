"""How migration tools run a file: which parts of it, and what they wrap into one transaction.

As their documentation and their issues say: Flyway, Diesel, golang-migrate, Prisma, dbmate, goose, sql-migrate,
sqitch, tern, Liquibase, node-pg-migrate, rambler, Drizzle, Atlas. A file of none of them runs as psql runs it: each
statement by itself.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from protocol.value import Value
from tools.lint.actions import Statement

Wrapping = Literal["none", "transaction", "one query", "unless refused"]
"""`one query`: sent in one piece, which the server takes for a transaction when it is more than one statement.
`unless refused`: a transaction, except where the tool sees a statement that the server refuses inside one."""

_BLANKED = re.compile(r"[^\n]")
_PART = re.compile(
    r"^[ \t]*--[ \t]*(?:"
    r"(?:migrate:[ \t]*|\+goose[ \t]+|\+migrate[ \t]+|(?P<rambler>rambler)[ \t]+)(?P<way>up|down)\b(?P<said>[^\n]*)"
    r"|(?P<node>up|down)[ \t]+migration\b[^\n]*"
    r"|changeset[ \t]+\S+:(?P<changeset>[^\n]*)"
    r"|--[ \t]*create above / (?P<tern>drop) below[^\n]*)$",
    re.I | re.M,
)
_UNWRAPPED_PART = re.compile(r"\btransaction:[ \t]*false|\bnotransaction\b|\brunInTransaction:[ \t]*\"?false", re.I)
_UNWRAPPED_FILE = re.compile(r"^--[ \t]*\+goose[ \t]+NO[ \t]+TRANSACTION|^----[ \t]*tern:[ \t]*disable-tx", re.I | re.M)
_UNWRAPPED_HEAD = re.compile(r"\A--[ \t]*(?:no-transaction|atlas:txmode[ \t]+none)\b", re.I)
_DRIZZLE = re.compile(r"^--> statement-breakpoint", re.M)
_SQITCH = re.compile(r"\A--[ \t]*(?P<way>Deploy|Revert|Verify)[ \t]+\S+")
_FLYWAY = re.compile(r"(?:V[\d._]+|U[\d._]+|R|B[\d._]+)__.*\.sql")
_UNDOES = re.compile(r"(?:.*[._-])?down\.sql|U[\d._]+__.*\.sql", re.I)
_REFUSED_INSIDE = re.compile(
    r"(?:CREATE\s+(?:UNIQUE\s+)?INDEX|DROP\s+INDEX)\s+CONCURRENTLY|REINDEX\b.*\bCONCURRENTLY|VACUUM\b|ALTER\s+SYSTEM"
    r"|REINDEX\s+(?:\(.*?\)\s*)?(?:DATABASE|SYSTEM)\b"
    r"|(?:CREATE|DROP)\s+(?:DATABASE|TABLESPACE|SUBSCRIPTION)\b|ALTER\s+TABLE\b.*\bDETACH\b.*\bCONCURRENTLY\b",
    re.I | re.S,
)


class Source(Value):
    """One file; `name` is its path as the person gave it.

    `beside` is what another file of the tool says: that it runs in a transaction, or in none; empty where none speaks.
    """

    text: str
    name: str = ""
    beside: Literal["", "transaction", "none"] = ""


class Section(Value):
    """A part that is run by itself, with blanks for the others; `undoes` is true for the way back, or a check."""

    sql: str
    wrapping: Wrapping = "none"
    undoes: bool = False

    def is_wrapped(self, statements: Sequence[Statement]) -> bool:
        """Tell whether these statements, the section's own, run in one transaction."""
        match self.wrapping:
            case "one query":
                return len(statements) > 1
            case "unless refused":
                return not any(_REFUSED_INSIDE.match(statement.text) for statement in statements)
            case _:
                return self.wrapping == "transaction"


def sections(source: Source) -> tuple[Section, ...]:
    """Return the parts of a file in the order written, with every character of it in exactly one of them."""
    parts = list(_PART.finditer(source.text))
    if parts:
        return tuple(_marked(source.text, parts))
    return (_whole(source),)


def _marked(text: str, parts: Sequence[re.Match[str]]) -> Iterator[Section]:
    unwrapped = _UNWRAPPED_FILE.search(text) is not None
    starts = [part.start() for part in parts]
    if _undoes(parts[0]):
        yield _between(text, 0, starts[0], unwrapped, undoes=False)
    else:
        starts[0] = 0
    for part, start, end in zip(parts, starts, [*starts[1:], len(text)], strict=True):
        said = part["said"] or part["changeset"] or ""
        bare = unwrapped or bool(part["rambler"]) or _UNWRAPPED_PART.search(said) is not None
        yield _between(text, start, end, bare, undoes=_undoes(part))


def _undoes(part: re.Match[str]) -> bool:
    return (part["way"] or part["node"] or part["tern"] or "").lower() in {"down", "drop"}


def _between(text: str, start: int, end: int, unwrapped: bool, *, undoes: bool) -> Section:
    sql = _BLANKED.sub(" ", text[:start]) + text[start:end]
    return Section(sql=sql, wrapping="none" if unwrapped else "transaction", undoes=undoes)


def _whole(source: Source) -> Section:
    file = re.split(r"[/\\]", source.name)[-1]
    sqitch = _SQITCH.match(source.text)
    undoes = bool(_UNDOES.fullmatch(file)) or (sqitch is not None and sqitch["way"] != "Deploy")
    return Section(sql=source.text, wrapping=_wrapping(source, file), undoes=undoes)


def _wrapping(source: Source, file: str) -> Wrapping:
    if source.beside == "none" or _UNWRAPPED_FILE.search(source.text) or _UNWRAPPED_HEAD.match(source.text):
        return "none"
    if source.beside or file in {"up.sql", "down.sql"} or _DRIZZLE.search(source.text):
        return "transaction"
    if _FLYWAY.fullmatch(file):
        return "unless refused"
    if file == "migration.sql" or file.endswith((".up.sql", ".down.sql")):
        return "one query"
    return "none"
