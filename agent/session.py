"""One run: its state is the fold of its journal, and every event passes the machine before it is written."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path

from agent.backups import Backups
from agent.journal import Journal
from protocol.errors import IllegalMove
from protocol.events import Entry, Move, Narrative, PersonSaid, PlanDrafted, RequestMade
from protocol.limits import Limits
from protocol.machine import advance
from protocol.person import Person
from protocol.states import Idle, State, execution_of
from tools.engines.postgres import Database
from tools.work import Work

Listener = Callable[[Entry, State], None]


@dataclass
class Session:
    """The desk that tools work at. Appending is thread-safe; the person sees every event."""

    run: str
    journal: Journal
    database: Database
    person: Person
    backups: Backups
    limits: Limits = field(default_factory=Limits)
    code: Path | None = None
    listeners: list[Listener] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._state = fold(entry.event for entry in self.journal.entries)

    @property
    def state(self) -> State:
        return self._state

    @property
    def history(self) -> tuple[Move | Narrative, ...]:
        return tuple(entry.event for entry in self.journal.entries)

    @property
    def words(self) -> str:
        return "\n".join(e.words for e in self.history if isinstance(e, RequestMade | PersonSaid))

    def append(self, event: Move | Narrative) -> None:
        """Advance by the event, write it, tell everyone; raise IllegalMove and write nothing."""
        with self._lock:
            after = advance(self._state, event)
            entry = self.journal.append(event)
            self._state = after
        self.person.show(entry, after)
        for listener in self.listeners:
            listener(entry, after)

    def work(self) -> Work:
        execution = execution_of(self.state)
        if execution is None:
            raise IllegalMove("Nothing is approved, so nothing can be executed.")
        return Work(
            database=self.database,
            run=self.run,
            plan=execution.approved.plan,
            emit=self.append,
            backups=self.backups.folder,
            reserve_bytes=self.backups.reserve_bytes,
            stop=self.stop,
        )

    def next_plan_id(self) -> str:
        return f"plan-{1 + sum(isinstance(event, PlanDrafted) for event in self.history)}"

    def pause(self) -> None:
        """Ask the running step to end after its batch; safe from any thread."""
        self.stop.set()


def fold(events: Iterable[Move | Narrative]) -> State:
    """The state after these events."""
    start: State = Idle()
    return reduce(advance, events, start)
