"""Split a file into statements and read what each does: the one door between SQL text and the rules.

PostgreSQL's own grammar says where statements end, whether they are SQL at all, and what they do. Where an expression
is too deep for its tree, sqlglot reads the shapes it is known to read right. What neither tells is Opaque, never left
out.
"""

import re
from collections.abc import Iterator

from tools.lint import from_grammar, from_sqlglot, grammar
from tools.lint.actions import Action, Opaque, Statement
from tools.lint.grammar import NotRead
from tools.lint.read.bodies import expanded

BLANK = " \t\n\r\f\v"
"""What PostgreSQL's scanner takes for white space; a no-break space is part of a name for it."""

LINE_END = re.compile(r"[\r\n]")


def parse(sql: str) -> tuple[Statement, ...]:
    """Return the statements of `sql` in order; one that cannot be read holds an Opaque action. Raises nothing."""
    strange = _first_strange(sql)
    if strange is not None:
        reason = "a NUL character or half a character, which no PostgreSQL client can send"
        return (_statement(sql, 1, 1, (Opaque(reason=reason, at=strange, broken=True),)),)
    try:
        whole = True
        texts = grammar.split(sql)
    except NotRead:
        whole = False
        texts = grammar.pieces(sql)
    return tuple(
        _statement(text, line, column, _actions(text) if whole else _checked(text))
        for text, line, column in _placed(sql, texts)
    )


def _statement(text: str, line: int, column: int, actions: tuple[Action, ...]) -> Statement:
    return Statement(text=text, line=line, column=column, actions=actions)


def _actions(text: str) -> tuple[Action, ...]:
    try:
        read = from_grammar.read(text)
    except NotRead as error:
        return (not error.broken and from_sqlglot.read(text)) or (_opaque(error),)
    try:
        return tuple(inner for action in read for inner in expanded(action, text, parse))
    except RecursionError:
        return (*read, Opaque(reason="bodies within bodies are nested too deeply"))


def _checked(text: str) -> tuple[Action, ...]:
    """Read one piece of a file that has an error somewhere."""
    try:
        alone = grammar.split(text)
    except NotRead as error:
        return (_opaque(error),)
    if len(alone) != 1:
        return (Opaque(reason="where it ends cannot be told, because of an error elsewhere in the file"),)
    return _actions(text)


def _opaque(error: NotRead) -> Opaque:
    return Opaque(reason=error.reason, at=error.at, broken=error.broken)


def _first_strange(sql: str) -> int | None:
    """Return where the first character stands that cannot travel to the server."""
    nul = sql.find("\x00")
    try:
        sql.encode()
    except UnicodeEncodeError as error:
        return min(error.start, nul) if nul >= 0 else error.start
    return nul if nul >= 0 else None


def _placed(sql: str, texts: list[str]) -> Iterator[tuple[str, int, int]]:
    """Yield each statement, free of what surrounds it, with line and column; one pass over the file."""
    line, line_start, counted, end = 1, 0, 0, 0
    for raw in texts:
        text = raw[_skip(raw, 0) :].rstrip(BLANK)
        if not text:
            continue
        start = sql.find(text, _skip(sql, end))
        line += sql.count("\n", counted, start)
        line_start = max(line_start, sql.rfind("\n", counted, start) + 1)
        yield text, line, start - line_start + 1
        counted, end = start, start + len(text)


def _skip(sql: str, at: int) -> int:
    """Return where the next word stands: past white space, comments and empty statements."""
    while at < len(sql):
        if sql[at] in BLANK or sql[at] == ";":
            at += 1
        elif sql.startswith("--", at):
            at = _line_end(sql, at)
        elif sql.startswith("/*", at) and (end := _comment_end(sql, at)):
            at = end
        else:
            break
    return at


def _line_end(sql: str, at: int) -> int:
    found = LINE_END.search(sql, at)
    return found.start() if found else len(sql)


def _comment_end(sql: str, at: int) -> int | None:
    """Return the end of the comment that starts at `at`, None where it is left open; comments nest."""
    depth = 0
    while at < len(sql):
        if sql.startswith("/*", at):
            depth, at = depth + 1, at + 2
        elif sql.startswith("*/", at):
            depth, at = depth - 1, at + 2
            if depth == 0:
                return at
        else:
            at += 1
    return None
