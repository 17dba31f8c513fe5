"""What a scenario is: a folder with a seed, a gold, a person's script, what must come of it, and a recording."""

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from protocol.discovery import Scalar, nearest
from protocol.errors import UsageError
from protocol.target import Environment
from protocol.value import Value

SCENARIOS = Path(__file__).parent / "scenarios"


class Outcome(StrEnum):
    """How a conversation ended, as the graders see it."""

    PASS = "pass"
    SAFE_STOP = "safe stop"
    WRONG = "wrong but reversible"
    VIOLATION = "violation"
    STALE = "stale"


class Script(Value):
    """What the person does: answers by question id, yes to these steps, and a decision on the plan."""

    name: str
    answers: dict[str, Scalar] = Field(default_factory=dict)
    words: tuple[str, ...] = ()
    decision: Literal["approve", "decline"] = "decline"
    reason: str = "the script has no yes"
    confirms: tuple[str, ...] = ()


class Expected(Value):
    """What must come of it; `refused` are tools the recording calls where they are not allowed, in this order."""

    outcome: Outcome
    exit: int
    phase: str
    refused: tuple[str, ...] = ()


class Scenario(Value):
    """One conversation to be had, whoever leads it."""

    name: str
    title: str
    request: str
    environment: Environment
    person: Script
    expected: Expected
    folder: Path

    @property
    def seed(self) -> str:
        return (self.folder / "seed.sql").read_text("utf-8")

    @property
    def gold(self) -> str:
        """SQL that makes of the seed what must be there at the end."""
        return (self.folder / "gold.sql").read_text("utf-8")

    @property
    def recording(self) -> Path:
        return self.folder / "recording.json"


def names(folder: Path = SCENARIOS) -> list[str]:
    return sorted(path.parent.name for path in folder.glob("*/scenario.toml"))


def load(name: str, folder: Path = SCENARIOS) -> Scenario:
    """Read a scenario; raise UsageError with the nearest name, or with what is wrong in the file."""
    if name not in names(folder):
        close = nearest(name, names(folder))
        meant = f"did you mean `{close}`?" if close else "`whimbrel eval --list` shows them."
        raise UsageError(f"There is no scenario `{name}`; {meant}")
    file = folder / name / "scenario.toml"
    try:
        content = tomllib.loads(file.read_text("utf-8"))
        return Scenario.model_validate({**content, "name": name, "folder": file.parent})
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise UsageError(f"{file} is no scenario: {error}") from None
