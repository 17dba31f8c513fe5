"""The keys that do something now; the last line of the screen."""

from rich.text import Text
from textual.widgets import Static

ALWAYS = (("F1", "help"), ("F2", "plan"), ("F3", "run"), ("F4", "watch"), ("Esc", "chat"), ("^Q", "leave"))
ANSWERING = (("^S", "hand in"), ("F6", "group"))
RUNNING = (("p", "pause"),)


class KeyLine(Static):
    DEFAULT_CSS = """
    KeyLine { height: 1; padding: 0 1; background: $panel; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    def on_mount(self) -> None:
        self.tell(answering=False, running=False)

    def tell(self, *, answering: bool, running: bool) -> None:
        now = (*(ANSWERING if answering else ()), *(RUNNING if running else ()), *ALWAYS)
        line = Text(no_wrap=True)
        for key, what in now:
            line.append(key, "bold").append(f" {what}  ", "dim")
        self.update(line)
