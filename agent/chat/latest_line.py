"""The latest line of the conversation, for the views that do not show it."""

from rich.text import Text
from textual.widgets import Static

from agent.chat.message_line import STYLES
from agent.chat.narration import Line


class LatestLine(Static):
    DEFAULT_CSS = """
    LatestLine { height: 1; padding: 0 1; display: none; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    def tell(self, line: Line) -> None:
        first = next(iter(line.text.strip().splitlines()), "")
        self.update(Text(f"{line.mark} {first}".strip(), STYLES[line.kind], no_wrap=True, overflow="ellipsis"))
