"""Read what an index is made of: columns and expressions with their options, as a person typed them."""

import re

from pydantic import ValidationError

from protocol.discovery import EXPRESSION, nearest
from protocol.errors import BadAnswer
from protocol.facts import TableFacts
from protocol.names import quoted
from protocol.situation import find_column
from protocol.value import Value

_NAME = r"""(?:[^\W0-9]\w*|"(?:[^"]|"")+")"""
_DOTTED = rf"{_NAME}(?:\s*\.\s*{_NAME})?"
_TAIL = re.compile(
    rf"\s*(?:COLLATE\s+(?P<collation>{_DOTTED}))?\s*(?P<opclass>(?!(?:COLLATE|ASC|DESC|NULLS)\b){_DOTTED}"
    r"(?:\s*\(\s*\w+\s*=\s*\w+\s*\))?)?\s*(?P<order>\b(?:ASC|DESC)\b)?\s*(?:\bNULLS\s+(?P<nulls>FIRST|LAST))?\s*",
    re.IGNORECASE,
)
_OPERATOR = re.compile(r"(?P<key>.+?)\s+WITH\s+(?P<operator>[-+*/<>=~!@#%^&|?]+)", re.IGNORECASE | re.DOTALL)


class KeyPart(Value):
    """One key: a column by its name, or an expression; `options` are what stands behind it."""

    column: str = ""
    expression: str = ""
    collation: str = ""
    options: str = ""

    @property
    def value(self) -> str:
        """What is compared."""
        base = quoted(self.column) if self.column else f"({self.expression})"
        return f"{base} COLLATE {self.collation}" if self.collation else base

    @property
    def sql(self) -> str:
        return f"{self.value} {self.options}" if self.options else self.value

    @property
    def word(self) -> str:
        """What PostgreSQL calls it in a name: the column, the function called, else `expr`."""
        called = re.match(r"([^\W0-9]\w*)\s*\(", self.expression)
        return self.column or (called[1].lower() if called else "expr")


def parse_keys(question: str, said: str, facts: TableFacts) -> tuple[KeyPart, ...]:
    """Read `a, lower(b) DESC NULLS LAST, c text_pattern_ops`; raise BadAnswer with a sentence."""
    return tuple(_key(question, part, facts) for part in split(question, said))


def parse_elements(question: str, said: str, facts: TableFacts) -> tuple[tuple[KeyPart, str], ...]:
    """Read `room WITH =, during WITH &&` as keys with their operators; raise BadAnswer with a sentence."""
    found = []
    for part in split(question, said):
        element = _OPERATOR.fullmatch(part)
        if element is None or re.search("--|/[*]", element["operator"]):
            raise BadAnswer(f"{question}: `{part}` has no operator; write it as `room WITH =`.")
        found.append((_key(question, element["key"], facts), element["operator"]))
    return tuple(found)


def parse_columns(question: str, said: str, facts: TableFacts) -> tuple[str, ...]:
    """Read plain columns; raise BadAnswer with a sentence."""
    parts = parse_keys(question, said, facts)
    if any(part.expression or part.options or part.collation for part in parts):
        raise BadAnswer(f"{question}: only names of columns can stand here.")
    return tuple(part.column for part in parts)


def split(question: str, said: str) -> tuple[str, ...]:
    """Cut at the commas outside of parentheses and quotes; parentheses around the whole are left off."""
    text = said.strip()
    while text.startswith("(") and _closes(text) == len(text) - 1:
        text = text[1:-1].strip()
    parts, depth, start, quote = [], 0, 0, ""
    for at, mark in enumerate(text):
        if quote:
            quote = "" if mark == quote else quote
        elif mark in "'\"":
            quote = mark
        elif mark in "([":
            depth += 1
        elif mark in ")]":
            depth -= 1
        elif mark == "," and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    parts.append(text[start:])
    if quote or depth or any(not part.strip() for part in parts):
        raise BadAnswer(f"{question}: `{said}` cannot be read; write columns or expressions with commas between.")
    return tuple(part.strip() for part in parts)


def _key(question: str, part: str, facts: TableFacts) -> KeyPart:
    head = re.match(_NAME, part) if not re.match(rf"{_DOTTED}\s*\(", part) else None
    if head is not None:
        tail = _TAIL.fullmatch(part, head.end())
        if tail is not None:
            return _with_options(KeyPart(column=_column(question, head[0], facts)), tail)
    end = _head_end(part)
    tail = _TAIL.fullmatch(part, end) if end else None
    expression = part[:end] if tail is not None else part
    part_ = KeyPart(expression=_expression(question, expression))
    return part_ if tail is None else _with_options(part_, tail)


def _with_options(part: KeyPart, tail: re.Match[str]) -> KeyPart:
    nulls = f"NULLS {tail['nulls'].upper()}" if tail["nulls"] else ""
    options = " ".join(word for word in (tail["opclass"], (tail["order"] or "").upper(), nulls) if word)
    return part.model_copy(update={"collation": tail["collation"] or "", "options": options})


def _head_end(part: str) -> int:
    """Where a call or a parenthesis at the beginning ends; 0 where there is none."""
    found = re.match(rf"(?:{_DOTTED}\s*)?\(", part)
    return 0 if found is None else _closes(part, found.end() - 1) + 1


def _closes(text: str, start: int = 0) -> int:
    """The place of the parenthesis that closes the one at `start`; -1 where none does."""
    depth, quote = 0, ""
    for at in range(start, len(text)):
        mark = text[at]
        if quote:
            quote = "" if mark == quote else quote
        elif mark in "'\"":
            quote = mark
        else:
            depth += (mark == "(") - (mark == ")")
            if depth == 0:
                return at
    return -1


def _column(question: str, said: str, facts: TableFacts) -> str:
    name = said[1:-1].replace('""', '"') if said.startswith('"') else said
    column = find_column(facts, name)
    if column is not None:
        return column.name
    known = [column.name for column in facts.table.columns]
    near = nearest(name, known)
    hint = f"Did you mean `{near}`?" if near else f"It has: {', '.join(known[:12])}."
    raise BadAnswer(f"{question}: `{facts.name}` has no column `{name}`. {hint}")


def _expression(question: str, said: str) -> str:
    inner = said.strip()
    while inner.startswith("(") and _closes(inner) == len(inner) - 1:
        inner = inner[1:-1].strip()
    try:
        return EXPRESSION.validate_python(inner)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise BadAnswer(f"{question}: {reason}.") from None
