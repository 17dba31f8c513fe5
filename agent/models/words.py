"""Read a request by grammar: what is not understood is said, and no name or type is ever guessed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.discover import Heard
from tools.lint.actions import AddColumn
from tools.lint.parse import parse

NAME = r'(?:"[^"]+"|`[^`]+`|[A-Za-z_][\w$]*)'
TABLE = rf"{NAME}(?:\.{NAME})?"
ARTICLES = r"(?:(?:a|an|the|another|new)\s+)*"

TYPE = (
    r"(?:(?:character varying|varchar|character|char|numeric|decimal|bit varying|varbit|bit)"
    r"(?:\s*\(\s*\d+(?:\s*,\s*\d+)?\s*\))?"
    r"|double precision|timestamp(?:\(\d\))? with(?:out)? time zone|time with(?:out)? time zone"
    r"|timestamptz|timestamp|timetz|date|time|interval|smallint|integer|bigint|int[248]?|real|float[48]?|money|boolean|bool"
    r"|text|citext|uuid|jsonb?|bytea|inet|cidr|macaddr|xml|tsvector|point|smallserial|bigserial|serial"
    r"|string|datetime|double)(?:\s*\[\s*\])?"
)
SPOKEN_TYPES = {"string": "text", "datetime": "timestamptz", "double": "double precision"}
"""Words that are no PostgreSQL type, but have one plain meaning; shown for correction like everything else."""

VERB = r"\b(?:add|create|introduce|append)\s+"
SHAPES = (
    # add a role column to users
    rf"{VERB}{ARTICLES}(?P<before>(?:[\w(),\[\]]+\s+)*?)(?P<column>{NAME})\s+(?:column|field)\b(?!\s+(?:called|named))"
    rf"(?P<middle>[^;]*?)\s(?:to|on|in)\s+(?:the\s+)?(?:table\s+)?(?P<table>{TABLE})",
    # add a nullable text column called nickname to customers; add column role varchar(50) to users
    rf"{VERB}{ARTICLES}(?P<before>(?:[^;]*?\s)?)(?:column|field)\s+(?:(?:called|named)\s+)?(?P<column>{NAME})"
    rf"(?P<middle>[^;]*?)\s(?:to|on|in)\s+(?:the\s+)?(?:table\s+)?(?P<table>{TABLE})",
    # add role to users
    rf"{VERB}{ARTICLES}(?P<before>)(?P<column>{NAME})(?P<middle>(?:\s+(?:as|of type)\s[^;]*?)?)\s(?:to|on)\s+"
    rf"(?:the\s+)?(?:table\s+)?(?P<table>{TABLE})",
)
NOT_A_COLUMN = {
    "column",
    "field",
    "table",
    "index",
    "constraint",
    "a",
    "an",
    "the",
    "new",
    "unique",
    "foreign",
    "primary",
}

NOT_NULL = r"\b(?:not[\s-]null(?:able)?|non[\s-]?null(?:able)?|mandatory|required|(?:may|can|must) not be null)\b"
NULLABLE = r"\b(?:nullable|optional|null (?:is )?allowed|allow(?:s|ing)? null|(?:may|can) be null)\b"
NO_DEFAULT = r"\b(?:no default|without (?:a )?default|default none)\b"
DEFAULT = (
    r"\bdefault(?:s|ing)?(?:\s+value)?(?:\s+(?:to|of|is|as))?\s*[:=]?\s*"
    r"(?P<value>'(?:[^']|'')*'(?:::[\w ]+(?:\[\])?)?|-?\d+(?:\.\d+)?|[\w.]+\s*\((?:[^()]|\([^()]*\))*\)|[A-Za-z_]\w*)"
)
COMPUTED = (
    r"\b(?:computed|calculated|derived)\s+(?:as|from|by)\s+"
    r"(?P<value>(?:'(?:[^']|'')*'|\((?:[^()]|\([^()]*\))*\)|[^,;'()])+)"
)
ENVIRONMENT = r"\b(?P<value>production|prod|staging|development|dev)\b"
NO_DOWNTIME = r"\b(?:no|zero|without(?: any)?)[\s-]downtime\b"
WINDOW = r"\b(?:maintenance )?window\s+(?P<value>[^,;]+)"
PURPOSE = r"\b(?:because|so that|in order to)\s+(?P<value>[^;]+?)\s*[.;]?$"

CALLED_WITHOUT_PARENTHESES = {"user", "current_user", "session_user", "current_role", "system_user", "current_catalog"}
CONSTANT_WORDS = {"true", "false", "current_timestamp", "current_date", "localtimestamp", "localtime", "current_time"}

OTHER_KINDS = {
    r"\b(?:drop|remove|delete)\b": "Dropping",
    r"\brename\b": "Renaming",
    r"\b(?:change|modify|alter|convert|widen)\b": "Changing a column",
    r"\bindex\b": "Indexes",
    r"\b(?:constraint|foreign key|unique|check|primary key)\b": "Constraints",
    r"\b(?:create|new) table\b": "Creating tables",
    r"\b(?:split|merge|copy|transform|deduplicate|update)\b": "Transforming data",
    r"\bupgrade|migrate from|sqlite|mysql\b": "Moving between databases and versions",
}

KNOWS = (
    "What I can carry out today: add a column. For example: “add a role column to users, varchar(50), not null, "
    "default 'user'”, or paste the ALTER TABLE … ADD COLUMN."
)


@dataclass(frozen=True)
class Hearing:
    """What was understood; `problem` is the sentence for what was not, and then nothing is taken."""

    heard: tuple[Heard, ...] = ()
    problem: str = ""


def hear(words: str, *, running: bool = False) -> Hearing:
    """Read a request; with `running`, words that only add to one (“make it nullable”) are enough."""
    text = words.strip()
    if re.search(r"\balter\s+table\b", text, re.IGNORECASE):
        return _hear_ddl(text)
    found = _shape(text)
    if found is None and running:
        heard = tuple(_attributes(text))
        return Hearing(heard) if heard else Hearing(problem=f"I did not understand that. {KNOWS}")
    if found is None:
        return Hearing(problem=_not_known(text))
    column, table = found.group("column"), found.group("table")
    if re.search(rf"\b(?:and|,)\s*$|,\s*{NAME}\s*,", found.group("before")):
        return Hearing(problem="One column at a time, please: say which one first.")
    rest = " ".join((found.group("before"), found.group("middle"), text[: found.start()], text[found.end() :]))
    names = (
        Heard(question="table", value=_bare(table), quote=table),
        Heard(question="column", value=_bare(column), quote=column),
    )
    return Hearing((*names, *_attributes(rest)))


def _shape(text: str) -> re.Match[str] | None:
    for shape in SHAPES:
        found = re.search(shape, text, re.IGNORECASE)
        if found and _bare(found.group("column")).lower() not in NOT_A_COLUMN:
            return found
    return None


def _attributes(text: str) -> Iterator[Heard]:
    computed = re.search(COMPUTED, text, re.IGNORECASE)
    if computed:
        expression = re.split(r"\s+(?:on|in)\s+(?:production|staging|development)\b", computed["value"])[0].strip()
        yield Heard(question="computed", value=expression, quote=expression)
        yield Heard(question="default", value="none", quote=computed[0][: computed[0].index(computed["value"])].strip())
        text = text.replace(computed[0], ", ")
    yield from _purpose(text)
    text = re.sub(PURPOSE, "", text, flags=re.IGNORECASE)
    yield from _surroundings(text)
    default = re.search(DEFAULT, text, re.IGNORECASE)
    without = text.replace(default[0], " ") if default else text
    type_ = re.search(rf"(?<![\w.']){TYPE}(?![\w'(])", without, re.IGNORECASE) or re.search(
        rf"\bof type\s+(?P<name>{TABLE}(?:\(\d+\))?)", without, re.IGNORECASE
    )
    if type_:
        said = type_.groupdict().get("name") or type_[0]
        yield Heard(question="type", value=SPOKEN_TYPES.get(said.lower(), said), quote=said)
    yield from _default(text, default)
    yield from _null(without)


def _default(text: str, found: re.Match[str] | None) -> Iterator[Heard]:
    none = re.search(NO_DEFAULT, text, re.IGNORECASE)
    if none:
        yield Heard(question="default", value="none", quote=none[0])
    elif found:
        value = found["value"]
        if value.lower() in CALLED_WITHOUT_PARENTHESES:
            return  # `default user` may mean the text or the role; it is asked
        bare_word = re.fullmatch(r"[A-Za-z_]\w*", value) and value.lower() not in {*CONSTANT_WORDS, "null", "none"}
        yield Heard(question="default", value=f"'{value}'" if bare_word else value, quote=found[0])


def _null(text: str) -> Iterator[Heard]:
    for pattern, nullable in ((NOT_NULL, "no"), (NULLABLE, "yes")):
        found = re.search(pattern, text, re.IGNORECASE)
        if found:
            yield Heard(question="nullable", value=nullable, quote=found[0])
            return


def _surroundings(text: str) -> Iterator[Heard]:
    environment = re.search(ENVIRONMENT, text, re.IGNORECASE)
    if environment:
        word = environment["value"].lower()
        value = {"prod": "production", "dev": "development"}.get(word, word)
        yield Heard(question="environment", value=value, quote=environment[0])
    no_downtime, window = re.search(NO_DOWNTIME, text, re.IGNORECASE), re.search(WINDOW, text, re.IGNORECASE)
    if no_downtime:
        yield Heard(question="downtime", value="none", quote=no_downtime[0])
    elif window:
        yield Heard(question="downtime", value=window["value"].strip(), quote=window["value"].strip())


def _purpose(text: str) -> Iterator[Heard]:
    found = re.search(PURPOSE, text, re.IGNORECASE)
    if found:
        yield Heard(question="purpose", value=found["value"], quote=found["value"])


def _hear_ddl(text: str) -> Hearing:
    start = re.search(r"\balter\s+table\b", text, re.IGNORECASE)
    assert start is not None
    sql = text[start.start() :]
    statements = parse(sql)
    actions = [action for statement in statements for action in statement.actions]
    if len(actions) != 1 or not isinstance(actions[0], AddColumn):
        return Hearing(problem=f"That SQL is more than one ADD COLUMN, or another kind of change. {KNOWS}")
    return _hear_action(actions[0], sql)


def _hear_action(action: AddColumn, sql: str) -> Hearing:
    odd = [name for name in ("unique", "primary", "references", "generated", "check") if getattr(action, name)]
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


def _not_known(text: str) -> str:
    for pattern, what in OTHER_KINDS.items():
        if re.search(pattern, text, re.IGNORECASE):
            return f"{what} is not something I can carry out yet. {KNOWS}"
    return f"I did not understand that. {KNOWS}"


def _bare(name: str) -> str:
    return name.replace('"', "").replace("`", "")
