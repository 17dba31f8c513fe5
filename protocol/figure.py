"""A number with where it comes from, and how it is written for a reader."""

from typing import Literal

from protocol.value import Value


class Figure(Value):
    """A number that carries its source; `how` says what was measured, or what the estimate rests on."""

    value: float | None
    unit: str = ""
    source: Literal["measured", "estimated", "unknown"]
    how: str

    @classmethod
    def unknown(cls, how: str) -> "Figure":
        return cls(value=None, source="unknown", how=how)

    def __str__(self) -> str:
        if self.value is None:
            return f"unknown ({self.how})"
        about = "about " if self.source == "estimated" else ""
        return f"{about}{spoken(self.value, self.unit)} ({self.source}: {self.how})"

    @property
    def short(self) -> str:
        if self.value is None:
            return "unknown"
        return ("~" if self.source == "estimated" else "") + spoken(self.value, self.unit)


def spoken(value: float, unit: str) -> str:
    """Write a number with its unit for a reader; units are rows, bytes, seconds, milliseconds or free words."""
    if unit == "bytes":
        for name in ("bytes", "kB", "MB", "GB", "TB"):
            if abs(value) < 1024 or name == "TB":
                return f"{value:.0f} {name}" if name == "bytes" or value >= 100 else f"{value:.1f} {name}"
            value /= 1024
    if unit == "seconds":
        if value < 1:
            return f"{value * 1000:.0f} ms"
        if value < 120:
            return f"{value:.0f} s"
        return f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.1f} h"
    number = f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:,.1f}"
    return f"{number} {unit}".strip()
