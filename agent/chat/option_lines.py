"""The options of one question, numbered where a number picks one."""

from dataclasses import dataclass

from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.style import Style
from textual.widgets import Static

from agent.chat.visible import visible
from protocol.discovery import Option, Question

YES_NO = (Option(value="yes", label="yes"), Option(value="no", label="no"))

SHORT_LABEL = 14

GAP = "   "


def options_of(question: Question) -> tuple[Option, ...]:
    return YES_NO if question.form == "yes_no" else question.options


def is_numbered(question: Question) -> bool:
    """Tell whether a number picks an option; where a number may be the answer itself, it does not."""
    return question.form in {"choice", "yes_no", "table", "type", "text"} and bool(options_of(question))


def picked(question: Question, said: str) -> str:
    """Return what was said, or the value of the option whose number it is."""
    options, number = options_of(question), said.strip()
    if is_numbered(question) and number.isdecimal() and 1 <= int(number) <= len(options):
        return options[int(number) - 1].value
    return said


class OptionLines(Static):
    DEFAULT_CSS = """
    OptionLines {
        height: auto; padding-left: 2;
        link-style: none; link-color: $foreground; link-color-hover: $accent; link-background-hover: $surface;
    }
    """

    @dataclass
    class Picked(Message):
        value: str

    def __init__(self, question: Question) -> None:
        super().__init__(markup=False, classes="details")
        self.question = question
        self.value: str | None = None
        self.options = options_of(question)
        self.in_a_row = all(len(option.label) <= SHORT_LABEL for option in self.options)

    def on_resize(self, _: Resize) -> None:
        self._draw()

    def mark(self, value: str | None) -> None:
        """Show which option holds now."""
        self.value = value
        self._draw()

    def action_pick(self, number: int) -> None:
        self.post_message(self.Picked(self.options[number - 1].value))

    def _draw(self) -> None:
        options = [self._option(number, option) for number, option in enumerate(self.options, 1)]
        self.update(Content("\n").join(packed(options, self.size.width) if self.in_a_row else options))

    def _option(self, number: int, option: Option) -> Content:
        chosen = option.value == self.value
        name = str(number) if is_numbered(self.question) else "or"
        line = Content(f"{name} {'●' if chosen else '○'} {visible(option.label)}")
        line = line.stylize(Style.from_meta({"@click": f"pick({number})"}))
        if chosen:
            line = line.stylize("bold")
        if option.value == self.question.recommended:
            line += Content(" ★ recommended").stylize("$text-success")
        return line


def packed(options: list[Content], width: int) -> list[Content]:
    """Put as many options on a line as fit, and never break one."""
    lines: list[Content] = []
    for option in options:
        if lines and lines[-1].cell_length + len(GAP) + option.cell_length <= width:
            lines[-1] = Content.assemble(lines[-1], GAP, option)
        else:
            lines.append(option)
    return lines
