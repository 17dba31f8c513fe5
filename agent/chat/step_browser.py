"""The steps of a plan: a list with lock and time, and everything about the one that is chosen."""

from rich.table import Table
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from agent.chat.step_card import lock_text, step_card
from agent.chat.visible import visible
from protocol.plan import Plan
from protocol.steps import Gate, Step


class StepBrowser(Container):
    SCOPED_CSS = False  # the width is a class of the screen
    DEFAULT_CSS = """
    StepBrowser { layout: horizontal; height: 1fr; }
    StepBrowser > OptionList {
        width: 48; height: 100%; border: none; border-right: solid $panel; padding: 0 1 0 0; background: transparent;
    }
    StepBrowser > VerticalScroll { width: 1fr; padding: 0 1; }
    .-narrow StepBrowser { layout: vertical; }
    .-narrow StepBrowser > OptionList {
        width: 100%; height: auto; max-height: 40%; border-right: none; border-bottom: solid $panel;
    }
    """

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan
        self.detail = Static(markup=False)

    def compose(self) -> ComposeResult:
        yield OptionList(*(Option(_row(number, step)) for number, step in enumerate(self.plan.steps, 1)), markup=False)
        with VerticalScroll():
            yield self.detail

    def on_mount(self) -> None:
        self.detail.update(step_card(self.plan.steps[0]))

    @on(OptionList.OptionHighlighted)
    def _show(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.detail.update(step_card(self.plan.steps[event.option_index]))
        self.query_one(VerticalScroll).scroll_home(animate=False)


def _row(number: int, step: Step) -> Table:
    grid = Table.grid(padding=(0, 1), expand=True)
    grid.add_column(width=2, justify="right", style="dim")
    grid.add_column(ratio=1)
    takes = ", waits for a deploy" if isinstance(step, Gate) else f", {visible(step.duration.short)}"
    facts = Text.assemble(lock_text(step), (takes, "dim"), (" ⛔" if step.is_no_return else "", "red"))
    grid.add_row(f"{number}", Text(visible(step.title), "bold"))
    grid.add_row("", facts)
    return grid
