"""Where runs, journals and the demo's server are kept."""

import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs

ROOTS_STATE = Path("/var/lib/whimbrel")
"""Root's home is closed to the unprivileged account under which the demo's PostgreSQL must run."""


def state_directory(environ: Mapping[str, str]) -> Path:
    """Return the absolute folder for state: `WHIMBREL_STATE`, or the system's usual place. It may not exist yet."""
    if given := environ.get("WHIMBREL_STATE"):
        return Path(given).expanduser().absolute()
    if os.geteuid() == 0:
        return ROOTS_STATE
    return platformdirs.user_state_path("whimbrel")
