"""Ask why a plan is declined, so that the journal can say so."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label

from protocol.person import Decline

UNSAID = "no reason given"


class DeclineScreen(ModalScreen[Decline | None]):
    DEFAULT_CSS = """
    DeclineScreen { align: center middle; }
    DeclineScreen > Vertical { width: 64; height: auto; border: solid $warning; padding: 1 2; background: $surface; }
    DeclineScreen Input { margin: 1 0; }
    DeclineScreen Horizontal { height: 1; }
    DeclineScreen Button { margin-right: 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back")]

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label("Decline this plan: nothing is changed, and the run ends.", markup=False)
            field = Input(placeholder="why (may stay empty)", compact=True)
            field.cursor_blink = False
            yield field
            with Horizontal():
                yield Button("Back to the plan", id="back", compact=True)
                yield Button("Decline", id="decline", compact=True)

    @on(Input.Submitted)
    def _to_button(self) -> None:
        self.query_one("#decline").focus()

    @on(Button.Pressed, "#decline")
    def _decline(self) -> None:
        self.dismiss(Decline(reason=self.query_one(Input).value.strip() or UNSAID))

    @on(Button.Pressed, "#back")
    def action_back(self) -> None:
        self.dismiss(None)
