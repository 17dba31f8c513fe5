"""Names and pieces of SQL that can be put into a statement without harm."""

import re
from collections.abc import Iterable
from hashlib import sha256
from itertools import accumulate
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field

from protocol.value import Value

RESERVED = frozenset(  # one block of words reads better than ninety list items
    """all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
    column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
    current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze
    from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit
    localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references
    returning right select session_user similar some symmetric system_user table tablesample then to trailing true
    union unique user using variadic verbose when where window with""".split()  # noqa: SIM905
)
"""Words that need quotes as a name: `pg_get_keywords()` with catcode R or T, PostgreSQL 18."""

MAX_NAME_BYTES = 63
"""NAMEDATALEN - 1; the server cuts longer names with a NOTICE only."""

HASH_DIGITS = 6
"""Of a name that had to be cut."""


def quoted(name: str) -> str:
    """Return `name` as an SQL identifier, in quotes where it needs them."""
    if re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return `text` as an SQL string constant (standard_conforming_strings is set on every connection of ours)."""
    return "'" + text.replace("'", "''") + "'"


def dollar_quoted(body: str) -> str:
    """Return `body` in dollar quotes that end where it ends: nothing in it, nor its end, makes up the tag."""
    tag = "$whimbrel"
    while tag in body:
        tag += "_"
    return f"{tag}${body}{tag}$"


def _a_name(name: str) -> str:
    if not name or "\x00" in name:
        raise ValueError("a name needs at least one character and no NUL")
    if len(name.encode()) > MAX_NAME_BYTES:
        raise ValueError(f"`{name}` is longer than {MAX_NAME_BYTES} bytes, PostgreSQL would cut it")
    return name


Name = Annotated[str, AfterValidator(_a_name)]


def derived_name(*parts: str) -> str:
    """Join parts to a name of at most 63 bytes.

    Where they are longer, the longest part gives way and a hash of the whole ends it, so that no two become one.
    """
    whole = "_".join(parts)
    if len(whole.encode()) <= MAX_NAME_BYTES:
        return whole
    end = f"_{sha256(whole.encode()).hexdigest()[:HASH_DIGITS]}"
    kept = list(parts)
    while len(f"{'_'.join(kept)}{end}".encode()) > MAX_NAME_BYTES:
        longest = max(range(len(kept)), key=lambda i: len(kept[i]))
        kept[longest] = kept[longest][:-1]
    return f"{'_'.join(kept)}{end}"


class TableName(Value):
    """A table with its schema; `sql` is what goes into a statement."""

    schema_name: Name = Field(default="public")
    name: Name

    @property
    def sql(self) -> str:
        return f"{quoted(self.schema_name)}.{quoted(self.name)}"

    def __str__(self) -> str:
        return self.name if self.schema_name == "public" else f"{self.schema_name}.{self.name}"


# --- pieces of SQL that are put between ours -----------------------------------------------------------------------

MAX_WORDS = 500
"""Longer expressions are refused: the parser recurses."""

_PIECE = re.compile(
    r"""
      (?P<space>[ \t\n\r\f\v]+)
    | (?P<string>[bBxX]?'(?:[^']|'')*')
    | (?P<name>[^\W0-9]\w*|"(?:[^"]|"")+")
    | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?!\w))
    | (?P<operator>::|[-+*/<>=~!@\#%^&|?]+)
    | (?P<mark>[()\[\],.])
    """,
    re.VERBOSE,
)
"""PostgreSQL's words (its scan.l, standard_conforming_strings on), but for those that another reader may end elsewhere:
E'', N'' and U&'' strings, dollar quotes and parameters, backslashes, braces, single colons."""

_CLOSED_BY = {"(": ")", "[": "]"}


class _Word(NamedTuple):
    kind: str
    text: str


def _words(text: str) -> tuple[_Word, ...]:
    """Cut an expression into words without the spaces; raise ValueError unless parentheses around it would hold it."""
    words: list[_Word] = []
    at, before = 0, ""
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None or (piece.lastgroup == "string" and before in {"name", "&"}):
            raise ValueError(f"`{text[at : at + 10]}` is not taken; text is written 'so', without a prefix or $$")
        word = _Word(str(piece.lastgroup), piece.group())
        if word.kind == "operator" and ("--" in word.text or "/*" in word.text):
            raise ValueError("it holds a comment")
        if word.kind != "space":
            words.append(word)
        at, before = piece.end(), "&" if word.text == "&" else word.kind
    _balanced(words)
    return tuple(words)


def _balanced(words: Iterable[_Word]) -> None:
    waiting: list[str] = []
    for _, text in words:
        if text in _CLOSED_BY:
            waiting.append(_CLOSED_BY[text])
        elif text in _CLOSED_BY.values() and (not waiting or waiting.pop() != text):
            raise ValueError(f"a `{text}` closes nothing")
    if waiting:
        raise ValueError(f"a `{waiting[-1]}` is missing")


def _an_expression(text: str) -> str:
    """Accept one SQL expression: no statement separator, no comment, no constraint, no subquery."""
    text = _sendable(text.strip())
    try:
        words = _words(text)
    except ValueError as error:
        raise ValueError(f"`{text}` is not one SQL expression: {error}") from None
    if len(words) > MAX_WORDS:
        raise ValueError(f"an expression of more than {MAX_WORDS} words is not taken")
    if {word.text.lower() for word in words} & {"select", "values", "table"}:
        raise ValueError(f"`{text}` holds a subquery; a column's value may depend on its own row only")
    if not _reads_as_one(text) or _holds_constraint(words):
        raise ValueError(f"`{text}` is not one SQL expression")
    return text


def _reads_as_one(text: str) -> bool:
    import sqlglot  # here, for it costs 0.2 s that a first paint does not have
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        parsed = sqlglot.parse_one(f"SELECT {text}", read="postgres")
    except (SqlglotError, RecursionError, TypeError, AttributeError, LookupError):  # `1?` is a TypeError in sqlglot
        return False
    return (
        isinstance(parsed, exp.Select)
        and len(parsed.expressions) == 1
        and not any(part for name, part in parsed.args.items() if name != "expressions")
        and not isinstance(parsed.expressions[0], exp.Star)
        and parsed.find(exp.Alias, exp.Placeholder, exp.Parameter, exp.Lambda) is None
    )


def _holds_constraint(words: Iterable[_Word]) -> bool:
    """Find DEFAULT, and NOT NULL without IS before it: sqlglot reads them as a column and as a comparison."""
    spelled = " ".join(word.text.lower() if word.kind == "name" else "." for word in words)
    return re.search(r"(?<!\bis )\bnot null\b|\bdefault\b", spelled) is not None


def default_clause(expression: str) -> str:
    """Return an expression as DEFAULT takes it: a constant or a call as it is, all else in parentheses."""
    words = _words(expression)
    return expression if len(words) == 1 or _is_call(words) else f"({expression})"


def _is_call(words: tuple[_Word, ...]) -> bool:
    first, marks = words[0], [word.text for word in words[1:]]
    if first.kind != "name" or first.text.lower() in RESERVED or marks[0] != "(":
        return False
    depth = list(accumulate((mark == "(") - (mark == ")") for mark in marks))
    return depth.index(0) == len(marks) - 1


_NAME = r"""(?:[^\W0-9]\w*|"(?:[^"]|"")+")"""
_FIELD = "(?:year|month|day|hour|minute|second)"
_SIZES = r"(?: ?\( ?(?:-?[0-9]+|[^\W0-9]\w*)(?: ?, ?(?:-?[0-9]+|[^\W0-9]\w*))* ?\))?"
_TYPE = re.compile(
    r"(?:(?i:double precision|(?:national )?(?:character|char) varying|national (?:character|char)|bit varying)"
    rf"{_SIZES}"
    rf"|(?i:(?:time|timestamp)(?: ?\( ?[0-9]+ ?\))? with(?:out)? time zone)"
    rf"|(?i:interval {_FIELD}(?: to {_FIELD})?(?: ?\( ?[0-9]+ ?\))?)"
    rf"|(?P<name>{_NAME})(?: ?\. ?{_NAME}){{0,2}}{_SIZES})"
    r"(?: ?\[ ?[0-9]* ?\])*"
)


def _a_type(text: str) -> str:
    """Accept the name of one type with its sizes and dimensions; no collation, constraint or default."""
    text = re.sub(r"""("(?:[^"]|"")*")|\s+""", lambda part: part[1] or " ", _sendable(text.strip()))
    found = _TYPE.fullmatch(text)
    if found is None or (found["name"] or "").lower() in RESERVED:
        raise ValueError(f"`{text}` is not a column type")
    return text


def _sendable(text: str) -> str:
    if re.search("[\x00\ud800-\udfff]", text):
        raise ValueError("it holds a character that PostgreSQL cannot store")
    return text


Expression = Annotated[str, AfterValidator(_an_expression)]
"""One SQL expression, as the person wrote it."""

SqlType = Annotated[str, AfterValidator(_a_type)]
"""One column type, as the server is asked for it."""
