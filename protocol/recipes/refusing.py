"""Stop a statement in its middle with a sentence of our own; plain SQL has no RAISE."""

from protocol.names import literal

SPEAKS = "whimbrel says: "
"""Begins the name of a setting that no server has; the server's error repeats it whole (measured on 15, 16, 18)."""


def refusing(sentence: str, column: str) -> str:
    """A boolean expression that fails once it is asked for a row; `column` keeps the planner from asking it before."""
    return f"current_setting({literal(SPEAKS + sentence)} || left({column}::text, 0)) IS NULL"
