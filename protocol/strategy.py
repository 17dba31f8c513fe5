"""A way to carry out a change: its steps, what speaks for it and against it."""

from pydantic import Field

from protocol.names import Name
from protocol.steps import Step
from protocol.value import Value


class Strategy(Value):
    """`obstacle` says why it cannot be taken here; empty when it can.

    `needs_window` blocks the table on purpose; `opaque` runs SQL of which nothing can be claimed. The linter's errors
    on either are shown as warnings, for that is what the person chose.
    """

    id: Name
    title: str
    sketch: tuple[str, ...]
    pros: tuple[str, ...]
    cons: tuple[str, ...]
    downtime: str
    steps: tuple[Step, ...] = Field(default=())
    obstacle: str = ""
    needs_window: bool = False
    opaque: bool = False
