"""The one line to speak with. Enter sends; a pasted text of several lines waits for its Enter."""

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Key, Paste
from textual.message import Message
from textual.widgets import TextArea


class InputLine(TextArea):
    DEFAULT_CSS = """
    InputLine, InputLine:focus {
        height: auto; max-height: 6; border: none; padding: 0 1; border-left: thick $panel; background: $surface;
    }
    InputLine:focus { border-left: thick $accent; background: $boost; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("shift+enter,ctrl+j,alt+enter", "new_line", "New line", show=False),
    ]

    @dataclass
    class Sent(Message):
        words: str

    def __init__(self) -> None:
        super().__init__(compact=True, highlight_cursor_line=False, id="input")
        self.cursor_blink = False

    def expect(self, what: str) -> None:
        """Say what the line is for now."""
        self.placeholder = Content(what)

    async def _on_key(self, event: Key) -> None:
        # Textual calls the handler of TextArea after this one, unless the default is prevented.
        if event.key != "enter":
            return
        event.stop()
        event.prevent_default()
        words = self.text.strip()
        if words:
            # Cleared here and not by who hears it: what is typed meanwhile is the next line.
            self.clear()
            self.post_message(self.Sent(words))

    def give_back(self, words: str) -> None:
        """Put words back that nobody could hear."""
        self.insert(words, (0, 0))
        self.move_cursor(self.document.end)

    async def _on_paste(self, event: Paste) -> None:
        # Terminals send the line ends of a paste as carriage returns.
        event.stop()
        event.text = event.text.replace("\r\n", "\n").replace("\r", "\n")

    def action_new_line(self) -> None:
        self.insert("\n")
