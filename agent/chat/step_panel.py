"""The next step, and the person's yes for it."""

from collections.abc import Callable

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Button, Static

from agent.chat.choices import Choices
from agent.chat.grace import Grace
from agent.chat.step_card import step_brief
from agent.chat.visible import visible
from protocol.person import Confirm, Confirmation, Hold, RollBack
from protocol.plan import Plan
from protocol.steps import Gate, Step


class StepPanel(Vertical):
    DEFAULT_CSS = """
    StepPanel { height: auto; border-top: solid $warning; padding: 0 1; background: $surface; }
    StepPanel > .title { height: auto; }
    StepPanel > VerticalScroll { height: auto; max-height: 50vh; }
    StepPanel > VerticalScroll:focus { background: $boost; }
    """

    def __init__(self, step: Step, plan: Plan, *, grace: Grace, by: str, done: Callable[[Confirmation], None]) -> None:
        super().__init__()
        self.step = step
        self.place = f"Step {plan.steps.index(step) + 1} of {len(plan.steps)}" if step in plan.steps else "Next step"
        self.grace = grace
        self.by = by
        self.done = done

    def compose(self) -> ComposeResult:
        yield Static(
            Text.assemble((f"{self.place}: ", "bold yellow"), (visible(self.step.title), "bold")),
            classes="title",
            markup=False,
        )
        with VerticalScroll(id="detail"):
            yield Static(step_brief(self.step), markup=False)
        yield Choices(
            ("confirm", "It is true" if isinstance(self.step, Gate) else "Confirm", "default"),
            ("hold", "Hold", "default"),
            ("roll_back", "Roll back", "default"),
            grace=self.grace,
        )

    def take_focus(self) -> None:
        """Go to the text and not to a button, so that nothing is preselected."""
        self.query_one("#detail").focus()

    @on(Button.Pressed)
    def _decide(self, event: Button.Pressed) -> None:
        event.stop()
        match event.button.id:
            case "confirm":
                self.done(Confirm(step=self.step.id, by=self.by))
            case "hold":
                self.done(Hold())
            case "roll_back":
                self.done(RollBack(by=self.by))
