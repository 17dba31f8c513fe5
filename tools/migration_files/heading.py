"""What stands at the top of every generated file."""

from tools.migration_files.quoting import comment
from tools.migration_files.script import Place, Script


def heading(script: Script, place: Place, mark: str = "#") -> str:
    """Return the title, the gate and the plan's digest as comments, with a line break at the end."""
    where = f"{place.number} of {place.of}: {place.part.title}" if place.of > 1 else ""
    gate = f"Only when this has happened: {place.gate}" if place.gate else ""
    lines = [script.title, where, gate, f"Written from plan {script.seed[:12]}."]
    return comment(mark, [line for line in lines if line]) + "\n"
