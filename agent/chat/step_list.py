"""The steps of the run and the checks after them, each with its mark."""

from typing import Literal

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from agent.chat.narration import check_line
from agent.chat.visible import visible
from protocol import events as e
from protocol.states import Execution, State, execution_of, plan_of

Mark = Literal["waiting", "running", "done", "failed", "undone"]

MARKS = {
    "waiting": ("○", "dim"),
    "running": ("▶", "bold green"),
    "done": ("✓", "green"),
    "failed": ("✗", "bold red"),
    "undone": ("↶", "yellow"),
}

CHECK_STYLES = {"good": "green", "bad": "bold red"}


class StepList(VerticalScroll):
    DEFAULT_CSS = """
    StepList { padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.body = Static("Nothing runs yet.", markup=False)
        self.failed: set[str] = set()
        self.undone: set[str] = set()
        self.checks: dict[str, e.CheckDone] = {}

    def on_mount(self) -> None:
        self.mount(self.body)

    def see(self, event: e.Move | e.Narrative, state: State) -> None:
        match event:
            case e.StepStarted(step=step):
                self.failed.discard(step)
                self.undone.discard(step)
            case e.StepFailed(step=step):
                self.failed.add(step)
            case e.StepUndone(step=step):
                self.undone.add(step)
            case e.CheckDone(check=check):
                self.checks[check] = event
                self.anchor()
            case e.PlanApproved():
                self.failed, self.undone, self.checks = set(), set(), {}
                self.anchor(False)
            case e.StepProgressed() | e.BackupGrew() | e.LockWaited() | e.SignalRead():
                return
        self._draw(state)

    def _draw(self, state: State) -> None:
        plan, execution = plan_of(state), execution_of(state)
        if plan is None or execution is None:
            return
        grid = _grid()
        for step in plan.steps:
            symbol, style = MARKS[self._mark(step.id, execution, state)]
            grid.add_row(Text(symbol, style), Text(visible(step.title), style if style != "dim" else ""))
        self.body.update(Group(grid, *self._checked()))

    def _mark(self, step: str, execution: Execution, state: State) -> Mark:
        if step in self.undone:
            return "undone"
        if step in self.failed:
            return "failed"
        if step in execution.done:
            return "done"
        running = isinstance(state, Execution) and state.running and state.confirmed == step
        return "running" if running else "waiting"

    def _checked(self) -> tuple[Text | Table, ...]:
        if not self.checks:
            return ()
        grid = _grid()
        for check in self.checks.values():
            line = check_line(check)
            style = CHECK_STYLES.get(line.kind, "dim")
            grid.add_row(Text(line.mark, style), Text(line.text, style if line.kind == "bad" else ""))
        return (Text("\nVerification", "bold"), grid)


def _grid() -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(ratio=1)
    return grid
