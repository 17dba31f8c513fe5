"""Read a timeout as a setting writes it."""

import re

UNITS = {"us": 0.001, "ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}

_SAID = re.compile(r"\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>us|ms|s|min|h|d)?\s*")


def milliseconds(value: str | None) -> float | None:
    """Return milliseconds, the unit where none is written; None where there is no such setting, or it is not read."""
    found = _SAID.fullmatch(value or "")
    return float(found["number"]) * UNITS[found["unit"] or "ms"] if found else None
