"""SQL as it is shown: coloured, and with nothing hidden in it."""

from rich.syntax import Syntax

from agent.chat.visible import visible


def sql_card(*statements: str) -> Syntax:
    """Draw statements one below the other, each ended."""
    ended = (statement.rstrip().rstrip(";") + ";" for statement in statements)
    return plain_sql("\n".join(ended))


def plain_sql(text: str) -> Syntax:
    return Syntax(visible(text), "postgresql", theme="ansi_dark", background_color="default", word_wrap=True)
