"""How each form of answer stands in words: names, types, values, conditions, texts. Each yields every possible end."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from agent.models.hearing.said import Found, Said
from agent.models.hearing.spoken_types import type_at
from agent.models.hearing.stop_words import NEVER_A_NAME, NOT_A_NAME, NOT_A_VALUE, ROLES
from agent.models.hearing.tokens import Token, Tokens
from protocol.discovery import EXPRESSION
from protocol.names import literal, quoted

SlotReader = Callable[[Tokens, int, str], Iterator[Found]]

COLUMN_REFERENCES = (("it",), ("that",), ("this",), ("the", "column"), ("that", "column"), ("this", "column"))
TABLE_REFERENCES = (
    ("it",),
    ("there",),
    ("the", "table"),
    ("that", "table"),
    ("this", "table"),
    ("the", "same", "table"),
)
CONSTANTS = {
    "true",
    "false",
    "null",
    "current_timestamp",
    "current_date",
    "localtimestamp",
    "localtime",
    "current_time",
}
NOUNS = {"column", "field", "table", "index", "constraint", "check", "partition", "value", "type", "default"}
BEHIND_A_NAME = {"from", "in", "of", "on", "to", ",", ".", "and"}
OF_SOMETHING = {"type", "name", "schema", "comment", "values", "rows", "copy"}
"""“The type of …” names no column."""

MOST = 60
"""Pieces an expression may have in a sentence; what is longer is pasted as SQL."""


def _one(end: int, question: str, value: str, tokens: Tokens, start: int, **more: str) -> Found:
    return end, (Said(question, value, tokens[start].start, tokens[end - 1].end, **more),)


# --- names ---------------------------------------------------------------------------------------------------------


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
    if token.word in OF_SOMETHING and tokens.word(at + 1) == "of":
        return False
    return token.word not in ("a", "an") or tokens.word(at + 1) not in NOUNS


def _name(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    if is_name(tokens, at) and not _dotted(tokens, at):
        yield _one(at + 1, question, bare(tokens[at]), tokens, at)


def _new(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """A name that is to be: also in any quotes, and a word that would be none elsewhere."""
    token = tokens[at]
    if token.kind in ("string", "curly") and re.fullmatch(r"\w[\w$ ]*", token.text[1:-1]):
        yield _one(at + 1, question, token.text[1:-1], tokens, at)
    elif not _dotted(tokens, at):
        yield from _name(tokens, at, question)


def _after_noun(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """What follows the word column, or table, is a name even if it is one of the language's words."""
    token = tokens[at]
    last = at + 1 == len(tokens) or tokens.word(at + 1) in BEHIND_A_NAME
    may_be = token.word not in NEVER_A_NAME or (token.word == "a" and last)
    if token.kind == "word" and may_be and "'" not in token.word and not _dotted(tokens, at):
        yield _one(at + 1, question, token.text, tokens, at)
    elif token.kind == "quoted":
        yield from _name(tokens, at, question)


