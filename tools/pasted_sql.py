"""SQL that a person pasted: cut into statements, each with why no kind of change fits and why it may not be run."""

import re

from protocol.pasted import Pasted
from tools.lint.actions import Opaque, Statement
from tools.lint.grammar import NotRead, tree
from tools.lint.parse import parse
from tools.refused_sql import refusal
from tools.understand_sql import changes_in

BEFORE = re.compile(r"(?:\A|[\n;:`“])\s*\Z")
AFTER = re.compile(r"\A\s*(?:\Z|[;`”])")
"""What may stand around a whole statement in somebody's words: their end, a semicolon, a line, a colon, a quote."""


LOOKED_BACK = 12
"""Words before the SQL that may make one statement with it, such as EXPLAIN ANALYZE."""


def read_pasted(sql: str) -> tuple[Pasted, ...]:
    """The statements of a text in order, word for word."""
    return tuple(_read(statement) for statement in parse(sql))


def pasted_whole(sql: str, words: str) -> bool:
    """Tell whether the SQL stands in the words letter for letter, and is not cut out of a longer statement."""
    bare = sql.strip().rstrip("; \t\n")
    places = [found.start() for found in re.finditer(re.escape(bare), words)] if bare else []
    return any(
        BEFORE.search(words[:at]) and AFTER.search(words[at + len(bare) :]) and not _goes_on(words[:at], bare)
        for at in places
    )


def _goes_on(before: str, sql: str) -> bool:
    """Tell whether what stands before makes one statement with the SQL, or a comment of it: then it was cut out."""
    if before.count("/*") > before.count("*/"):
        return True
    chunk = re.split(r";|`|“|\n\s*\n", before)[-1].strip()
    said = chunk.split()[-LOOKED_BACK:]
    return any(_reads(" ".join([*said[first:], sql])) for first in range(len(said)))


def _reads(text: str) -> bool:
    try:
        tree(text)
    except NotRead:
        return False
    return True


def _read(statement: Statement) -> Pasted:
    text = statement.text
    broken = next((one.reason for one in statement.actions if isinstance(one, Opaque) and one.broken), "")
    try:
        node = None if broken else tree(text)
    except NotRead as error:
        node, broken = None, str(error)
    if node is None:
        return Pasted(sql=text, refused=f"PostgreSQL's grammar does not read it ({broken}); correct it first.")
    refused = refusal(node, str(node.WhichOneof("node")))
    return Pasted(sql=text, reason=_why_not_typed(text), refused=refused)


def _why_not_typed(text: str) -> str:
    changes = changes_in(text).changes
    reasons = [change.reason for change in changes if change.reason]
    if reasons:
        return reasons[0]
    kinds = ", ".join(dict.fromkeys(change.kind for change in changes))
    return f"it could be planned as {kinds}; say it so, and it is checked and can be undone" if kinds else ""
