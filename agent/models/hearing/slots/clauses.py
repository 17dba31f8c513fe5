"""Clauses of SQL that are said in words: keys of an index, columns of a table, bounds of a partition."""

import re
from collections.abc import Iterator

from agent.models.hearing.said import Found
from agent.models.hearing.slots.names import bare, dotted, is_name, one
from agent.models.hearing.slots.values import ends, inside, is_expression
from agent.models.hearing.spoken_types import type_at
from agent.models.hearing.tokens import Tokens

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def keys(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """Columns or expressions of an index, without parentheses: `email`, `lower(email)`, `a, b desc and c`."""
    places = at
    parts: list[str] = []
    while True:
        end = key(tokens, places)
        if end is None:
            return
        parts.append(typed(tokens, places, end))
        yield one(end, question, ", ".join(parts), tokens, at)
        if tokens.word(end) not in (",", "and", "&", "then"):
            return
        places = end + (2 if tokens.word(end + 1) in ("and", "then") and tokens.word(end) == "," else 1)


def typed(tokens: Tokens, start: int, end: int) -> str:
    return tokens.said(start, end).replace("`", '"')


def key(tokens: Tokens, at: int) -> int | None:
    if tokens.word(at) == "(":
        end = tokens.after[at]
    elif tokens.word(at + 1) == "(" and tokens.glued(at + 1) and tokens[at].kind == "word":
        end = tokens.after[at + 1]
    elif is_name(tokens, at) and not dotted(tokens, at):
        end = at + 1
    else:
        return None
    if end < 0 or not is_expression(tokens.said(at, end)):
        return None
    while tokens.word(end) in ("asc", "desc", "nulls", "first", "last"):
        end += 1
    return end


def elements(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """`(room WITH =, during WITH &&)`, or the same without parentheses."""
    if tokens.word(at) == "(":
        for end, said in inside(tokens, at, question):
            if re.search(r"\bwith\b", said[0].value, re.IGNORECASE):
                yield end, said
        return
    for end in ends(tokens, at):
        if re.fullmatch(
            r"(?:[\w\" (),]+? with [-+*/<>=!~@#%^&|?]+(?:, | and |$))+", tokens.said(at, end), re.IGNORECASE
        ):
            yield one(end, question, re.sub(r"(?<=\W) and ", ", ", tokens.said(at, end)), tokens, at)


def definition(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """Columns of a new table, each with a type: in parentheses, or to the end of the clause."""
    if tokens.word(at) == "(":
        yield from inside(tokens, at, question)
        return
    said = tokens.said(at, len(tokens)).rstrip(" .")
    value = re.sub(r",?\s+and\s+(?=[\w\"]+\s+\w)", ", ", re.sub(r"\n\s*(?:[-*]\s+)?", " ", said))
    columns = columns_said(tokens, at)
    if columns is None:
        return
    doubt = (
        ""
        if columns == ""
        else f"Of which type is {columns}? Say each column with its type, such as `name text not null`."
    )
    yield one(len(tokens), question, value, tokens, at, doubt=doubt)


def columns_said(tokens: Tokens, at: int) -> str | None:
    """Empty where every column has a type; the columns without one, or None where it is no list of columns."""
    missing: list[str] = []
    starts = [
        at,
        *(p + 1 for p in range(at, len(tokens)) if tokens.word(p) in (",", "and") and outside(tokens, at, p)),
    ]
    for start in starts:
        while tokens.word(start) in ("and", "\n", "-", "a", "an", "column"):
            start += 1
        if start >= len(tokens):
            continue
        if tokens.word(start) in ("primary", "unique", "check", "foreign", "constraint", "exclude"):
            continue
        if not is_name(tokens, start) and tokens.word(start) not in ("type", "value", "comment", "default"):
            return None
        if type_at(tokens, start + 1) is None:
            missing.append(f"`{bare(tokens[start])}`")
    return ", ".join(missing)


def outside(tokens: Tokens, at: int, place: int) -> bool:
    """Tell whether no parenthesis that opened since `at` is open at `place`."""
    return not any(tokens.after[p] > place for p in range(at, place) if tokens[p].text in ("(", "["))


def bounds(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """FROM … TO …, IN …, WITH (…) or DEFAULT; days and words that stand bare get their quotes."""
    first = tokens.word(at)
    if first == "default":
        yield one(at + 1, question, "DEFAULT", tokens, at)
    elif first == "with" and tokens.word(at + 1) == "(":
        yield one(tokens.after[at + 1], question, tokens.said(at, tokens.after[at + 1]), tokens, at)
    elif first == "in":
        for end in ends(tokens, at + 1):
            inside = tokens.said(at + 1, end)
            if values := literals(inside):
                yield one(end, question, f"IN ({values})", tokens, at)
    elif first == "from":
        yield from range_of(tokens, at, question)


def range_of(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    for middle in ends(tokens, at + 1):
        if tokens.word(middle) not in ("to", "until"):
            continue
        for end in ends(tokens, middle + 1):
            low, high = literals(tokens.said(at + 1, middle)), literals(tokens.said(middle + 1, end))
            if low and high:
                yield one(end, question, f"FROM ({low}) TO ({high})", tokens, at)


def literals(said: str) -> str:
    """Constants with commas between as SQL takes them; empty where something else stands there."""
    inside = said.strip()
    if inside.startswith("(") and inside.endswith(")"):
        inside = inside[1:-1].strip()
    parts = re.findall(r"'(?:[^']|'')*'|[^,'\s][^,']*", inside)
    found = [_constant(part.strip()) for part in parts]
    return ", ".join(found) if found and all(found) else ""


def _constant(part: str) -> str:
    if DAY.fullmatch(part):
        return f"'{part}'"
    if re.fullmatch(r"'(?:[^']|'')*'|-?[0-9]+(?:\.[0-9]+)?|minvalue|maxvalue|null|true|false", part, re.IGNORECASE):
        return part
    return ""
