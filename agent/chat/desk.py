"""One view at a time, and below it the place for what is asked."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import ContentSwitcher

from agent.chat.chat_view import ChatView
from agent.chat.help_view import HelpView
from agent.chat.latest_line import LatestLine
from agent.chat.monitor_view import MonitorView
from agent.chat.narration import Line
from agent.chat.plan_view import PlanView
from agent.chat.question_panel import QuestionPanel
from agent.chat.run_view import RunView
from agent.chat.step_panel import StepPanel
from agent.chat.trouble_panel import TroublePanel
from protocol.events import FactsRead, Move, Narrative
from protocol.states import Abandoned, State, plan_of

Panel = QuestionPanel | StepPanel | TroublePanel
View = ChatView | PlanView | RunView | MonitorView | HelpView

VIEW_OF_PHASE = {
    "discovery": "chat",
    "planning": "chat",
    "execution": "run",
    "verification": "run",
    "rolling_back": "run",
    "monitoring": "monitor",
    "done": "chat",
    "rolled_back": "chat",
    "abandoned": "chat",
}
"""The view follows a change of phase; in between it stays where the person put it."""

TELLS_BY_ITSELF = {"chat", "run"}
"""Views in which the latest line is seen anyway."""


class Desk(Vertical):
    DEFAULT_CSS = """
    Desk { height: 1fr; }
    Desk > ContentSwitcher { height: 1fr; }
    Desk > #dock { height: auto; max-height: 85%; }
    """

    class Laid(Message):
        """Every part is in its place, so that a session can begin."""

    def __init__(self) -> None:
        super().__init__()
        self.switcher = ContentSwitcher(initial="chat")
        self.chat, self.plan, self.run = ChatView(), PlanView(), RunView()
        self.monitor, self.help_page = MonitorView(), HelpView()
        self.latest = LatestLine()
        self.panel: Panel | None = None

    def compose(self) -> ComposeResult:
        with self.switcher:
            yield from (self.chat, self.plan, self.run, self.monitor, self.help_page)
        yield Vertical(id="dock")
        yield self.latest

    def on_mount(self) -> None:
        self.post_message(self.Laid())

    def see(self, event: Move | Narrative, state: State, *, moved: bool) -> None:
        """Show an event where it belongs; `moved` tells that it brought another phase."""
        self.run.see(event, state)
        self.monitor.see(event, state)
        if isinstance(event, FactsRead):
            self.chat.facts.show_facts(event.facts)
        if moved and not isinstance(state, Abandoned):
            self.plan.show_plan(plan_of(state))
        if moved and state.phase in VIEW_OF_PHASE:
            self.show_view(VIEW_OF_PHASE[state.phase])

    async def tell(self, line: Line) -> None:
        self.latest.tell(line)
        await self.chat.transcript.add(line)

    @property
    def view(self) -> View:
        views: dict[str | None, View] = {
            "plan": self.plan,
            "run": self.run,
            "monitor": self.monitor,
            "help": self.help_page,
        }
        return views.get(self.switcher.current, self.chat)

    def show_view(self, name: str) -> None:
        self.switcher.current = name
        self.latest.display = name not in TELLS_BY_ITSELF

    async def put(self, panel: Panel) -> None:
        """Put what is asked below the view."""
        self.panel = panel
        await self.query_one("#dock").mount(panel)

    async def clear(self) -> None:
        if self.panel is not None:
            panel, self.panel = self.panel, None
            await panel.remove()

    def take_focus(self) -> None:
        """Go to what is asked, else into the view."""
        (self.panel or self.view).take_focus()
