"""The run: its steps, how far the present one is, and a log of what happened."""

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widgets import RichLog

from agent.chat.message_line import renderable_of
from agent.chat.narration import line_of, title_of
from agent.chat.progress_line import ProgressLine
from agent.chat.step_list import StepList
from protocol import events as e
from protocol.states import Execution, State, execution_of


class RunView(Container):
    SCOPED_CSS = False  # the width is a class of the screen
    DEFAULT_CSS = """
    RunView { layout: horizontal; height: 1fr; }
    RunView > StepList { width: 2fr; height: 100%; border-right: solid $panel; }
    RunView > Vertical { width: 3fr; height: 100%; }
    RunView RichLog { height: 1fr; padding: 0 1; background: transparent; border-top: solid $panel; }
    RunView RichLog:focus { background: transparent; background-tint: transparent; }
    RunView RichLog:focus { border-top: solid $accent; }
    .-narrow RunView { layout: vertical; }
    .-narrow RunView > StepList { width: 100%; height: auto; max-height: 50%; border-right: none; }
    .-narrow RunView > Vertical { width: 100%; height: 1fr; border-top: solid $panel; }
    """

    def __init__(self) -> None:
        super().__init__(id="run")
        self.steps = StepList()
        self.progress = ProgressLine()
        self.log_lines = RichLog(wrap=True, markup=False, min_width=1, max_lines=2_000)

    def on_mount(self) -> None:
        # A panel that opens below makes the log lower; its end is what counts.
        self.log_lines.anchor()

    def compose(self) -> ComposeResult:
        yield self.steps
        with Vertical():
            yield self.progress
            yield self.log_lines

    def see(self, event: e.Move | e.Narrative, state: State) -> None:
        self.steps.see(event, state)
        match event:
            case e.StepStarted(step=step):
                self.progress.start(title_of(step, state))
            case e.StepProgressed() | e.BackupGrew():
                self.progress.go_on(event)
            case _ if not (isinstance(state, Execution) and state.running):
                self.progress.stop()
        line = line_of(event, state) if execution_of(state) else None
        if line is not None:
            self.log_lines.write(renderable_of(line), expand=True)

    def take_focus(self) -> None:
        self.log_lines.focus()
