"""Find pg_dump, pg_restore and their like in a version that fits the server."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.engines.binaries import shipped_binaries

SYSTEM = Path("/usr/lib/postgresql")
"""Where Debian and Ubuntu keep every installed version, `<major>/bin`."""


@dataclass(frozen=True)
class ClientTool:
    path: Path
    major: int
    version: str


def find(program: str, at_least_major: int) -> ClientTool | None:
    """Return the program of the lowest major version not older than the server's, or None.

    pg_dump refuses a newer server (documentation, pg_dump, Notes); and what a much newer one writes may hold
    settings that the server does not know, so nearer is better. Of equals, the one on PATH.
    """
    tools = [tool for path in _candidates(program) if (tool := _asked(path))]
    fitting = [tool for tool in tools if tool.major >= at_least_major]
    return min(fitting, key=lambda tool: tool.major, default=None)


def _candidates(program: str) -> Iterator[Path]:
    for folder in os.get_exec_path():
        found = shutil.which(program, path=folder)
        # Debian's wrapper picks a version by its own rules; the programs it picks from come below
        if found and Path(found).resolve().name != "pg_wrapper":
            yield Path(found)
    yield shipped_binaries() / program
    yield from SYSTEM.glob(f"*/bin/{program}")


def _asked(path: Path) -> ClientTool | None:
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True, timeout=10).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\(PostgreSQL\) ((\d+)\S*)", said)
    return ClientTool(path, int(found[2]), found[1]) if found else None
