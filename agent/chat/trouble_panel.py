"""What happens after a pause, wanted or not."""

from collections.abc import Callable
from typing import Literal

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Button, Static

from agent.chat.choices import Choices
from agent.chat.grace import Grace
from agent.chat.visible import visible
from protocol.states import Paused, State, execution_of

WayOn = Literal["retry", "roll_back", "pause"]


class TroublePanel(Vertical):
    DEFAULT_CSS = """
    TroublePanel { height: auto; border-top: solid $error; padding: 0 1; background: $surface; }
    TroublePanel > VerticalScroll { height: auto; max-height: 50vh; }
    TroublePanel > VerticalScroll:focus { background: $boost; }
    """

    def __init__(self, state: State, reason: str, *, grace: Grace, done: Callable[[WayOn], None]) -> None:
        super().__init__()
        self.state = state
        self.reason = reason
        self.grace = grace
        self.done = done

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="detail"):
            yield Static(
                Text.assemble(self._heading(), f"{visible(self.reason)}\n", (self._so_far(), "dim")),
                markup=False,
            )
        yield Choices(
            ("retry", "Go on" if self.was_wanted else "Retry", "default"),
            ("roll_back", "Roll back", "default"),
            ("pause", "Leave it so", "default"),
            grace=self.grace,
        )

    @property
    def was_wanted(self) -> bool:
        return isinstance(self.state, Paused) and not self.state.failed and not self.state.drifted

    def _heading(self) -> tuple[str, str]:
        return ("‖ Paused\n", "bold") if self.was_wanted else ("✗ It did not work\n", "bold red")

    def take_focus(self) -> None:
        self.query_one("#detail").focus()

    def _so_far(self) -> str:
        execution = execution_of(self.state)
        if execution is None:
            return "Nothing was changed."
        count, of = len(execution.done), len(execution.approved.plan.steps)
        rest = " Nothing runs now, and no lock is held." if isinstance(self.state, Paused) else ""
        return f"{count} of {of} steps are done.{rest}"

    @on(Button.Pressed)
    def _decide(self, event: Button.Pressed) -> None:
        event.stop()
        match event.button.id:
            case "retry" | "roll_back" | "pause" as way:
                self.done(way)
