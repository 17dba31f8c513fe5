"""What a model may use, checked before each request."""

import time
from collections.abc import Callable
from typing import Protocol

from agent.models.base import Call, Reply
from protocol.errors import BudgetSpent
from protocol.value import fingerprint_of


class Limits(Protocol):
    """The settings under `budget`.

    `tokens` counts input and output, `usd` US dollars, `seconds` the wall time since the first request, `repeats` how
    often in a row the same call with the same arguments may be made.
    """

    @property
    def turns(self) -> int: ...
    @property
    def tokens(self) -> int: ...
    @property
    def usd(self) -> float: ...
    @property
    def seconds(self) -> float: ...
    @property
    def repeats(self) -> int: ...


class Budget:
    """What one process used so far; a resumed run starts anew.

    A reply of unknown price adds nothing to `usd` and one to `unpriced`: then only the other limits hold.
    `clock` returns seconds and never goes back.
    """

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._began: float | None = None
        self._last_calls = ""
        self.turns = 0
        self.tokens = 0
        self.usd = 0.0
        self.unpriced = 0
        self.repeats = 0

    @property
    def seconds(self) -> float:
        return 0.0 if self._began is None else self._clock() - self._began

    def check(self) -> None:
        """Raise BudgetSpent if a limit is reached; the clock starts with the first check."""
        if self._began is None:
            self._began = self._clock()
        limits = self._limits
        _refuse("turns", self.turns, limits.turns, f"it replied {self.turns:,} times")
        _refuse("tokens", self.tokens, limits.tokens, f"it used {self.tokens:,} tokens")
        _refuse("usd", self.usd, limits.usd, f"it cost {self.usd:.2f} US dollars")
        _refuse("seconds", self.seconds, limits.seconds, f"{self.seconds:,.0f} seconds have passed")
        _refuse("repeats", self.repeats, limits.repeats, f"it made the same call {self.repeats:,} times in a row")

    def spend(self, reply: Reply) -> None:
        """Count a reply."""
        self.turns += 1
        self.tokens += reply.usage.input_tokens + reply.usage.output_tokens
        self.usd += reply.usage.usd or 0.0
        self.unpriced += reply.usage.usd is None
        self._note(reply.calls)

    def _note(self, calls: tuple[Call, ...]) -> None:
        """Compare without ids, which differ each time; words without a call are progress enough to start anew."""
        calls_now = fingerprint_of([[call.name, call.arguments] for call in calls]) if calls else ""
        same = calls_now == self._last_calls
        self.repeats = 0 if not calls else self.repeats + 1 if same else 1
        self._last_calls = calls_now


def _refuse(name: str, used: float, limit: float, told: str) -> None:
    if used >= limit:
        raise BudgetSpent(
            f"The model was stopped: {told}, and `budget.{name}` is {limit:,}. Nothing was changed since the last "
            f"step. Raise `budget.{name}` in the settings and `whimbrel resume`, or go on with `--model guided`."
        )
