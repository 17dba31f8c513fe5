"""The conversation, and beside it the facts of the table where there is room."""

from textual.app import ComposeResult
from textual.containers import Horizontal

from agent.chat.facts_bar import FactsBar
from agent.chat.transcript import Transcript


class ChatView(Horizontal):
    SCOPED_CSS = False  # the width is a class of the screen
    DEFAULT_CSS = """
    ChatView { height: 1fr; }
    ChatView > Transcript { width: 1fr; }
    .-narrow ChatView > FactsBar { display: none; }
    """

    def __init__(self) -> None:
        super().__init__(id="chat")
        self.transcript = Transcript()
        self.facts = FactsBar()

    def compose(self) -> ComposeResult:
        yield self.transcript
        yield self.facts

    def take_focus(self) -> None:
        self.transcript.focus()
