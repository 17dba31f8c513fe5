"""What Ctrl+C opens: it kills nothing, it asks."""

from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label

Way = Literal["pause", "stay", "leave"]

RUNNING = "A step is running. Pausing finishes its batch and holds no lock; leaving stops it, and it can be resumed."
RESTING = "Nothing is running. What was done is kept, and an unfinished run can be resumed."


class LeaveScreen(ModalScreen[Way]):
    DEFAULT_CSS = """
    LeaveScreen { align: center middle; }
    LeaveScreen > Vertical { width: 64; height: auto; border: solid $accent; padding: 1 2; background: $surface; }
    LeaveScreen Label { width: 100%; margin-bottom: 1; }
    LeaveScreen Horizontal { height: 1; }
    LeaveScreen Button { margin-right: 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "stay", "Stay"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]
    AUTO_FOCUS = "#stay"

    def __init__(self, *, running: bool) -> None:
        super().__init__()
        self.running = running

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label(RUNNING if self.running else RESTING, markup=False)
            with Horizontal():
                yield Button("Pause", id="pause", compact=True, disabled=not self.running)
                yield Button("Stay", id="stay", compact=True)
                yield Button("Leave", id="leave", compact=True)

    @on(Button.Pressed)
    def _choose(self, event: Button.Pressed) -> None:
        match event.button.id:
            case "pause" | "stay" | "leave" as way:
                self.dismiss(way)

    def action_stay(self) -> None:
        self.dismiss("stay")
