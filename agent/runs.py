"""The runs on this machine: found, named, told."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.journal import FILE, read
from agent.session import fold
from protocol.errors import UsageError
from protocol.events import Entry, RequestMade
from protocol.states import FINAL, Idle, Monitoring, State


@dataclass(frozen=True)
class Run:
    """A run as its journal tells it."""

    id: str
    entries: tuple[Entry, ...]

    @property
    def state(self) -> State:
        return fold(entry.event for entry in self.entries)

    @property
    def request(self) -> RequestMade | None:
        return next((e.event for e in self.entries if isinstance(e.event, RequestMade)), None)

    @property
    def began(self) -> str:
        return self.entries[0].at if self.entries else ""

    @property
    def is_unfinished(self) -> bool:
        return not isinstance(self.state, (*FINAL, Monitoring, Idle))


def all_runs(folder: Path) -> Iterator[Run]:
    """Every run, the latest first."""
    found = [load(folder, path.parent.name) for path in folder.glob(f"*/{FILE}")]
    yield from sorted(found, key=lambda run: run.began, reverse=True)


def load(folder: Path, run: str) -> Run:
    return Run(id=run, entries=tuple(read(folder / run / FILE)))


def find(folder: Path, name: str | None, *, unfinished: bool = False) -> Run:
    """The run of that name, or the beginning of one; without a name the latest (unfinished). Raise UsageError."""
    known = list(all_runs(folder))
    if name is None:
        known = [run for run in known if run.is_unfinished or not unfinished]
        if not known:
            raise UsageError("There is no run to go on with." if unfinished else "There is no run yet.")
        return known[0]
    found = [run for run in known if run.id == name] or [run for run in known if run.id.startswith(name)]
    if len(found) != 1:
        many = f"{len(found)} runs begin with" if found else "There is no run"
        raise UsageError(f"{many} `{name}`; `whimbrel runs` lists them.")
    return found[0]
