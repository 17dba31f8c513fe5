"""Names of tables, columns and other things, and words that refer to one said before."""

import re
from collections.abc import Iterator

from agent.models.hearing.said import Found, Said
from agent.models.hearing.stop_words import NEVER_A_NAME, NOT_A_NAME
from agent.models.hearing.tokens import Token, Tokens
from protocol.names import quoted

COLUMN_REFERENCES = (("it",), ("that",), ("this",), ("the", "column"), ("that", "column"), ("this", "column"))


TABLE_REFERENCES = (
    ("it",),
    ("there",),
    ("the", "table"),
    ("that", "table"),
    ("this", "table"),
    ("the", "same", "table"),
)


NOUNS = {"column", "field", "table", "index", "constraint", "check", "partition", "value", "type", "default"}


BEHIND_A_NAME = {"from", "in", "of", "on", "to", ",", ".", "and"}


OF_SOMETHING = {"type", "name", "schema", "comment", "values", "rows", "copy"}
"""“The type of …” names no column."""


def one(end: int, question: str, value: str, tokens: Tokens, start: int, **more: str) -> Found:
    return end, (Said(question, value, tokens[start].start, tokens[end - 1].end, **more),)


def bare(token: Token) -> str:
    """A name without its quotes."""
    return token.text[1:-1].replace('""', '"') if token.kind == "quoted" else token.text


def is_name(tokens: Tokens, at: int) -> bool:
    """A name in quotes, or a word that is none of the language's own."""
    if at >= len(tokens):
        return False
    token = tokens[at]
    if token.kind == "quoted":
        return True
    if token.kind != "word" or "'" in token.word or token.word in NOT_A_NAME:
        return False
    if token.word in OF_SOMETHING and (tokens.word(at + 1) == "of" or tokens.word(at - 1) == "'s"):
        return False
    return token.word not in ("a", "an") or tokens.word(at + 1) not in NOUNS


def name(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    if is_name(tokens, at) and not dotted(tokens, at):
        yield one(at + 1, question, bare(tokens[at]), tokens, at)


def new(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """A name that is to be: also in any quotes, and a word that would be none elsewhere."""
    token = tokens[at]
    if token.kind in ("string", "curly") and re.fullmatch(r"\w[\w$ ]*", token.text[1:-1]):
        yield one(at + 1, question, token.text[1:-1], tokens, at)
    elif not dotted(tokens, at):
        yield from name(tokens, at, question)


def after_noun(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """What follows the word column, or table, is a name even if it is one of the language's words."""
    token = tokens[at]
    last = at + 1 == len(tokens) or tokens.word(at + 1) in BEHIND_A_NAME
    may_be = token.word not in NEVER_A_NAME or (token.word == "a" and last)
    if token.kind == "word" and may_be and "'" not in token.word and not dotted(tokens, at):
        yield one(at + 1, question, token.text, tokens, at)
    elif token.kind == "quoted":
        yield from name(tokens, at, question)


def column(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    yield from name(tokens, at, question)
    yield from reference(tokens, at, question, COLUMN_REFERENCES, "column")


def table(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    yield from parts(tokens, at, question)
    yield from reference(tokens, at, question, TABLE_REFERENCES, "table")


def named(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """A table or another thing that must be named."""
    yield from parts(tokens, at, question)


def parts(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    if not is_name(tokens, at):
        return
    if not dotted(tokens, at):
        yield one(at + 1, question, bare(tokens[at]), tokens, at)
    elif dotted(tokens, at) and not dotted(tokens, at + 2):
        yield one(at + 3, question, f"{bare(tokens[at])}.{bare(tokens[at + 2])}", tokens, at)


def bare_table(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """A table without a schema, for behind a dot there may be a column."""
    if is_name(tokens, at) and not dotted(tokens, at):
        yield one(at + 1, question, bare(tokens[at]), tokens, at)


def new_table(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """As it was typed, for quotes are part of a name that is to be; backticks are not SQL's."""
    for end, (said, *_) in parts(tokens, at, question):
        typed = ".".join(quoted(bare(t)) if t.kind == "quoted" else t.text for t in tokens.all[at:end:2])
        yield end, (said._replace(value=typed),)


def path(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """`users.email` or `app.users.email`: a table and its column."""
    if not is_name(tokens, at) or not dotted(tokens, at):
        return
    last = at + 4 if dotted(tokens, at + 2) else at + 2
    table = ".".join(bare(token) for token in tokens.all[at:last:2][:2])
    if last == at + 2:
        table = bare(tokens[at])
    said = Said(question, bare(tokens[last]), tokens[last].start, tokens[last].end)
    yield last + 1, (Said("table", table, tokens[at].start, tokens[last - 2].end), said)


def dotted(tokens: Tokens, at: int) -> bool:
    """Tell whether a dot and another name follow without a space."""
    return (
        tokens.word(at + 1) == "."
        and tokens.glued(at + 1)
        and tokens.glued(at + 2)
        and tokens[at + 2].kind in ("word", "quoted")
    )


def reference(
    tokens: Tokens, at: int, question: str, known: tuple[tuple[str, ...], ...], refers: str
) -> Iterator[Found]:
    for words in known:
        if all(tokens.word(at + place) == word for place, word in enumerate(words)):
            yield one(at + len(words), question, "", tokens, at, refers=refers)


def refers(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    yield from reference(tokens, at, question, COLUMN_REFERENCES, "column")


def refers_to_table(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    yield from reference(tokens, at, question, TABLE_REFERENCES, "table")


def ref_path(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """`users.id` behind “references”: a table and its key, where it looks like one; else it may be a schema."""
    for end, (table, column) in path(tokens, at, question):
        doubt = ""
        if "." not in table.value and not re.search(r"(?:^|_)(?:id|uuid|key|code|no)$", column.value, re.IGNORECASE):
            whole = f"{table.value}.{column.value}"
            doubt = (
                f"“{whole}” may be the column {column.value} of {table.value}, or the table {column.value} in the "
                f"schema {table.value}: say {table.value}({column.value}), or “table {whole}”."
            )
        yield end, (table._replace(question="ref_table"), column._replace(doubt=doubt))
