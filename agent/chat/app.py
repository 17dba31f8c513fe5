"""The chat: a status bar, the desk with its views and questions, and one line to speak with."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from time import monotonic
from typing import Any, ClassVar

from textual import on
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import Worker

from agent.chat.commands import COMMANDS, command_of
from agent.chat.controls import Controls
from agent.chat.desk import Desk
from agent.chat.farewell import code_when_left, farewell
from agent.chat.grace import GRACE_SECONDS, Grace
from agent.chat.happened import Happened, Settled, Streamed
from agent.chat.input_line import InputLine
from agent.chat.key_line import KeyLine
from agent.chat.leave_screen import LeaveScreen, Way
from agent.chat.narration import Line, line_of
from agent.chat.person import BUSY, ScreenPerson
from agent.chat.question_panel import QuestionPanel
from agent.chat.status_bar import StatusBar
from agent.chat.visible import visible
from protocol.errors import WhimbrelError
from protocol.events import Told
from protocol.person import Person
from protocol.states import Approval, Execution, Idle, State

Drive = Callable[[Person], Awaitable[int]]

BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-narrow"), (100, "-wide")]
"""From 100 columns on there is room for a second one."""

ENDED = "The session has ended. Ctrl+Q leaves"


def run_chat(drive: Drive, *, controls: Controls, mouse: bool = True) -> int:
    """Show the session that `drive` runs until the person leaves; return the exit code and leave a summary behind."""
    chat = Chat(drive, controls)
    code = chat.run(mouse=mouse)
    print(farewell(chat.state, chat.last_told))
    return code if code is not None else chat.return_code or 0


class Chat(App[int]):
    """Shows one session; `drive` runs it, as a worker of this app."""

    TITLE = "Whimbrel"
    CSS = """
    * { scrollbar-size-vertical: 1; scrollbar-color: $panel-lighten-2; scrollbar-background: $surface; }
    Screen { background: $surface; }
    Tabs, ContentTabs { height: 1; }
    Tabs Underline { display: none; }
    Tabs Tab.-active, Tabs:focus Tab.-active { text-style: bold underline; color: $text; background: transparent; }
    Tabs:focus Tab.-active { text-style: bold; color: $background; background: $accent; }
    Button { background: $panel; }
    Button:focus { background: $accent; color: $background; text-style: bold; background-tint: transparent; }
    Input { background: $panel; }
    Input:focus { background: $panel-lighten-1; background-tint: transparent; }
    """
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "view('help')", "Help"),
        Binding("f2", "view('plan')", "Plan"),
        Binding("f3", "view('run')", "Run"),
        Binding("f4", "view('monitor')", "Monitor"),
        Binding("escape", "view('chat')", "Chat"),
        Binding("p", "pause", "Pause"),
        Binding("ctrl+s", "use_answers", "Use answers"),
        Binding("ctrl+c", "interrupt", show=False, priority=True),
        Binding("ctrl+q", "leave", "Leave", priority=True),
    ]

    def __init__(
        self,
        drive: Drive,
        controls: Controls,
        *,
        by: str | None = None,
        grace_seconds: float = GRACE_SECONDS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__()
        self.drive = drive
        self.controls = controls
        self.grace_seconds = grace_seconds
        self.clock = clock
        self.state: State = Idle()
        self.last_told = ""
        self.code: int | None = None
        self.is_leaving = False
        self.cancelled_in: State | None = None
        self.session: Worker[None] | None = None
        self.status = StatusBar(controls)
        self.desk = Desk()
        self.input_line = InputLine()
        self.keys = KeyLine()
        self.person = ScreenPerson(self, by)

    def compose(self) -> ComposeResult:
        yield self.status
        yield self.desk
        yield self.input_line
        yield self.keys

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        del screen
        for command in COMMANDS:
            yield SystemCommand(command.title, command.help, lambda action=command.action: self.run_action(action))

    # --- the session ------------------------------------------------------------------------------------------------

    @on(Desk.Laid)
    def _start(self) -> None:
        self.input_line.expect(BUSY)
        self.input_line.focus()
        self.session = self.run_worker(self._run_session(), name="session")

    async def _run_session(self) -> None:
        code: int | None = None
        try:
            code = await self.drive(self.person)
        except WhimbrelError as error:
            code = error.exit_code
            await self.desk.tell(Line("✗", "bad", visible(error.message)))
        except asyncio.CancelledError:
            if self.cancelled_in is None:
                raise
        self.session = None
        self.code = code if self.cancelled_in is None else code_when_left(self.cancelled_in, code)
        if self.is_leaving:
            self.exit(self.code)
        else:
            self.input_line.expect(ENDED)

    async def on_happened(self, message: Happened) -> None:
        event, before = message.entry.event, self.state
        self.state = message.state
        if isinstance(event, Told):
            self.last_told = event.text
        line = line_of(event, self.state)
        if line is not None:
            await self.desk.tell(line)
        moved = self.state.phase != before.phase
        self.status.see(event, self.state)
        self.desk.see(event, self.state, moved=moved)
        self.tell_keys()
        if moved:
            self.focus_what_matters()

    def on_streamed(self, message: Streamed) -> None:
        self.desk.chat.transcript.stream(message.text)

    async def on_settled(self, message: Settled) -> None:
        await self.desk.chat.transcript.freeze()
        message.reached.set()

    def tell_keys(self) -> None:
        self.keys.tell(answering=isinstance(self.desk.panel, QuestionPanel), running=self.is_running)

    def new_grace(self) -> Grace:
        return Grace(self.grace_seconds, self.clock)

    # --- where the person is ----------------------------------------------------------------------------------------

    def action_view(self, name: str) -> None:
        self.desk.show_view(name)
        self.focus_what_matters()

    def focus_what_matters(self) -> None:
        """Go to what is asked, else to where one speaks; a line that is being written keeps the focus."""
        if self.input_line.has_focus and self.input_line.text:
            return
        spoken_to = self.person.is_listening or (isinstance(self.state, Approval) and self.desk.view is self.desk.chat)
        if spoken_to and self.desk.panel is None:
            self.input_line.focus()
        else:
            self.desk.take_focus()

    # --- what the person does ---------------------------------------------------------------------------------------

    @on(InputLine.Sent)
    async def _send(self, event: InputLine.Sent) -> None:
        command = command_of(event.words)
        if command is not None:
            await self.run_action(command.action)
        elif self.session is None or not self.person.hear(event.words):
            self.input_line.give_back(event.words)
            self.bell()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        del parameters
        match action:
            case "pause":
                return self.is_running
            case "use_answers":
                return isinstance(self.desk.panel, QuestionPanel)
            case _:
                return True

    @property
    def is_running(self) -> bool:
        return isinstance(self.state, Execution) and self.state.running

    def action_use_answers(self) -> None:
        if isinstance(self.desk.panel, QuestionPanel):
            self.desk.panel.use()

    def action_pause(self) -> None:
        if self.is_running:
            self.controls.pause()
            self.notify("Pausing after this batch; no lock is held then.", markup=False)

    def action_interrupt(self) -> None:
        """Copy what is selected, else ask; Ctrl+C never kills."""
        if isinstance(self.screen, LeaveScreen):
            self.screen.action_stay()
        elif selected := self._selected():
            self.copy_to_clipboard(selected)
        else:
            self.push_screen(LeaveScreen(running=self.is_running), self._interrupted)

    def _selected(self) -> str | None:
        field = self.focused
        inside = field.selected_text if isinstance(field, Input | InputLine) else ""
        return inside or self.screen.get_selected_text()

    def _interrupted(self, way: Way | None) -> None:
        match way:
            case "pause":
                self.action_pause()
            case "leave":
                self.action_leave()

    async def action_quit(self) -> None:
        self.action_leave()

    def action_leave(self) -> None:
        """Leave: at once when nothing goes on, else when the session has cleaned up."""
        if self.session is None:
            self.exit(self.code)
        elif self.person.is_listening and not self.is_leaving:
            self.is_leaving = True
            self.person.leave()
        elif self.cancelled_in is None:
            self.is_leaving, self.cancelled_in = True, self.state
            self.session.cancel()
            self.notify("Leaving: what runs is brought to a safe end first.", markup=False)
