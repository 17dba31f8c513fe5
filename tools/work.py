"""What every step is given while it runs, and what it gives back."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from protocol.events import Narrative
from protocol.plan import Plan
from tools.engines.postgres import Database


@dataclass(frozen=True)
class Work:
    """`emit` reports progress; `stop` is set when the person wants a pause: finish the batch, hold no lock."""

    database: Database
    run: str
    plan: Plan
    emit: Callable[[Narrative], None]
    backups: Path
    reserve_bytes: int = 1 << 30
    stop: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Outcome:
    """`facts` are label and value for the report; `rows` by the name of each table that was counted.

    `paused` when the step ended before its end.
    """

    facts: tuple[tuple[str, str], ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    paused: bool = False
