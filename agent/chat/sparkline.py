"""A row of numbers as bars of one character each."""

from collections.abc import Collection

BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Collection[float]) -> str:
    """Draw each number as a bar, the greatest full; nothing where all are zero."""
    top = max(values, default=0)
    return "".join(BARS[max(0, round(value / top * len(BARS)) - 1)] for value in values) if top > 0 else ""
