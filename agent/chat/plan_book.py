"""The plan, section by section."""

from typing import ClassVar

from rich.console import RenderableType
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static, TabbedContent, TabPane, Tabs

from agent.chat import plan_sections as sections
from agent.chat.step_browser import StepBrowser
from agent.chat.strategy_table import strategy_table
from agent.chat.visible import visible
from protocol.plan import Plan

NO_PLAN = "There is no plan yet. It is made when every question has its answer."


class PlanBook(Vertical):
    DEFAULT_CSS = """
    PlanBook { height: 1fr; }
    PlanBook > .title { height: auto; padding: 0 1; }
    PlanBook TabbedContent { height: 1fr; }
    PlanBook TabPane { padding: 0; height: 1fr; }
    PlanBook TabPane > VerticalScroll { padding: 0 1; }
    PlanBook TabPane > VerticalScroll:focus { background: $boost; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(str(number), f"section({number})", show=False) for number in range(1, 9)
    ]

    plan: reactive[Plan | None] = reactive(None, recompose=True)

    def __init__(self) -> None:
        super().__init__()
        self.wants_focus = False

    def compose(self) -> ComposeResult:
        if self.plan is None:
            yield Static(NO_PLAN, classes="title", markup=False)
            return
        yield Static(title(self.plan), classes="title", markup=False)
        with TabbedContent():
            for name, content in self._sections(self.plan):
                with TabPane(Content(name), id=f"section-{name.lower()}"):
                    if isinstance(content, StepBrowser):
                        yield content
                    else:
                        with VerticalScroll():
                            yield Static(content, markup=False)

    async def recompose(self) -> None:
        await super().recompose()
        if self.wants_focus:
            self.call_after_refresh(self.take_focus)

    def take_focus(self) -> None:
        """Go to the tabs, so that no decision is preselected; when they are not there yet, as soon as they are."""
        tabs = self.query(Tabs)
        self.wants_focus = not tabs
        if tabs:
            tabs.first().focus()

    def action_section(self, number: int) -> None:
        panes = list(self.query(TabPane))
        if 0 < number <= len(panes):
            self.query_one(TabbedContent).active = panes[number - 1].id or ""

    def _sections(self, plan: Plan) -> list[tuple[str, RenderableType | StepBrowser]]:
        return [
            ("Overview", sections.overview(plan)),
            ("Steps", StepBrowser(plan)),
            ("Strategies", strategy_table(plan)),
            ("Risks", sections.risks(plan)),
            ("Tests", sections.tests(plan)),
            ("Timeline", sections.timeline(plan)),
            ("Messages", sections.messages(plan)),
            ("SQL", sections.files(plan)),
        ]


def title(plan: Plan) -> Text:
    chosen = "; ".join(way.title for way in plan.chosen_ways)
    return Text.assemble((visible(plan.title), "bold"), f"  {visible(chosen).lower()}")
