"""Make what a terminal hides readable: control, bidirectional and zero-width characters."""

import re
import unicodedata

TAB = "    "

HIDDEN_MARKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0") | frozenset(
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
)
"""Letters and marks that draw nothing, although Unicode does not count them as formatting."""

HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str) -> str:
    """Return `text` with every character that would not be seen written as its code, such as ‹U+202E›."""
    tidy = re.sub(r"\r\n?", "\n", text).replace("\t", TAB)
    return "".join(f"‹U+{ord(char):04X}›" if _hides(char) else char for char in tidy)


def _hides(char: str) -> bool:
    if char in " \n":
        return False
    category = unicodedata.category(char)
    # A no-break space looks like a space and is none to PostgreSQL.
    return category in HIDDEN_CATEGORIES or category == "Zs" or char in HIDDEN_MARKS
