"""A short time in which an approval is not taken, so that keys typed ahead cannot approve."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

GRACE_SECONDS = 0.5


@dataclass
class Grace:
    """Starts when what is to be approved appears, and again with `restart`."""

    seconds: float = GRACE_SECONDS
    clock: Callable[[], float] = monotonic
    since: float = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.since = self.clock()

    @property
    def is_over(self) -> bool:
        return self.clock() - self.since >= self.seconds
