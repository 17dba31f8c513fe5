"""Where dumps go."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Backups:
    """The folder of the dumps, and how many bytes must stay free there."""

    folder: Path
    reserve_bytes: int
