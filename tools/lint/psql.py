"""Take out of a script what psql reads itself and never sends: its own commands, and the rows of COPY … FROM stdin.

What is taken out becomes blanks, so that lines and columns stay what they are. A command that runs SQL from elsewhere
is not read, and becomes a statement that says so. Placeholders can be read as the names they stand for.
"""

import re

from tools.lint.actions import Opaque, Statement
from tools.lint.scan import Mark, marks

_MAYBE = re.compile(r"\\|\bstdin\b", re.I)
"""Spares the walk through a file that has neither a backslash nor rows in it."""

_COMMAND = re.compile(r"\\(!|\?|;|\w+|\\)?[^\n]*")
_COPIES = re.compile(r"(?>\s+|--[^\n]*|/\*.*?\*/)*+COPY\b.*\bFROM\s+STDIN\b", re.I | re.S)
"""Never tries a comment twice: `-- -- -- --` can be taken apart in very many ways."""

_ROWS_END = re.compile(r"^\\\.[ \t\r]*$", re.M)
_BLANKED = re.compile(r"[^\n]")
_NO_LETTER = re.compile(r"\W")

_TAKEN = {";", "\\"}

_SENDS = {"g", "gx", "gset", "gdesc", "crosstabview", "bind", "bind_named", "parse", "sendpipeline", ";"}
_RUNS_UNREAD = {"i", "ir", "include", "include_relative", "gexec", "watch", "!"}
_QUIET_NAMES = """
    a C c cd connect conninfo copyright crosstabview echo edit e elif else encoding endif errverbose f h H help if l
    list o out p password print prompt pset q quit qecho r reset restrict s set setenv t T timing unrestrict unset w
    warn write x z copy startpipeline endpipeline syncpipeline flush flushrequest getresults ?
"""
_QUIET = frozenset(_QUIET_NAMES.split())
_DESCRIBES = re.compile(r"d[a-zA-Z]*|sf|sv|sf\+|lo_\w+")


def without_psql(sql: str) -> tuple[str, tuple[Statement, ...]]:
    """Return the script with blanks for what psql keeps to itself, and a statement for each command left unread."""
    if not _MAYBE.search(sql):
        return sql, ()
    kept: list[str] = []
    unread: list[Statement] = []
    begins = written = at = 0
    while mark := next((mark for mark in marks(sql, at) if mark.kind in _TAKEN), None):
        end, instead = _taken(sql, mark, begins)
        at = end
        if mark.kind == ";" or instead == ";":
            begins = end
        if end > mark.end or instead is not None:
            kept += [sql[written : mark.start], _blank(sql[mark.start : end], instead or "")]
            written = end
        if mark.kind == "\\" and _name(sql, mark) in _RUNS_UNREAD and instead is not None:
            unread.append(_unread(sql, mark, end))
    return "".join([*kept, sql[written:]]), tuple(unread)


def with_names_filled_in(sql: str) -> str:
    """Return the script with a name, or a string, for each placeholder that psql or a migration tool fills in.

    `:schema.users` becomes ` schema.users`, `:'owner'` a string, `${prefix}users` one name; nothing moves.
    """
    kept: list[str] = []
    written = 0
    for mark in marks(sql):
        if mark.kind == "placeholder":
            kept += [sql[written : mark.start], _name_for(sql[mark.start : mark.end])]
            written = mark.end
    return "".join([*kept, sql[written:]])


def _name_for(placeholder: str) -> str:
    """A `${…}` may be only a part of a name, so all of it becomes letters of one."""
    return _NO_LETTER.sub("_", placeholder) if placeholder.startswith("$") else f" {placeholder[1:]}"


def _taken(sql: str, mark: Mark, begins: int) -> tuple[int, str | None]:
    """Return where the part ends that psql takes at this mark, and what stands for it; None where it takes nothing."""
    if mark.kind == ";":
        copies = _COPIES.match(sql, begins, mark.start)
        return (_rows_end(sql, mark.end), ";") if copies else (mark.end, None)
    name = _name(sql, mark)
    end = _line_end(sql, mark)
    if name in _SENDS or name in {"gexec", "watch"}:
        return end if name != ";" else mark.end + 1, ";"
    if name in _RUNS_UNREAD or name in _QUIET or _DESCRIBES.fullmatch(name):
        return end, ""
    return mark.end, None


def _name(sql: str, mark: Mark) -> str:
    found = _COMMAND.match(sql, mark.start)
    return (found and found[1]) or ""


def _line_end(sql: str, mark: Mark) -> int:
    end = sql.find("\n", mark.start)
    return len(sql) if end < 0 else end


def _rows_end(sql: str, at: int) -> int:
    found = _ROWS_END.search(sql, at)
    return found.end() if found else len(sql)


def _blank(text: str, instead: str) -> str:
    return instead + _BLANKED.sub(" ", text[len(instead) :])


def _unread(sql: str, mark: Mark, end: int) -> Statement:
    text = sql[mark.start : end].rstrip()
    start = sql.rfind("\n", 0, mark.start) + 1
    reason = f"psql runs SQL from elsewhere at `\\{_name(sql, mark)}`, and that is not read here"
    return Statement(
        text=text,
        line=sql.count("\n", 0, mark.start) + 1,
        column=mark.start - start + 1,
        actions=(Opaque(reason=reason),),
    )
