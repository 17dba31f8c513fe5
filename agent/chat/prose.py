"""A sentence of a plan or of the program: what it quotes stands out, and nothing in it is markup."""

import re

from rich.text import Text

from agent.chat.visible import visible

QUOTED = re.compile(r"`([^`\n]+)`")


def prose(sentence: str, style: str = "") -> Text:
    """Draw a sentence with its `quoted` parts in colour; without colours the ticks are not missed."""
    text, at = Text(style=style), 0
    shown = visible(sentence)
    for quoted in QUOTED.finditer(shown):
        text.append(shown[at : quoted.start()]).append(quoted[1], "bold cyan")
        at = quoted.end()
    return text.append(shown[at:])
