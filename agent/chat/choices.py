"""A row of guarded buttons in fixed positions; arrow keys move between them."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets.button import ButtonVariant

from agent.chat.grace import Grace
from agent.chat.guarded_button import GuardedButton

Choice = tuple[str, str, ButtonVariant]
"""Id, label, variant."""


class Choices(Horizontal):
    DEFAULT_CSS = """
    Choices { height: 1; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, *choices: Choice, grace: Grace) -> None:
        super().__init__()
        self.choices = choices
        self.grace = grace

    def compose(self) -> ComposeResult:
        for id_, label, variant in self.choices:
            yield GuardedButton(label, self.grace, id=id_, variant=variant)
