"""The watch after a migration: each signal, now and before, and its state in words."""

from collections import defaultdict, deque

from rich.table import Table
from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from agent.chat.sparkline import sparkline
from agent.chat.visible import visible
from protocol.events import Move, Narrative, SignalRead
from protocol.states import Monitoring, State

STATES = {
    "normal": ("✓ normal", "green"),
    "notice": ("! notice", "yellow"),
    "alarm": ("✗ ALARM", "bold white on #b3001b"),
}

VALUES_KEPT = 12

STATE_WIDTH = max(len(said) for said, _ in STATES.values())

NOTHING = "The watch begins when verification has passed."


class MonitorView(VerticalScroll):
    DEFAULT_CSS = """
    MonitorView { height: 1fr; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__(id="monitor")
        self.body = Static(NOTHING, markup=False)
        self.latest: dict[str, SignalRead] = {}
        self.values: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=VALUES_KEPT))

    def on_mount(self) -> None:
        self.mount(self.body)

    def see(self, event: Move | Narrative, state: State) -> None:
        if isinstance(event, SignalRead):
            self.latest[event.signal] = event
            self.values[event.signal].append(event.value)
            self._draw(isinstance(state, Monitoring))

    def take_focus(self) -> None:
        self.focus()

    def _draw(self, watching: bool) -> None:
        table = Table(expand=True, box=None, padding=(0, 2, 0, 0), title_justify="left")
        table.title = Text("Watching now" if watching else "The last readings", "bold")
        for heading, ratio in (("Signal", 3), ("Now", 2), ("Before", 2)):
            table.add_column(heading, ratio=ratio, header_style="dim")
        table.add_column("Trend", width=VALUES_KEPT, no_wrap=True, header_style="dim")
        table.add_column("State", width=STATE_WIDTH, no_wrap=True, header_style="dim")
        for reading in self.latest.values():
            said, style = STATES[reading.state]
            cells = (reading.signal, reading.now, reading.baseline)
            trend = Text(sparkline(self.values[reading.signal]), "cyan")
            table.add_row(*(Text(visible(cell)) for cell in cells), trend, Text(said, style))
        self.body.update(table)
