"""Keys and commands."""

from rich.console import Group
from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from agent.chat.commands import COMMANDS
from agent.chat.plan_sections import labelled

KEYS = (
    ("F1 F2 F3 F4", "help, plan, run, monitor; Esc goes back to the chat"),
    ("Tab", "to the next field or button; Shift+Tab back"),
    ("Enter", "send the line, go to the next question, press a button"),
    ("Shift+Enter", "a new line in the input; Ctrl+J where the terminal does not tell them apart"),
    ("Ctrl+S", "hand in the answers"),
    ("F6", "the next group of questions"),
    ("1 to 8", "the sections of the plan"),
    ("p", "pause the running step after its batch"),
    ("e, End", "earlier lines of the conversation, and back to the latest"),
    ("Ctrl+C", "pause, stay or leave; it never kills anything. Copies where text is selected"),
    ("Ctrl+Q", "leave"),
)

ABOUT = "Letters and numbers are shortcuts only while no field is written in. Buttons that approve wait half a second."


class HelpView(VerticalScroll):
    DEFAULT_CSS = """
    HelpView { height: 1fr; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__(id="help")

    def on_mount(self) -> None:
        commands = labelled((f"/{command.name}", Text(command.help)) for command in COMMANDS)
        keys = labelled((key, Text(what)) for key, what in KEYS)
        heads = [Text("Keys", "bold underline"), Text("\nCommands, also with Ctrl+P", "bold underline")]
        self.mount(Static(Group(heads[0], keys, heads[1], commands, Text(f"\n{ABOUT}", "dim")), markup=False))

    def take_focus(self) -> None:
        self.focus()
