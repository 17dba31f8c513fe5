"""Types as people say them: PostgreSQL's own, words with one plain meaning, and words that have two."""

import re

from agent.models.hearing import add_column_patterns as p
from agent.models.hearing.tokens import Tokens

_TYPE = re.compile(rf"{p.TYPE}(?![\w.'\"`$])", re.IGNORECASE)

PLAIN = {
    "string": ("text", "text holds any string in PostgreSQL, and a length limit can be added later"),
    "strings": ("text", "text holds any string in PostgreSQL, and a length limit can be added later"),
    "datetime": ("timestamptz", "it is the instant, whatever the time zone of the session"),
    "json": ("jsonb", "jsonb can be indexed and compared; say json in a pasted statement if you mean it word for word"),
    "double": ("double precision", ""),
    "flag": ("boolean", ""),
    "guid": ("uuid", ""),
    "blob": ("bytea", ""),
    "timestamp with timezone": ("timestamptz", ""),
}
"""Word -> type, and the reason that is said with it."""

DOUBTFUL = {
    "number": "“number” may mean integer, bigint, or numeric: say which.",
    "money": (
        "“money” may mean numeric(12,2), which is exact and knows no currency, or PostgreSQL's own money type, "
        "whose format hangs on a setting of the server: say numeric(12,2) or pg_catalog.money."
    ),
    "decimal number": "“decimal number” may mean numeric(12,2) or double precision: say which.",
    "amount": "“amount” is no type; it may mean numeric(12,2) or bigint: say which.",
    "varchar2": "“varchar2” is Oracle's; it may mean varchar or text: say which.",
    "enum": "“enum” names no type: say the name of the enumerated type.",
}


def type_at(tokens: Tokens, at: int) -> tuple[int, str, str, str] | None:
    """The place behind a type, the type, what is in doubt about it, and what is to be said of it."""
    if at >= len(tokens) or tokens[at].kind != "word":
        return None
    for word, doubt in DOUBTFUL.items():
        end = at + len(word.split())
        if [tokens.word(place) for place in range(at, end)] == word.split():
            return end, word, doubt, ""
    found = _TYPE.match(tokens.words, tokens[at].start)
    behind = _behind(tokens, at, found.end()) if found else None
    said = found[0] if found else tokens.word(at)
    plain = PLAIN.get(said.lower())
    if plain is not None:
        return behind or at + 1, plain[0], "", note_on(said)
    return (behind, said, "", "") if behind else None


def _behind(tokens: Tokens, at: int, end: int) -> int | None:
    """The place of the piece that begins at or behind a place in the text; None if it would cut one in two."""
    while at < len(tokens) and tokens[at].start < end:
        if tokens[at].end > end:
            return None
        at += 1
    return at


def note_on(said: str) -> str:
    """What is to be told of a word that was taken as a type; empty for PostgreSQL's own types."""
    type_, reason = PLAIN.get(said.lower(), ("", ""))
    return f"“{said}” is taken as {type_}: {reason}." if reason else ""
