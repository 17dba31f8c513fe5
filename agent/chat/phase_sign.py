"""How a phase and an environment are told: a symbol, a word and a colour, so that each can miss."""

from typing import NamedTuple

from protocol.states import State


class Sign(NamedTuple):
    symbol: str
    word: str
    style: str

    def __str__(self) -> str:
        return f"{self.symbol} {self.word}"


PHASES = {
    "idle": Sign("○", "ready", "dim"),
    "discovery": Sign("?", "questions", "cyan"),
    "planning": Sign("✎", "planning", "cyan"),
    "approval": Sign("◆", "your decision", "bold yellow"),
    "execution": Sign("▶", "running", "bold green"),
    "verification": Sign("≟", "verifying", "cyan"),
    "monitoring": Sign("◉", "watching", "green"),
    "paused": Sign("‖", "paused", "bold yellow"),
    "rolling_back": Sign("↶", "rolling back", "bold yellow"),
    "done": Sign("✓", "done", "bold green"),
    "rolled_back": Sign("↶", "rolled back", "yellow"),
    "abandoned": Sign("✗", "ended", "dim"),
}

ENVIRONMENTS = {
    "production": Sign("▲", "PRODUCTION", "bold white on #b3001b"),
    "staging": Sign("■", "staging", "bold black on #e0b040"),
    "development": Sign("●", "development", "bold black on #70b870"),
}

UNKNOWN = Sign("▲", "PRODUCTION?", "bold white on #b3001b")
"""Nobody has said what the target is, and so it counts as production."""


def phase_sign(state: State) -> Sign:
    return PHASES[state.phase]


def environment_sign(environment: str | None) -> Sign:
    return ENVIRONMENTS.get(environment or "", UNKNOWN)
