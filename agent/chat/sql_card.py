"""SQL as it is shown: coloured, and with nothing hidden in it."""

from rich.syntax import Syntax
from rich.text import Text

from agent.chat.visible import visible


def sql_card(*statements: str) -> Text:
    """Draw statements one below the other, each ended."""
    ended = (statement.rstrip().rstrip(";") + ";" for statement in statements)
    return plain_sql("\n".join(ended))


def plain_sql(text: str) -> Text:
    """Draw SQL as it is; Syntax itself would bring a background of its own."""
    shown = visible(text).rstrip()
    coloured = Syntax("", "postgresql", theme="ansi_dark", background_color=None).highlight(shown)
    coloured.rstrip()
    coloured.style = ""
    coloured.no_wrap, coloured.overflow = False, "fold"
    return coloured
