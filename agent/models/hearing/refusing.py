"""The sentences for what is not taken as a request, or not understood."""

import re
from collections.abc import Collection, Iterable

from agent.models.hearing.phrase import Reading
from protocol.changes import kinds
from protocol.discovery import nearest

VERBS = (
    r"(?:add|drop|remove|delete|rename|change|alter|convert|create|make|set|move|copy|split|merge|attach|detach|update"
    r"|index|allow|introduce|append|get\s+rid|touch|modify|widen)"
)
NO = re.compile(
    rf"\b(?:do\s+not|don['’]?t|never|please\s+no|no\s+need\s+to|stop|cancel|abort)\b[^.;\n]{{0,12}}?\b{VERBS}\b"
    rf"|\b(?:why|should\s+(?:i|we)|do\s+(?:i|we)\s+(?:need|have)\s+to)\b[^.;\n]{{0,40}}?\b{VERBS}\b"
    r"|\bwould\s+it\b",
    re.IGNORECASE,
)
ALLOWED_NO = re.compile(
    r"\b(?:do\s+not|don['’]?t|never|no\s+longer)\s+(?:allow|permit|accept|require|need)\b", re.IGNORECASE
)
QUESTION = re.compile(
    r"\s*(?:(?:hi|hello|hey|so|and|ok|okay|but)\b[\s,.!]*)?"
    r"(?:what|how|which|who|when|where|is|are|was|does|did|can\s+(?:i|we)|may\s+(?:i|we)|will\s+it|has|have|should)\b[^;\n]*\?\s*\Z",
    re.IGNORECASE,
)
EXAMPLES = (
    "“add a role column to users, varchar(50), not null, default 'user'”",
    "“rename users.email to email_address, then make it not null”",
)


def is_no(words: str) -> bool:
    """Tell whether it is a no, or a question, and no request."""
    bare = ALLOWED_NO.sub(lambda found: " " * len(found[0]), words)
    return bool(NO.search(bare) or QUESTION.match(words))


def knows(known: Collection[str]) -> str:
    """What can be carried out, in one sentence, and how it is said."""
    labels = ", ".join(label_of(kind) for kind in sorted(known))
    examples = " or ".join(EXAMPLES if "rename_column" in known else EXAMPLES[:1])
    return f"What I can carry out: {labels}. For example: {examples}; or paste the SQL."


def label_of(kind: str) -> str:
    """How a kind is called in a sentence; its own words where this version knows it."""
    there = kinds().get(kind)
    return there.label if there else kind.replace("_", " ")


def not_in_this_version(kind: str, known: Collection[str]) -> str:
    close = nearest(kind, sorted(known))
    hint = f" The nearest is: {label_of(close)}." if close else ""
    return f"“{label_of(kind)}” is not something I can carry out yet.{hint} {knows(known)}"


def two_ways(said: str, every: Iterable[Reading]) -> str:
    """Both readings of a clause, for the person to choose."""
    told = "; or ".join(_told(one) for one in list(every)[:3])
    return f"“{said}” can be read in two ways: {told}. Say which one you mean."


def _told(one: Reading) -> str:
    answers = ", ".join(f"{item.question} {item.value or 'as before'}" for item in one.said)
    return f"{label_of(one.kind)} ({answers})"


def not_understood(piece: str) -> str:
    short = " ".join(piece.split())
    return f"I do not understand “{short if len(short) <= 80 else short[:77] + '…'}” there."
