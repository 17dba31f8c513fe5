"""How far the running step is: a bar, rows, rate, time left, and how long a batch takes."""

from collections import deque

from rich.text import Text
from textual.events import Resize
from textual.widgets import Static

from agent.chat.sparkline import sparkline
from agent.chat.visible import visible
from protocol.events import BackupGrew, StepProgressed
from protocol.figure import spoken

RATES_KEPT = 40
WIDEST = 60


class ProgressLine(Static):
    DEFAULT_CSS = """
    ProgressLine { height: auto; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self.progress: StepProgressed | BackupGrew | None = None
        self.title = ""
        self.height = -1
        self.rates: deque[float] = deque(maxlen=RATES_KEPT)

    def start(self, title: str) -> None:
        self.title, self.progress = visible(title), None
        self.rates.clear()
        self._draw()

    def stop(self) -> None:
        self.title, self.progress = "", None
        self._draw()

    def go_on(self, progress: StepProgressed | BackupGrew) -> None:
        self.progress = progress
        if isinstance(progress, StepProgressed) and progress.rate is not None:
            self.rates.append(progress.rate)
        self._draw()

    def on_resize(self, _: Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        drawn = self._drawn()
        height = drawn.plain.count("\n")
        self.update(drawn, layout=height != self.height)
        self.height = height

    def _drawn(self) -> Text:
        if not self.title:
            return Text("No step is running.", "dim")
        head = Text.assemble(("▶ ", "bold green"), (self.title, "bold"))
        match self.progress:
            case StepProgressed():
                parts = [bar(self.progress, self.size.width), _numbers(self.progress, self.rates)]
            case BackupGrew(bytes=size, at_most=most):
                parts = [Text(f"{spoken(size, 'bytes')} written, uncompressed it would be {spoken(most, 'bytes')}")]
            case None:
                parts = []
        return Text("\n").join([head, *parts])


def bar(progress: StepProgressed, width: int) -> Text:
    """Draw the bar with its percentage; without a total only the rows are told."""
    if not progress.of:
        return Text(f"{progress.rows:,} rows")
    share = min(progress.rows / progress.of, 1)
    cells = max(10, min(WIDEST, width - 34))
    full = int(share * cells)
    return Text.assemble(
        ("█" * full, "green"),
        ("░" * (cells - full), "dim"),
        f" {share:.0%} ",
        f"{progress.rows:,} of {progress.of:,} rows",
    )


def _numbers(progress: StepProgressed, rates: deque[float]) -> Text:
    known = [
        f"{progress.rate:,.0f} rows/s" if progress.rate is not None else "",
        f"{spoken(progress.seconds_left, 'seconds')} left" if progress.seconds_left is not None else "",
        f"batch p95 {progress.batch_p95_ms:.0f} ms" if progress.batch_p95_ms is not None else "",
    ]
    line = Text("   ".join(part for part in known if part))
    return line.append(f"   {sparkline(rates)}", "cyan") if len(rates) > 1 else line
