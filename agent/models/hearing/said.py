"""What a phrase finds in the words, before anything is made of it."""

from typing import NamedTuple


class Said(NamedTuple):
    """An answer in the words: its text, where it stands, what it refers to, and what is in doubt about it."""

    question: str
    value: str
    start: int
    end: int
    refers: str = ""
    doubt: str = ""
    note: str = ""


Found = tuple[int, tuple[Said, ...]]
"""The place behind what was matched, and the answers in it."""

FILLERS = frozenset({"the", "a", "an", "our", "my", "your", "please", "just", "existing", "also", "new", "own"})
