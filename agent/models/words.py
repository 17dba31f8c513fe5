"""Read a request by grammar: what is not understood is said, and no name or type is ever guessed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.models import phrases as p
from tools.discover import Heard
from tools.lint.actions import AddColumn
from tools.lint.parse import parse

LONGEST = 4_000
"""Characters. A request is a few sentences; what is longer is a document, and nobody means every word of it."""

KNOWS = (
    "What I can carry out today: add a column. For example: “add a role column to users, varchar(50), not null, "
    "default 'user'”, or paste the ALTER TABLE … ADD COLUMN."
)
ONE_AT_A_TIME = "One column of one table at a time, please: say which one first."


@dataclass(frozen=True)
class Hearing:
    """What was understood; `problem` is the sentence for what was not, and then nothing is taken."""

    heard: tuple[Heard, ...] = ()
    problem: str = ""


def hear(words: str, *, running: bool = False) -> Hearing:
    """Read a request; with `running`, words that only add to one (“make it nullable”) are enough."""
    if len(words) > LONGEST:
        return Hearing(problem=f"That is {len(words):,} characters long; say the change in a sentence. {KNOWS}")
    if re.search(r"\balter\s+table\b", words, re.IGNORECASE):
        return _hear_ddl(words)
    if re.search(p.REFUSED, words, re.IGNORECASE):
        return Hearing(problem=f"I take that as a no, or as a question; nothing was done. {KNOWS}")
    text = Text(words)
    column = _explicit_name(text)
    attributes = tuple(_attributes(text))
    found = _clause(text)
    if found is not None:
        return _understood(text, found, column, attributes)
    if running and attributes:
        return Hearing(attributes)
    return Hearing(problem=_not_known(words))


@dataclass
class Text:
    """The words, and `left`, of the same length: what was not understood yet."""

    words: str
    left: str = ""

    def __post_init__(self) -> None:
        self.left = "".join(c if c.isprintable() or c in "\n\t" else " " for c in self.words).replace("\t", " ")
        self._strings = [found.span() for found in re.finditer(p.STRING, self.left)]

    def find(self, pattern: str) -> Iterator[re.Match[str]]:
        """Every match that does not begin inside a quoted text."""
        for found in re.finditer(pattern, self.left, re.IGNORECASE):
            if not any(start < found.start() < end for start, end in self._strings):
                yield found

    def take(self, pattern: str) -> re.Match[str] | None:
        """Cut the first match out."""
        found = next(self.find(pattern), None)
        if found:
            self.cut(*found.span())
        return found

    def cut(self, start: int, end: int) -> None:
        self.left = self.left[:start] + p.CUT * (end - start) + self.left[end:]

    def said(self, start: int, end: int) -> str:
        return self.words[start:end]


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
    for pattern in p.CLAUSES:
        for found in text.find(pattern):
            if _table(found).lower() not in p.NOT_A_TABLE:
                return found
    return None


def _table(clause: re.Match[str]) -> str:
    return clause.groupdict().get("table") or ""


def _understood(text: Text, clause: re.Match[str], column: Heard | None, attributes: tuple[Heard, ...]) -> Hearing:
    words = re.findall(rf"{p.NAME}|[^\s,;:()\-]+", clause["inside"])
    unread = [word for word in words if word.lower() not in p.FILLER]
    named = [word for word in unread if word.lower() not in ("column", "field")]
    problem = _too_much(text, clause) or _no_name(named, column, has_noun=len(named) < len(unread))
    if problem:
        return Hearing(problem=f"{problem} {KNOWS}")
    if named:
        column = _name(text, "column", named[0])
    there = (_name(text, "table", _table(clause)),) if _table(clause) else ()
    return Hearing((*there, *((column,) if column else ()), *attributes))


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
    return next((_not_yet(what) for pattern, what in p.ALSO_MEANT.items() if any(text.find(pattern))), "")


# --- attributes ----------------------------------------------------------------------------------------------------


def _attributes(text: Text) -> Iterator[Heard]:
    yield from _purpose(text)
    yield from _computed(text)
    yield from _default(text)
    yield from _null(text)
    yield from _environment(text)
    yield from _downtime(text)
    yield from _type(text)


def _purpose(text: Text) -> Iterator[Heard]:
    found = text.take(p.PURPOSE)
    if found:
        yield _heard(text, "purpose", *found.span("value"))


def _computed(text: Text) -> Iterator[Heard]:
    found = next(text.find(p.COMPUTED), None)
    if found is None:
        return
    start = found.start("value")
    end = start + len(re.split(p.END_OF_COMPUTED, found["value"], maxsplit=1, flags=re.IGNORECASE)[0].rstrip())
    text.cut(found.start(), end)
    yield _heard(text, "computed", start, end)
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


def _environment(text: Text) -> Iterator[Heard]:
    """“Not production”, or two of them, is no answer."""
    every = list(text.find(p.ENVIRONMENT))
    for found in every:
        text.cut(*found.span())
    said = {p.ENVIRONMENTS.get(found["value"].lower(), found["value"].lower()) for found in every if not found["not"]}
    if len(said) == 1 and not any(found["not"] for found in every):
        yield Heard(question="environment", value=said.pop(), quote=text.said(*every[0].span("value")))


def _downtime(text: Text) -> Iterator[Heard]:
    none, window = text.take(p.NO_DOWNTIME), text.take(p.WINDOW)
    if none:
        yield Heard(question="downtime", value="none", quote=text.said(*none.span()))
    elif window:
        yield _heard(text, "downtime", *window.span("value" if window["value"] else "plain"))


def _type(text: Text) -> Iterator[Heard]:
    named = text.take(p.OF_TYPE)
    places = [named.span("type")] if named else list(_types(text))
    if len({text.said(*place).lower() for place in places}) != 1:
        return
    said = text.said(*places[0])
    text.cut(*places[0])
    yield Heard(question="type", value=p.SPOKEN_TYPES.get(said.lower(), said), quote=said)


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


def _heard(text: Text, question: str, start: int, end: int) -> Heard:
    said = re.split(r"\.\s", text.said(start, end))[0].strip(" ,\n")
    return Heard(question=question, value=said, quote=said)


# --- SQL -----------------------------------------------------------------------------------------------------------


def _hear_ddl(words: str) -> Hearing:
    start = re.search(r"\balter\s+table\b", words, re.IGNORECASE)
    assert start is not None
    sql = words[start.start() :].partition("```")[0].rstrip()
    actions = [action for statement in parse(sql) for action in statement.actions]
    if len(actions) != 1 or not isinstance(actions[0], AddColumn):
        return Hearing(problem=f"That SQL is more than one ADD COLUMN, or another kind of change. {KNOWS}")
    return _hear_action(actions[0], sql)


def _hear_action(action: AddColumn, sql: str) -> Hearing:
    odd = [
        name for name in ("unique", "primary", "references", "generated", "check", "identity") if getattr(action, name)
    ]
    if odd:
        return Hearing(problem=f"The column also brings {', '.join(odd)}: that is not built yet. {KNOWS}")
    pairs = {
        "table": str(action.table),
        "column": action.column,
        "type": action.type,
        "nullable": "no" if action.not_null else "yes",
        "default": action.default or "none",
    }
    return Hearing(tuple(Heard(question=name, value=value, quote=sql) for name, value in pairs.items()))


def _not_known(words: str) -> str:
    for pattern, what in p.OTHER_KINDS.items():
        if re.search(pattern, words, re.IGNORECASE):
            return f"{_not_yet(what)} {KNOWS}"
    return f"I did not understand that. {KNOWS}"


def _not_yet(what: str) -> str:
    return f"{what} is not something I can carry out yet."


def _name(text: Text, question: str, said: str) -> Heard:
    """Without its quotes; in a request that is all capitals, capitals say nothing."""
    bare = said.replace('"', "").replace("`", "")
    return Heard(question=question, value=bare.lower() if text.words.isupper() else bare, quote=said)
