"""One column to add, read by what surrounds it: its clause may be wide, and its attributes may stand anywhere.

What is not understood is said, and no name or type is ever guessed.
"""

import re
from collections.abc import Iterator

from agent.models.hearing import add_column_patterns as p
from agent.models.hearing.spoken_types import DOUBTFUL, PLAIN
from agent.models.hearing.text import Text
from tools.discover import Heard

ONE_AT_A_TIME = "Say one column in one clause, please: “add a role column to users and add a status column to orders”."
Heard_ = tuple[Heard, ...]


def is_clause(text: Text) -> bool:
    """Tell whether an addition is said in what is left of the words."""
    _explicit_name(text)
    tuple(_attributes(text))
    return _clause(text) is not None


def read(text: Text, *, running: bool = False) -> tuple[Heard_, str] | None:
    """The answers in what is left of the words, and the sentence for what was not understood; None: no addition.

    With `running`, attributes alone are enough, for they add to one.
    """
    column = _explicit_name(text)
    attributes = tuple(_attributes(text))
    found = _clause(text)
    if found is not None:
        return _understood(text, found, column, attributes)
    if running and attributes:
        return attributes, ""
    return None


# --- names ---------------------------------------------------------------------------------------------------------


def _explicit_name(text: Text) -> Heard | None:
    """The column's name where it stands beyond doubt, `called role` or `column role`; cut, it is no attribute."""
    for pattern in p.EXPLICIT_NAMES:
        for found in text.find(pattern):
            start, end = found.span("name")
            said = text.said(start, end)
            if not found[0].lower().startswith(("called", "named")) and not _may_name(text, found, said):
                continue
            text.cut(start if found[0].lower().startswith(("column", "field")) else found.start(), end)
            return _name(text, "column", said)
    return None


def _may_name(text: Text, found: re.Match[str], said: str) -> bool:
    """In “a role column text” the name stands before the word column, and a type after it."""
    before = re.search(rf"({p.NAME})\s*$", text.left[: found.start()])
    is_type = re.fullmatch(p.TYPE, said, re.IGNORECASE)
    named_before = before and before[1].lower() not in p.FILLER and not re.fullmatch(p.VERB, before[1], re.IGNORECASE)
    return said.lower() not in p.NOT_A_COLUMN and not (is_type and named_before)


def _clause(text: Text) -> re.Match[str] | None:
    if any(text.find(p.ALTER)):
        return None
    for pattern in p.CLAUSES:
        for found in text.find(pattern):
            if _table(found).lower() not in p.NOT_A_TABLE:
                return found
    return None


def _table(clause: re.Match[str]) -> str:
    return clause.groupdict().get("table") or ""


def _understood(text: Text, clause: re.Match[str], column: Heard | None, attributes: Heard_) -> tuple[Heard_, str]:
    words = re.findall(rf"{p.NAME}|[^\s,;:()\-]+", clause["inside"])
    unread = [word for word in words if word.lower() not in p.FILLER]
    named = [word for word in unread if word.lower() not in ("column", "field")]
    doubts = (DOUBTFUL.get(one.value.lower(), "") for one in attributes if one.question == "type")
    problem = next(doubts, "") or _too_much(text, clause) or _no_name(named, column, has_noun=len(named) < len(unread))
    if problem:
        return (), problem
    if named:
        column = _name(text, "column", named[0])
    there = (_name(text, "table", _table(clause)),) if _table(clause) else ()
    return (*there, *((column,) if column else ()), *attributes), ""


def _no_name(named: list[str], column: Heard | None, *, has_noun: bool) -> str:
    """Why what is left between verb and table is not one name; empty when it is, or when the name is open."""
    if len(named) > (0 if column else 1):
        return f"I do not understand “{' '.join(named)}” there."
    if named and (named[0].lower() in p.NOT_A_COLUMN or not re.fullmatch(p.NAME, named[0])):
        return "I did not understand that."
    return "" if named or column or has_noun else "I did not understand that."


