"""What reaches the screen from the session, as messages, so that any thread may send it and its order is kept."""

import asyncio

from textual.message import Message

from protocol.events import Entry
from protocol.states import State


class Happened(Message):
    """An event, and the state after it."""

    def __init__(self, entry: Entry, state: State) -> None:
        super().__init__()
        self.entry = entry
        self.state = state


class Streamed(Message):
    """A piece of the model's running message."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Settled(Message):
    """Nothing more comes of the running message; `reached` is set when all that was sent before is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = asyncio.Event()
