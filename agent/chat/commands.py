"""The commands of the screen: one list for `/`, for Ctrl+P and for the help."""

from typing import NamedTuple


class Command(NamedTuple):
    name: str
    title: str
    help: str
    action: str


COMMANDS = (
    Command("help", "Help", "keys and commands", "view('help')"),
    Command("chat", "Chat", "back to the conversation", "view('chat')"),
    Command("plan", "Plan", "the plan, section by section", "view('plan')"),
    Command("run", "Run", "steps, progress and log", "view('run')"),
    Command("monitor", "Monitor", "the watch after the migration", "view('monitor')"),
    Command("pause", "Pause", "pause the running step after its batch", "pause"),
    Command("quit", "Quit", "leave; a run can be resumed", "leave"),
)


def command_of(words: str) -> Command | None:
    """Return the command that `/name` stands for."""
    return next((command for command in COMMANDS if words.strip() == f"/{command.name}"), None)
