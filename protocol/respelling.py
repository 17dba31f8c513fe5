"""Put another column's name into a definition that the server wrote, or say that it cannot be done for certain."""

import re

_WORD = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<string>[eEbBxX]?'(?:[^'\\]|''|\\.)*')
    | (?P<name>[^\W0-9][\w$]*|"(?:[^"]|"")+")
    | (?P<number>[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)
    | (?P<mark>::|.)
    """,
    re.VERBOSE | re.DOTALL,
)
"""The words of pg_get_indexdef and pg_get_constraintdef: no comments, no dollar quotes, keywords in capitals."""

OF_TYPES = frozenset("time zone without with varying precision double character bit timestamp interval".split())  # noqa: SIM905
"""Words that the server writes bare behind `::`; a column of such a name could be taken for one."""

FIELDS = frozenset(  # what EXTRACT takes
    """century day decade dow doy epoch hour isodow isoyear julian microseconds millennium milliseconds minute month
    quarter second timezone timezone_hour timezone_minute week year""".split()  # noqa: SIM905
)


def respelled(text: str, column: str, instead: str) -> str | None:
    """Write `instead`, an SQL name, wherever `text` names `column`; None where that is not certain."""
    words = [(str(word.lastgroup), word.group()) for word in _WORD.finditer(text)]
    solid = [index for index, (kind, _) in enumerate(words) if kind != "space"]
    said = {index: words[index][1] for index in solid}
    for place, index in enumerate(solid):
        kind, word = words[index]
        if kind != "name" or _plain(word) != column:
            continue
        before = said[solid[place - 1]] if place else ""
        after = said[solid[place + 1]] if place + 1 < len(solid) else ""
        if _is_something_else(before, after):
            continue
        if word in OF_TYPES | FIELDS:
            return None
        words[index] = (kind, instead)
    return "".join(word for _, word in words)


def _plain(word: str) -> str:
    return word[1:-1].replace('""', '"') if word.startswith('"') else word


def _is_something_else(before: str, after: str) -> bool:
    """A function or a sized type, a type behind its cast, a collation, a field of a composite value, a schema."""
    return after in ("(", ".") or before in ("::", ".", "COLLATE")


_NAME = r"""(?:"(?:[^"]|"")+"|[\w$]+)"""
_INDEX = re.compile(rf"(CREATE (?:UNIQUE )?INDEX {_NAME} ON (?:ONLY )?{_NAME}(?:\.{_NAME})? )(USING .*)", re.DOTALL)
"""What pg_get_indexdef writes."""


def index_parts(definition: str) -> tuple[str, str]:
    """Part an index's definition before the method; the second part names columns, the first does not."""
    found = _INDEX.fullmatch(definition)
    return (found[1], found[2]) if found else (definition, "")


def pointing(definition: str, column: str, instead: str) -> str | None:
    """A foreign key that points to another column of its target; its own columns stay."""
    here, points, there = definition.partition(" REFERENCES ")
    target, close, tail = there.partition(")")
    spelled = respelled(target, column, instead)
    return None if spelled is None else here + points + spelled + close + tail
