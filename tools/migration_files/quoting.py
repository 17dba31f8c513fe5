"""SQL inside another language's source, so that exactly its characters come out again."""

from collections.abc import Iterable
from textwrap import wrap


def python_text(sql: str) -> str:
    """Return a Python expression whose value is the text: as it reads where nothing needs an escape."""
    plain = all(character.isprintable() or character == "\n" for character in sql) and "\\" not in sql
    if plain and "\n" not in sql and '"' not in sql:
        return f'"{sql}"'
    if plain and '"""' not in sql and not sql.startswith('"') and not sql.endswith('"'):
        return f'"""{sql}"""'
    return repr(sql)


def javascript_text(sql: str) -> str:
    """Return a template literal whose value is the text."""
    escaped = sql.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
    return "`" + "".join(c if c.isprintable() or c == "\n" else _unit(c) for c in escaped) + "`"


def _unit(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"


def dollar_quoted(text: str, tag: str = "sql") -> str:
    """Return text between dollar quotes whose tag is not in it."""
    number = 0
    mark = f"${tag}$"
    while mark in text or text.endswith(mark[:-1]):
        number += 1
        mark = f"${tag}{number}$"
    return f"{mark}{text}{mark}"


def ended(sql: str) -> str:
    """Return a statement with its semicolon, which a comment at its end must not swallow."""
    return f"{sql}\n;" if "--" in sql.rpartition("\n")[2] else f"{sql};"


def comment(mark: str, lines: Iterable[str]) -> str:
    """Return lines as comments of at most 110 characters; no text can leave its line."""
    pieces = (piece for line in lines for part in (line.splitlines() or [""]) for piece in (wrap(part, 110) or [""]))
    return "\n".join(f"{mark} {piece}".rstrip() for piece in pieces)
