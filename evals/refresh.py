"""`python -m evals.refresh NAME…`: stamp authored recordings with today's prompts, once a person has read them."""

import sys
from pathlib import Path

from evals.recording import Recording, load, prefix_today, save
from evals.scenario import SCENARIOS
from evals.scenario import load as load_scenario
from protocol.errors import UsageError, WhimbrelError


def refresh(name: str, folder: Path = SCENARIOS) -> tuple[str, ...]:
    """Write today's fingerprints into the recording of a scenario and return the phases that had changed."""
    path = load_scenario(name, folder).recording
    recording = load(path)
    if recording.origin != "authored":
        raise UsageError(f"{name} was recorded live; a new prompt needs a new recording, not a new stamp.")
    changed = recording.changed
    save(stamped(recording), path)
    return changed


def stamped(recording: Recording) -> Recording:
    return recording.model_copy(update={"prefixes": {phase: prefix_today(phase) for phase in recording.phases}})


def main(arguments: list[str]) -> int:
    """Refresh each scenario named and say what had changed."""
    if not arguments:
        print("Name the scenarios whose recordings you have read again.", file=sys.stderr)
        return 2
    try:
        for name in arguments:
            print(f"{name}: {', '.join(refresh(name)) or 'nothing had changed'}")
    except WhimbrelError as error:
        print(error.message, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
