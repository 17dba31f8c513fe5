"""What the screen is told before anything happens, and the one thing it may ask of a running step."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Controls:
    """`alias` names the database without any secret; `pause` is thread-safe and returns at once.

    An `environment` of None means that nobody has said yet, which counts as production.
    """

    pause: Callable[[], None]
    alias: str
    environment: str | None
    model: str