def _too_much(text: Text, clause: re.Match[str]) -> str:
    """What is asked for besides one column of one table."""
    after = text.left[clause.end() :]
    second = re.match(p.NEXT_TABLE, after, re.IGNORECASE) if _table(clause) else None
    if (second and second["table"].lower() not in p.POLITE | p.FILLER) or any(
        any(text.find(several)) for several in p.SEVERAL
    ):
        return ONE_AT_A_TIME
    return next((say for pattern, say in p.ALSO_MEANT.items() if any(text.find(pattern))), "")


# --- attributes ----------------------------------------------------------------------------------------------------


def _attributes(text: Text) -> Iterator[Heard]:
    yield from _computed(text)
    yield from _default(text)
    yield from _null(text)
    yield from _type(text)


def _computed(text: Text) -> Iterator[Heard]:
    found = next(text.find(p.COMPUTED), None)
    if found is None:
        return
    start = found.start("value")
    end = start + len(re.split(p.END_OF_COMPUTED, found["value"], maxsplit=1, flags=re.IGNORECASE)[0].rstrip())
    text.cut(found.start(), end)
    yield text.heard("computed", start, end)
    yield Heard(question="default", value="none", quote=text.said(found.start(), start).strip())


def _default(text: Text) -> Iterator[Heard]:
    none = text.take(p.NO_DEFAULT)
    if none:
        yield Heard(question="default", value="none", quote=text.said(*none.span()))
        return
    found = next(text.find(p.DEFAULT), None)
    if found is None:
        return
    value = text.said(*found.span("value"))
    if value.lower() in p.NOT_A_VALUE:
        return
    text.cut(*found.span())
    if value.lower() not in p.ROLES:
        yield Heard(question="default", value=_as_sql(value), quote=text.said(*found.span()))


def _as_sql(value: str) -> str:
    """A lone word is a text, unless SQL knows it; so is what stands in any kind of quotes but SQL's own."""
    if value[0] in '“"‘`':
        return "'" + value[1:-1].replace("'", "''") + "'"
    if re.fullmatch(r"[^\W\d]\w*", value) and value.lower() not in p.CONSTANTS:
        return f"'{value}'"
    return value


def _null(text: Text) -> Iterator[Heard]:
    """Both at once is neither."""
    no, yes = text.take(p.NO), text.take(p.YES)
    if bool(no) == bool(yes):
        return
    found, nullable = (no, "no") if no else (yes, "yes")
    assert found is not None
    yield Heard(question="nullable", value=nullable, quote=text.said(*found.span()))


def _type(text: Text) -> Iterator[Heard]:
    named = text.take(p.OF_TYPE)
    places = [named.span("type")] if named else list(_types(text))
    if len({text.said(*place).lower() for place in places}) != 1:
        return
    said = text.said(*places[0])
    text.cut(*places[0])
    yield Heard(question="type", value=_plain(said), quote=said)


def _plain(said: str) -> str:
    return PLAIN.get(said.lower(), (said, ""))[0]


def _types(text: Text) -> Iterator[tuple[int, int]]:
    """Where types stand; of several, one right before “column” is the column's name."""
    every = [
        found
        for found in text.find(rf"(?<![\w.'\"`$]){p.TYPE}(?![\w('\"`$])")
        if found[0].lower() not in p.EVERYDAY or _where_a_type_stands(text.left, found)
    ]
    for found in every:
        if len(every) == 1 or not re.match(rf"\s+{p.COLUMN}", text.left[found.end() :], re.IGNORECASE):
            yield found.span()


def _where_a_type_stands(left: str, found: re.Match[str]) -> bool:
    before = re.search(p.BEFORE_TYPE, left[max(0, found.start() - 40) : found.start()], re.IGNORECASE)
    return bool(before and re.match(p.AFTER_TYPE, left[found.end() :], re.IGNORECASE))


def _name(text: Text, question: str, said: str) -> Heard:
    """Without its quotes; in a request that is all capitals, capitals say nothing."""
    bare = said.replace('"', "").replace("`", "")
    return Heard(question=question, value=bare.lower() if text.words.isupper() else bare, quote=said)
