"""A button that acts only in its own focus and only after the grace period."""

from typing import Self

from textual.content import Content
from textual.widgets import Button
from textual.widgets.button import ButtonVariant

from agent.chat.grace import Grace


class GuardedButton(Button):
    DEFAULT_CSS = """
    GuardedButton { margin-right: 2; min-width: 14;}
    """

    def __init__(self, label: str, grace: Grace, *, id: str, variant: ButtonVariant = "default") -> None:
        super().__init__(Content(label), variant, id=id, compact=True)
        self.grace = grace

    def press(self) -> Self:
        if self.disabled:
            return self
        if not self.grace.is_over:
            self.notify("That was too quick to be meant. Read it, then press again.", markup=False, timeout=3)
            return self
        return super().press()
