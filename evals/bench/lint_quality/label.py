"""What a server was seen to do for one statement of a migration."""

import json
from pathlib import Path
from typing import Literal

from protocol.value import Value

Hazard = Literal["fails", "blocks-reads", "blocks-writes", "loses-data", "breaks-code"]

HAZARDS: tuple[Hazard, ...] = ("fails", "blocks-reads", "blocks-writes", "loses-data", "breaks-code")


class Label(Value):
    """Line and column count from 1; no hazard means clean; `seen` is what the server said and showed.

    `measured` is false for what was not run: the way back, and all that follows a statement that failed.
    """

    line: int
    column: int
    text: str
    measured: bool = True
    hazards: tuple[Hazard, ...] = ()
    seen: tuple[str, ...] = ()


class Labels(Value):
    """File name -> its statements in their order."""

    files: dict[str, tuple[Label, ...]]


HERE = Path(__file__).parent


def read_labels(file: Path = HERE / "labels.json") -> Labels:
    """Return what `measure.py` wrote."""
    return Labels.model_validate({"files": json.loads(file.read_text("utf-8"))})


def write_labels(labels: Labels, file: Path = HERE / "labels.json") -> None:
    """Write one statement a line, so that a change of a label is a change of a line."""
    files = [
        f" {json.dumps(name)}: [\n"
        + ",\n".join(f"  {json.dumps(one.model_dump(mode='json'), ensure_ascii=False)}" for one in statements)
        + "\n ]"
        for name, statements in sorted(labels.files.items())
    ]
    file.write_text("{\n" + ",\n".join(files) + "\n}\n", "utf-8")
