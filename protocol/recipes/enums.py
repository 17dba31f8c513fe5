"""Enumerated types: which one is meant, what a value may be, and whether the values are as planned."""

from protocol.names import MAX_NAME_BYTES, TableName, literal
from protocol.schema import EnumType
from protocol.situation import Situation
from protocol.steps import Check


def of(situation: Situation) -> EnumType | None:
    """The type that answers the question `enum`; None while it is not known."""
    name = situation.tables.get("enum")
    return None if name is None else situation.facts.enum(name)


def plain_text(said: str) -> str:
    """A label as it was said, without quotes that somebody put around it."""
    said = said.strip()
    quote = said[:1]
    if len(said) > 1 and quote in {"'", '"'} and said[-1] == quote:
        return said[1:-1].replace(quote * 2, quote)
    return said


def cannot_be_added(enum: EnumType, label: str) -> str | None:
    """Why a label cannot be put into the type, as a sentence."""
    if label in enum.labels:
        return f"`{enum.name}` already has the value `{label}`."
    if not label or "\x00" in label:
        return "a value needs at least one character."
    if len(label.encode()) > MAX_NAME_BYTES:
        return f"`{label}` is longer than {MAX_NAME_BYTES} bytes, which the server refuses."
    return None


def has_labels(enum: TableName, labels: tuple[str, ...]) -> Check:
    wanted = ", ".join(literal(label) for label in labels)
    return Check(
        id="values",
        title=f"Type {enum} has its values in order",
        kind="catalog",
        sql=f"SELECT (array_agg(enumlabel::text ORDER BY enumsortorder) = ARRAY[{wanted}]::text[])::text "
        f"FROM pg_enum WHERE enumtypid = to_regtype({literal(enum.sql)})",
        expected="true",
    )
