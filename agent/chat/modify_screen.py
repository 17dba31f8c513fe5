"""Ask what shall be different: another strategy, other answers, or something in words."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, RadioButton, RadioSet

from agent.chat.visible import visible
from protocol.person import Answers, Modify
from protocol.plan import Plan
from protocol.strategy import Strategy


class ModifyScreen(ModalScreen[Modify | None]):
    DEFAULT_CSS = """
    ModifyScreen { align: center middle; }
    ModifyScreen > Vertical {
        width: 72; height: auto; max-height: 95%; border: solid $accent; padding: 1 2; background: $surface;
    }
    ModifyScreen RadioSet { width: 100%; margin: 1 0; }
    ModifyScreen Input { margin: 1 0; }
    ModifyScreen Horizontal { height: 1; }
    ModifyScreen Button { margin-right: 2; }
    ModifyScreen #missing { color: $text-error; display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back")]

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan
        self.possible = [strategy for strategy in plan.strategies if not strategy.obstacle]

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label("Plan again, differently. Nothing has been changed.", markup=False)
            with RadioSet():
                for strategy in self.possible:
                    here = strategy.id in self.plan.chosen
                    yield RadioButton(Content(self._label(strategy, chosen=here)), value=here)
            yield Label("Or say what shall be different:", markup=False)
            field = Input(placeholder="such as: allow NULL, and run it at night", compact=True)
            field.cursor_blink = False
            yield field
            yield Label("Choose another way, or say something.", id="missing", markup=False)
            with Horizontal():
                yield Button("Plan again", id="again", compact=True)
                yield Button("Questions", id="questions", compact=True)
                yield Button("Back to the plan", id="back", compact=True)

    @on(RadioSet.Changed)
    def _tell_choice(self) -> None:
        """Say the choice in a word, because the buttons differ by colour alone."""
        for strategy, button in zip(self.possible, self.query(RadioButton), strict=True):
            button.label = Content(self._label(strategy, chosen=button.value))

    def _label(self, strategy: Strategy, *, chosen: bool) -> str:
        here = " (as it is)" if strategy.id in self.plan.chosen else ""
        return f"{visible(strategy.title)}{here}{' ← chosen' if chosen else ''}"

    @property
    def strategy(self) -> str | None:
        """The chosen strategy, None when it is the plan's own."""
        index = self.query_one(RadioSet).pressed_index
        picked = self.possible[index].id if 0 <= index < len(self.possible) else None
        return None if picked in self.plan.chosen else picked

    @property
    def words(self) -> str:
        return self.query_one(Input).value.strip()

    @on(Input.Submitted)
    def _to_button(self) -> None:
        self.query_one("#again").focus()

    @on(Button.Pressed, "#again")
    def _again(self) -> None:
        if self.strategy is None and not self.words:
            self.query_one("#missing").display = True
        else:
            self.dismiss(Modify(strategy=self.strategy, answers=Answers(words=self.words)))

    @on(Button.Pressed, "#questions")
    def _questions(self) -> None:
        self.dismiss(Modify(answers=Answers(words=self.words)))

    @on(Button.Pressed, "#back")
    def action_back(self) -> None:
        self.dismiss(None)
