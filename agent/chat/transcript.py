"""The conversation so far: finished lines, and the one message that is being written."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.timer import Timer
from textual.widgets import Markdown, Static

from agent.chat.message_line import MessageLine
from agent.chat.narration import Line
from agent.chat.visible import visible

MOUNTED = 60
"""Cost grows with mounted widgets: at most so many messages are on the screen, the others are kept as values."""

PAGE = 30
APPENDS_PER_SECOND = 10


class Transcript(VerticalScroll):
    DEFAULT_CSS = """
    Transcript { padding: 0 1; background: $surface; }
    Transcript > .more { color: $text-muted; text-align: center; display: none; }
    Transcript > .more.-there { display: block; }
    Transcript > Markdown { padding: 0 3; margin: 1 0; background: transparent; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "earlier", "Earlier", show=False),
        Binding("end", "latest", "Latest", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []
        self.first = 0
        self.live: Markdown | None = None
        self.unwritten: list[str] = []
        self.timer: Timer | None = None
        self.more = Static("", classes="more", markup=False)

    def on_mount(self) -> None:
        self.mount(self.more)
        self.anchor()
        self.timer = self.set_interval(1 / APPENDS_PER_SECOND, self.write_on, pause=True)

    async def add(self, line: Line) -> None:
        """Show one more finished line; what was streamed so far gives way to it if it is the same message."""
        self.lines.append(line)
        if line.kind == "model":
            await self.drop_live()
        at_end = self.first + self._mounted + 1 >= len(self.lines)
        if at_end:
            await self.mount(MessageLine(line), before=self.live)
            await self._thin_out()

    def stream(self, text: str) -> None:
        self.unwritten.append(text)
        if self.timer is not None:
            self.timer.resume()

    async def write_on(self) -> None:
        """Append what has come since the last time; called by a timer, ten times a second."""
        if not self.unwritten:
            if self.timer is not None:
                self.timer.pause()
            return
        text = "".join(self.unwritten)
        self.unwritten.clear()
        if self.live is None:
            self.live = Markdown(open_links=False)
            await self.mount(self.live)
        await self.live.append(visible(text))

    async def freeze(self) -> None:
        """Keep a message that broke off as a finished one."""
        await self.write_on()
        if self.live is not None and self.live.source.strip():
            await self.add(Line("", "model", self.live.source))
        await self.drop_live()

    async def drop_live(self) -> None:
        self.unwritten.clear()
        if self.live is not None:
            live, self.live = self.live, None
            await live.remove()

    async def action_earlier(self) -> None:
        """Show the page before the first line that is mounted."""
        if self.first:
            self.first = max(0, self.first - PAGE)
            await self._remount()
            self.scroll_home(animate=False)

    async def action_latest(self) -> None:
        self.first = max(0, len(self.lines) - MOUNTED)
        await self._remount()
        self.anchor()

    @property
    def _mounted(self) -> int:
        return len(self.query_children(MessageLine))

    async def _thin_out(self) -> None:
        surplus = list(self.query_children(MessageLine))[:-MOUNTED]
        for old in surplus:
            await old.remove()
        self.first += len(surplus)
        self._tell_more()

    async def _remount(self) -> None:
        await self.query_children(MessageLine).remove()
        await self.mount_all(
            [MessageLine(line) for line in self.lines[self.first : self.first + MOUNTED]], before=self.live
        )
        self._tell_more()

    def _tell_more(self) -> None:
        self.more.set_class(self.first > 0, "-there")
        self.more.update(f"▲ {self.first} earlier lines: press e here")

    async def on_click(self) -> None:
        if self.more.has_class("-there") and self.more.is_mouse_over:
            await self.action_earlier()