def _column(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    yield from _name(tokens, at, question)
    yield from _reference(tokens, at, question, COLUMN_REFERENCES, "column")


def _table(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    yield from _parts(tokens, at, question)
    yield from _reference(tokens, at, question, TABLE_REFERENCES, "table")


def _named(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """A table or another thing that must be named."""
    yield from _parts(tokens, at, question)


def _parts(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    if not is_name(tokens, at):
        return
    if not _dotted(tokens, at):
        yield _one(at + 1, question, bare(tokens[at]), tokens, at)
    elif _dotted(tokens, at) and not _dotted(tokens, at + 2):
        yield _one(at + 3, question, f"{bare(tokens[at])}.{bare(tokens[at + 2])}", tokens, at)


def _bare_table(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """A table without a schema, for behind a dot there may be a column."""
    if is_name(tokens, at) and not _dotted(tokens, at):
        yield _one(at + 1, question, bare(tokens[at]), tokens, at)


def _new_table(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """As it was typed, for quotes are part of a name that is to be; backticks are not SQL's."""
    for end, (said, *_) in _parts(tokens, at, question):
        typed = ".".join(quoted(bare(t)) if t.kind == "quoted" else t.text for t in tokens.all[at:end:2])
        yield end, (said._replace(value=typed),)


def _path(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """`users.email` or `app.users.email`: a table and its column."""
    if not is_name(tokens, at) or not _dotted(tokens, at):
        return
    last = at + 4 if _dotted(tokens, at + 2) else at + 2
    table = ".".join(bare(token) for token in tokens.all[at:last:2][:2])
    if last == at + 2:
        table = bare(tokens[at])
    said = Said(question, bare(tokens[last]), tokens[last].start, tokens[last].end)
    yield last + 1, (Said("table", table, tokens[at].start, tokens[last - 2].end), said)


def _dotted(tokens: Tokens, at: int) -> bool:
    """Tell whether a dot and another name follow without a space."""
    return (
        tokens.word(at + 1) == "."
        and tokens.glued(at + 1)
        and tokens.glued(at + 2)
        and tokens[at + 2].kind in ("word", "quoted")
    )


def _reference(
    tokens: Tokens, at: int, question: str, known: tuple[tuple[str, ...], ...], refers: str
) -> Iterator[Found]:
    for words in known:
        if all(tokens.word(at + place) == word for place, word in enumerate(words)):
            yield _one(at + len(words), question, "", tokens, at, refers=refers)


def _listed(tokens: Tokens, at: int) -> Iterator[tuple[int, list[int]]]:
    """Every end of a list of names from here, with the places of the names."""
    places: list[int] = []
    while is_name(tokens, at) and not _dotted(tokens, at):
        places.append(at)
        at += 1
        yield at, list(places)
        before = at
        while tokens.word(at) in (",", "and", "&", "plus", "or"):
            at += 1
        if at == before or at - before > 2:
            return
        while tokens.word(at) in ("column", "the"):
            at += 1


def _columns(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """`a`, `a, b and c`, or either in parentheses."""
    if tokens.word(at) == "(" and tokens.after[at] > 0:
        close = tokens.after[at]
        for end, places in _listed(tokens, at + 1):
            if end == close - 1:
                yield _list(close, question, places, tokens, at)
        return
    for end, places in _listed(tokens, at):
        yield _list(end, question, places, tokens, at)


def _columns_inside(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    if tokens.word(at) == "(":
        yield from _columns(tokens, at, question)


def _list(end: int, question: str, places: list[int], tokens: Tokens, at: int) -> Found:
    names = ", ".join(
        quoted(bare(tokens[place])) if tokens[place].kind == "quoted" else tokens[place].text for place in places
    )
    return _one(end, question, names, tokens, at)


def _each(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """Two names or more, each of which is a change of its own."""
    for end, places in _listed(tokens, at):
        if len(places) > 1:
            each = (Said(question, bare(tokens[p]), tokens[p].start, tokens[p].end) for p in places)
            yield end, tuple(each)


def _each_table(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """As `each`, of names that may have a schema."""
    found: list[Said] = []
    while True:
        ends = list(_parts(tokens, at, question))
        if not ends:
            return
        at, said = ends[0]
        found += said
        if len(found) > 1:
            yield at, tuple(found)
        if tokens.word(at) not in (",", "and", "&"):
            return
        at += 2 if tokens.word(at) == "," and tokens.word(at + 1) == "and" else 1


# --- types ---------------------------------------------------------------------------------------------------------


def _type(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """A type of PostgreSQL, or a word with one plain meaning."""
    found = type_at(tokens, at)
    if found is not None:
        end, type_, doubt, note = found
        yield _one(end, question, type_, tokens, at, doubt=doubt, note=note)


def _typed_columns(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """`a int, b text`: pairs, each of which is a change of its own; `question` names both answers."""
    pairs: list[Said] = []
    while is_name(tokens, at):
        found = type_at(tokens, at + 1)
        if found is None:
            return
        end, type_, doubt, note = found
        pairs.append(
            Said(question, f"{bare(tokens[at])}|{type_}", tokens[at].start, tokens[end - 1].end, doubt=doubt, note=note)
        )
        if len(pairs) > 1:
            yield end, tuple(pairs)
        at = end
        while tokens.word(at) in (",", "and", "&", "column", "a"):
            at += 1


def _any_type(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """After the word type: a type of the person's own too."""
    known = list(_type(tokens, at, question))
    yield from known
    if not known:
        yield from _parts(tokens, at, question)


# --- pieces of SQL -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4_000)
def is_expression(text: str) -> bool:
    """Tell whether it would be taken as one SQL expression."""
    try:
        EXPRESSION.validate_python(text)
    except ValueError:
        return False
    return True


def _ends(tokens: Tokens, at: int) -> Iterator[int]:
    """Every place where something that began here may end: parentheses are taken whole."""
    begun = at
    while at < len(tokens) and at - begun < MOST:
        if tokens[at].text in (")", "]", ";") or tokens.after[at] < 0:
            return
        at = tokens.after[at]
        yield at


def _value(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """A value: a lone word is a text unless SQL knows it; so is what stands in any quotes but SQL's own."""
    token = tokens[at]
    if token.kind in ("quoted", "curly"):
        yield _one(at + 1, question, literal(token.text[1:-1]), tokens, at)
        return
    for words, value in SPOKEN_VALUES.items():
        if tuple(tokens.word(at + place) for place in range(len(words))) == words:
            yield _one(at + len(words), question, value, tokens, at)
            return
    for end in _ends(tokens, at):
        said = tokens.said(at, end)
        if end == at + 1 and token.kind == "word":
            if token.word in ROLES:
                yield _one(
                    end,
                    question,
                    said,
                    tokens,
                    at,
                    doubt=f"“{said}” may be the text or the role; say '{said}' for the text, or {said}() … as SQL.",
                )
            elif token.word not in NOT_A_VALUE:
                yield _one(end, question, said if token.word in CONSTANTS else literal(said), tokens, at)
        elif _may_be_sql(tokens, at, end) and is_expression(said):
            yield _one(end, question, said, tokens, at)


SPOKEN_VALUES: dict[tuple[str, ...], str] = {
    ("the", "empty", "string"): "''",
    ("an", "empty", "string"): "''",
    ("empty", "string"): "''",
    ("zero",): "0",
    ("the", "current", "time"): "now()",
    ("current", "time"): "now()",
    ("the", "current", "timestamp"): "now()",
}


def _may_be_sql(tokens: Tokens, at: int, end: int) -> bool:
    """Two words side by side are prose, unless SQL knows the first or second of them."""
    pairs = list(zip(tokens.all[at : end - 1], tokens.all[at + 1 : end], strict=True))
    if any(left.word == "in" and right.text != "(" for left, right in pairs):
        return False
    return not any(
        left.kind in ("word", "number") and right.kind in ("word", "number") and not {left.word, right.word} & SQL_WORDS
        for left, right in pairs
    )


SQL_WORDS = frozenset(  # a block of words reads better than a list
    """and or not is in like ilike between null true false case when then else end at time zone interval cast as
    similar to distinct from any some all collate extract for substring position overlay""".split()  # noqa: SIM905
)


def _expression(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """SQL as it was typed, a lone word too: it is a column then."""
    for end in _ends(tokens, at):
        said = tokens.said(at, end)
        if _may_be_sql(tokens, at, end) and is_expression(said):
            yield _one(end, question, said, tokens, at)


COMPARES = re.compile(r"[<>=~]|\b(?:is|in|like|ilike|between|not|similar)\b|\(", re.IGNORECASE)


def _condition(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """An SQL condition, perhaps in parentheses; something in it compares."""
    if tokens.word(at) == "check":
        return
    for end in _ends(tokens, at):
        said = tokens.said(at, end)
        if COMPARES.search(said) and _may_be_sql(tokens, at, end) and is_expression(said):
            inside = said[1:-1].strip() if tokens.after[at] == end and tokens.word(at) == "(" else said
            yield _one(end, question, inside, tokens, at)


def _inside(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """What stands in parentheses, without them."""
    if tokens.word(at) == "(" and tokens.after[at] > at + 2:
        end = tokens.after[at]
        value = tokens.said(at + 1, end - 1).strip()
        yield end, (Said(question, value, tokens[at + 1].start, tokens[end - 2].end),)


def _keys(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """Columns or expressions of an index, without parentheses: `email`, `lower(email)`, `a, b desc and c`."""
    places = at
    parts: list[str] = []
    while True:
        end = _key(tokens, places)
        if end is None:
            return
        parts.append(_typed(tokens, places, end))
        yield _one(end, question, ", ".join(parts), tokens, at)
        if tokens.word(end) not in (",", "and", "&", "then"):
            return
        places = end + (2 if tokens.word(end + 1) in ("and", "then") and tokens.word(end) == "," else 1)


def _typed(tokens: Tokens, start: int, end: int) -> str:
    return tokens.said(start, end).replace("`", '"')


def _key(tokens: Tokens, at: int) -> int | None:
    if tokens.word(at) == "(":
        end = tokens.after[at]
    elif tokens.word(at + 1) == "(" and tokens.glued(at + 1) and tokens[at].kind == "word":
        end = tokens.after[at + 1]
    elif is_name(tokens, at) and not _dotted(tokens, at):
        end = at + 1
    else:
        return None
    if end < 0 or not is_expression(tokens.said(at, end)):
        return None
    while tokens.word(end) in ("asc", "desc", "nulls", "first", "last"):
        end += 1
    return end


def _assignments(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """`status = 'new', email = lower(email)`; said with `to`, it is written with `=`."""
    parts: list[str] = []
    yield from _more_assignments(tokens, at, at, question, parts)


def _more_assignments(tokens: Tokens, begun: int, at: int, question: str, parts: list[str]) -> Iterator[Found]:
    if not is_name(tokens, at) or tokens.word(at + 1) not in ("=", ":=", "to") or len(parts) > 12:
        return
    column = quoted(bare(tokens[at])) if tokens[at].kind == "quoted" else tokens[at].text
    for end, (said, *_) in _assigned(tokens, at + 2, question, written=tokens.word(at + 1) != "to"):
        whole = [*parts, f"{column} = {said.value}"]
        yield _one(end, question, ", ".join(whole), tokens, begun, doubt=said.doubt)
        if tokens.word(end) in (",", "and", "&"):
            after = end + (2 if tokens.word(end) == "," and tokens.word(end + 1) == "and" else 1)
            yield from _more_assignments(tokens, begun, after, question, whole)


def _assigned(tokens: Tokens, at: int, question: str, *, written: bool) -> Iterator[Found]:
    """After `=` a lone word is a column, as in SQL; after `to` it is a text."""
    if at >= len(tokens):
        return
    yield from (_expression if written else _value)(tokens, at, question)


# --- texts ---------------------------------------------------------------------------------------------------------


def _text(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """A text in any quotes, without them."""
    token = tokens[at]
    if token.kind in ("string", "curly", "quoted") and len(token.text) > 2:
        inside = token.text[1:-1]
        yield _one(at + 1, question, inside.replace("''", "'") if token.kind == "string" else inside, tokens, at)


def _label(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """A label of an enumerated type: a text in any quotes, or one word."""
    if tokens[at].kind == "word":
        yield from _name(tokens, at, question)
    else:
        yield from _text(tokens, at, question)


def _rest(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """Everything to the end of the clause."""
    ends = {tokens.word(place) for place in range(at, len(tokens))}
    if tokens[at].kind not in ("string", "curly", "quoted") and "then" not in ends:
        yield _one(len(tokens), question, tokens.said(at, len(tokens)).rstrip(" ."), tokens, at)


def _elements(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """`(room WITH =, during WITH &&)`, or the same without parentheses."""
    if tokens.word(at) == "(":
        for end, said in _inside(tokens, at, question):
            if re.search(r"\bwith\b", said[0].value, re.IGNORECASE):
                yield end, said
        return
    for end in _ends(tokens, at):
        if re.fullmatch(
            r"(?:[\w\" (),]+? with [-+*/<>=!~@#%^&|?]+(?:, | and |$))+", tokens.said(at, end), re.IGNORECASE
        ):
            yield _one(end, question, re.sub(r"(?<=\W) and ", ", ", tokens.said(at, end)), tokens, at)


def _definition(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """Columns of a new table, each with a type: in parentheses, or to the end of the clause."""
    if tokens.word(at) == "(":
        yield from _inside(tokens, at, question)
        return
    said = tokens.said(at, len(tokens)).rstrip(" .")
    value = re.sub(r",?\s+and\s+(?=[\w\"]+\s+\w)", ", ", re.sub(r"\n\s*(?:[-*]\s+)?", " ", said))
    columns = _columns_said(tokens, at)
    if columns is None:
        return
    doubt = (
        ""
        if columns == ""
        else f"Of which type is {columns}? Say each column with its type, such as `name text not null`."
    )
    yield _one(len(tokens), question, value, tokens, at, doubt=doubt)


def _columns_said(tokens: Tokens, at: int) -> str | None:
    """Empty where every column has a type; the columns without one, or None where it is no list of columns."""
    missing: list[str] = []
    starts = [
        at,
        *(p + 1 for p in range(at, len(tokens)) if tokens.word(p) in (",", "and") and _outside(tokens, at, p)),
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


def _outside(tokens: Tokens, at: int, place: int) -> bool:
    """Tell whether no parenthesis that opened since `at` is open at `place`."""
    return not any(tokens.after[p] > place for p in range(at, place) if tokens[p].text in ("(", "["))


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _bounds(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """FROM … TO …, IN …, WITH (…) or DEFAULT; days and words that stand bare get their quotes."""
    first = tokens.word(at)
    if first == "default":
        yield _one(at + 1, question, "DEFAULT", tokens, at)
    elif first == "with" and tokens.word(at + 1) == "(":
        yield _one(tokens.after[at + 1], question, tokens.said(at, tokens.after[at + 1]), tokens, at)
    elif first == "in":
        for end in _ends(tokens, at + 1):
            inside = tokens.said(at + 1, end)
            if values := _literals(inside):
                yield _one(end, question, f"IN ({values})", tokens, at)
    elif first == "from":
        yield from _range(tokens, at, question)


def _range(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    for middle in _ends(tokens, at + 1):
        if tokens.word(middle) not in ("to", "until"):
            continue
        for end in _ends(tokens, middle + 1):
            low, high = _literals(tokens.said(at + 1, middle)), _literals(tokens.said(middle + 1, end))
            if low and high:
                yield _one(end, question, f"FROM ({low}) TO ({high})", tokens, at)


def _literals(said: str) -> str:
    """Constants with commas between as SQL takes them; empty where something else stands there."""
    inside = said.strip()
    if inside.startswith("(") and inside.endswith(")"):
        inside = inside[1:-1].strip()
    parts = re.findall(r"'(?:[^']|'')*'|[^,'\s][^,']*", inside)
    found = [_literal(part.strip()) for part in parts]
    return ", ".join(found) if found and all(found) else ""


def _literal(part: str) -> str:
    if _DAY.fullmatch(part):
        return f"'{part}'"
    if re.fullmatch(r"'(?:[^']|'')*'|-?[0-9]+(?:\.[0-9]+)?|minvalue|maxvalue|null|true|false", part, re.IGNORECASE):
        return part
    return ""


def _number(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    minus = tokens.word(at) == "-" and at + 1 < len(tokens)
    if tokens[at + minus].kind == "number":
        yield _one(at + minus + 1, question, tokens.said(at, at + minus + 1), tokens, at)


def _values(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """A list of values, each a number, a quoted text or one word."""
    parts: list[str] = []
    begun, inside = at, tokens.word(at) == "("
    at += inside
    while at < len(tokens):
        found = next(_value(tokens, at, question), None)
        if found is None or found[0] != at + 1:
            return
        parts.append(found[1][0].value)
        at += 1
        closing = inside and tokens.word(at) == ")"
        if (closing or not inside) and len(parts) > 1:
            yield _one(at + closing, question, ", ".join(parts), tokens, begun)
        if closing or tokens.word(at) not in (",", "and", "or"):
            return
        while tokens.word(at) in (",", "and", "or"):
            at += 1


# --- what only a few phrases take ----------------------------------------------------------------------------------


def _refers(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    yield from _reference(tokens, at, question, COLUMN_REFERENCES, "column")


def _refers_to_table(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    yield from _reference(tokens, at, question, TABLE_REFERENCES, "table")


def _ref_path(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """`users.id` behind “references”: a table and its key, where it looks like one; else it may be a schema."""
    for end, (table, column) in _path(tokens, at, question):
        doubt = ""
        if "." not in table.value and not re.search(r"(?:^|_)(?:id|uuid|key|code|no)$", column.value, re.IGNORECASE):
            whole = f"{table.value}.{column.value}"
            doubt = (
                f"“{whole}” may be the column {column.value} of {table.value}, or the table {column.value} in the "
                f"schema {table.value}: say {table.value}({column.value}), or “table {whole}”."
            )
        yield end, (table._replace(question="ref_table"), column._replace(doubt=doubt))


def _mapping(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """`target_column = expression, …`."""
    if tokens.word(at + 1) == "=":
        yield from _assignments(tokens, at, question)


def _words(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """Some words, whatever they are."""
    for end in range(at + 1, min(at + 8, len(tokens)) + 1):
        yield _one(end, question, tokens.said(at, end), tokens, at)


SEPARATORS = {
    "space": " ",
    "spaces": " ",
    "comma": ",",
    "commas": ",",
    "dash": "-",
    "hyphen": "-",
    "slash": "/",
    "@": "@",
}


def _separator(tokens: Tokens, at: int, question: str) -> Iterator[Found]:
    """A text in quotes, or a mark that has a name."""
    if tokens.word(at) in SEPARATORS:
        yield _one(at + 1, question, SEPARATORS[tokens.word(at)], tokens, at)
    elif tokens[at].kind in ("string", "curly", "quoted") and len(tokens[at].text) > 2:
        yield _one(at + 1, question, tokens[at].text[1:-1], tokens, at)


FORMS: dict[str, SlotReader] = {
    "columns_inside": _columns_inside,
    "constraint": _name,
    "constraint_name": _new,
    "mapping": _mapping,
    "ref_path": _ref_path,
    "reference": _refers,
    "schema": _name,
    "bare_table": _bare_table,
    "separator": _separator,
    "table_reference": _refers_to_table,
    "words": _words,
    "a": _name,
    "ignored": _named,
    "after_noun": _after_noun,
    "any_type": _any_type,
    "assignments": _assignments,
    "bounds": _bounds,
    "typed_columns": _typed_columns,
    "column": _column,
    "columns": _columns,
    "condition": _condition,
    "definition": _definition,
    "each": _each,
    "each_table": _each_table,
    "elements": _elements,
    "expression": _expression,
    "inside": _inside,
    "keys": _keys,
    "label": _label,
    "name": _name,
    "named": _named,
    "new": _new,
    "new_table": _new_table,
    "number": _number,
    "path": _path,
    "rest": _rest,
    "table": _table,
    "text": _text,
    "type": _type,
    "value": _value,
    "values": _values,
}
