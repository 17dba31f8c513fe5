"""Read `column = expression, …` as it was typed, and tell which columns an expression reads."""

import re
from collections.abc import Iterable

from pydantic import TypeAdapter, ValidationError

from protocol.names import Expression, Name
from protocol.value import Value

EXPRESSION: TypeAdapter[str] = TypeAdapter(Expression)

_PIECE = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[^\W0-9][\w$]*|[<>!=~@#%^&|?*/+-]+|.""", re.DOTALL)
"""Strings, quoted names, names and operators whole; all else by the character."""

_TARGET = re.compile(r"""\s*(?:"((?:[^"]|"")+)"|([^\W0-9]\w*))\s*=(?![<>!=~@#%^&|?*/+-])\s*(.+)""", re.DOTALL)


class Assignment(Value):
    """One column and the expression that it gets; the name is as the server folds it."""

    column: Name
    expression: Expression


def assignments(said: str) -> tuple[Assignment, ...]:
    """Read `a = 1, "B c" = lower(x)`, with or without SET before it; raise ValueError with a sentence."""
    text = re.sub(r"\A\s*set\s+(?=\S+\s*=)", "", said.strip().rstrip(";"), flags=re.IGNORECASE)
    found = tuple(_one(part) for part in split_at_commas(text))
    twice = {one.column for one in found if sum(other.column == one.column for other in found) > 1}
    if twice:
        raise ValueError(f"`{min(twice)}` is set twice")
    return found


def _one(part: str) -> Assignment:
    found = _TARGET.fullmatch(part)
    if found is None:
        raise ValueError(f"`{part.strip()}` is not of the form `column = expression`")
    quoted, bare, expression = found.groups()
    try:
        return Assignment(
            column=quoted.replace('""', '"') if quoted else bare.lower(),
            expression=EXPRESSION.validate_python(expression),
        )
    except ValidationError as error:
        raise ValueError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None


def split_at_commas(text: str) -> tuple[str, ...]:
    """Cut at the commas that stand in no parenthesis, string or quoted name."""
    parts, depth = [""], 0
    for piece in _PIECE.findall(text):
        depth += (piece in ("(", "[")) - (piece in (")", "]"))
        if piece == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += piece
    return tuple(parts)


def names_in(expression: str) -> frozenset[str]:
    """Every name in an expression as the server folds it: columns, and functions and types with them."""
    pieces = [piece for piece in _PIECE.findall(expression) if piece[0] != "'"]
    return frozenset(
        piece[1:-1].replace('""', '"') if piece[0] == '"' else piece.lower()
        for piece in pieces
        if piece[0] == '"' or piece[0].isalpha() or piece[0] == "_"
    )


def reads(expression: str, columns: Iterable[str], table: str) -> tuple[str, ...]:
    """Those of the columns that the expression may read; the table's own name stands for all of them."""
    names = names_in(expression)
    return tuple(column for column in columns if column in names or _whole_row(expression, table))


def _whole_row(expression: str, table: str) -> bool:
    """`to_jsonb(users)` and `users.*` read every column; `users.id` reads one."""
    pieces = [piece for piece in _PIECE.findall(expression) if not piece.isspace()]
    folded = [piece[1:-1].replace('""', '"') if piece[0] == '"' else piece.lower() for piece in pieces]
    follows = [*folded[1:], "", ""]
    return any(
        piece == table and follows[at] != "(" and not (follows[at] == "." and follows[at + 1] != "*")
        for at, piece in enumerate(folded)
    )
