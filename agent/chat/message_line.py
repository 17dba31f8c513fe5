"""One finished message of the transcript: a single Static, whatever is in it."""

from rich.console import RenderableType
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text
from textual.widgets import Static

from agent.chat.narration import Line
from agent.chat.prose import prose

STYLES = {
    "person": "bold",
    "model": "",
    "program": "",
    "good": "green",
    "bad": "bold red",
    "warning": "yellow",
    "quiet": "dim",
}


class MessageLine(Static):
    DEFAULT_CSS = """
    MessageLine { height: auto; padding: 0 1; }
    MessageLine.person { background: $boost; margin: 1 0; padding: 0 1; }
    MessageLine.model { margin: 1 0; padding: 0 3; }
    """

    def __init__(self, line: Line) -> None:
        super().__init__(renderable_of(line), classes=line.kind, markup=False)


def renderable_of(line: Line) -> RenderableType:
    """Draw a line with its mark in a column of its own; the model's text is Markdown without live links."""
    if line.kind == "model":
        return Markdown(line.text, hyperlinks=False, code_theme="ansi_dark")
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(ratio=1)
    style = STYLES[line.kind]
    said = Text(line.text, style) if line.kind == "person" else prose(line.text, style)
    grid.add_row(Text(line.mark, style), said)
    return grid
