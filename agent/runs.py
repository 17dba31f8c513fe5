"""The runs on this machine: found, named, told."""

from dataclasses import dataclass
from pathlib import Path

from agent.journal import FILE, JournalBroken, read
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


def all_runs(folder: Path) -> tuple[tuple[Run, ...], tuple[str, ...]]:
    """Every run that can be read, the latest first, and a sentence for each that cannot."""
    found: list[Run] = []
    broken: list[str] = []
    for path in sorted(folder.glob(f"*/{FILE}")):
        try:
            found.append(load(folder, path.parent.name))
        except JournalBroken as error:
            broken.append(error.message)
    return tuple(sorted(found, key=lambda run: run.began, reverse=True)), tuple(broken)


def load(folder: Path, run: str) -> Run:
    """Read one run; raise JournalBroken."""
    return Run(id=run, entries=tuple(read(folder / run / FILE)))


def find(folder: Path, name: str | None, *, unfinished: bool = False) -> Run:
    """The run of that name, or the beginning of one; without a name the latest (unfinished). Raise UsageError."""
    if name is None:
        return _latest(folder, unfinished)
    names = [path.parent.name for path in folder.glob(f"*/{FILE}")]
    found = [run for run in names if run == name] or [run for run in names if run.startswith(name)]
    if len(found) != 1:
        many = f"{len(found)} runs begin with" if found else "There is no run"
        raise UsageError(f"{many} `{name}`; `whimbrel runs` lists them.")
    return load(folder, found[0])


def _latest(folder: Path, unfinished: bool) -> Run:
    known, broken = all_runs(folder)
    wanted = [run for run in known if run.is_unfinished or not unfinished]
    if not wanted:
        reason = "There is no run to go on with." if unfinished else "There is no run yet."
        raise UsageError(" ".join([reason, *broken]))
    return wanted[0]
