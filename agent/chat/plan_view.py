"""The plan, and below it the person's decision while one is asked for."""

from textual.app import ComposeResult
from textual.containers import Vertical

from agent.chat.decision_bar import DecisionBar
from agent.chat.plan_book import PlanBook
from protocol.plan import Plan


class PlanView(Vertical):
    DEFAULT_CSS = """
    PlanView { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__(id="plan")
        self.book = PlanBook()

    def compose(self) -> ComposeResult:
        yield self.book

    def show_plan(self, plan: Plan | None) -> None:
        self.book.plan = plan

    async def ask(self, bar: DecisionBar) -> None:
        self.show_plan(bar.plan)
        await self.mount(bar)

    def take_focus(self) -> None:
        self.book.take_focus()
