"""Run programs under an account that PostgreSQL accepts: its server refuses to run as root."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

from protocol.errors import ConfigurationError, WhimbrelError

UNPRIVILEGED = "nobody"
"""Exists on every system, owns nothing, and needs no `useradd`."""


@dataclass(frozen=True)
class Account:
    """Who runs PostgreSQL. `uid` and `gid` are None when that is ourselves."""

    name: str
    uid: int | None = None
    gid: int | None = None

    def run(self, command: Sequence[str | Path], timeout_s: float) -> CompletedProcess[str]:
        """Run a program to its end with its output captured; raise OSError, or TimeoutExpired after `timeout_s`."""
        return subprocess.run(
            command,
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
            cwd="/",  # our own working folder may be closed to this account
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
        )

    def can_enter(self, folder: Path) -> bool:
        """Raise ConfigurationError when the system does not let us change to this account at all."""
        if self.uid is None:
            return os.access(folder, os.W_OK | os.X_OK)
        try:
            return self.run(["/bin/sh", "-c", 'test -x "$1"', "sh", folder], timeout_s=10).returncode == 0
        except OSError as error:
            raise ConfigurationError(
                f"PostgreSQL refuses to run as root, and this system does not let root change to the account"
                f" `{self.name}` ({error.strerror}); nothing was started. Run whimbrel as an ordinary user."
            ) from error

    def can_run(self, program: Path) -> bool:
        """Say whether the program and the libraries it needs are readable for this account."""
        try:
            return self.run([program, "--version"], timeout_s=10).returncode == 0
        except FileNotFoundError as error:
            raise WhimbrelError(f"{program} is missing; nothing was started. Install whimbrel again.") from error
        except PermissionError:
            return False

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def owns(self, path: Path) -> bool:
        return path.lstat().st_uid == (os.geteuid() if self.uid is None else self.uid)

    def make_folder(self, folder: Path) -> None:
        """Create a folder of ours this account can pass through; raise ConfigurationError when it cannot get there."""
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        nearest = missing[-1].parent if missing else folder
        if not self.can_enter(nearest):
            raise ConfigurationError(self._closed(nearest))
        for path in reversed(missing):
            path.mkdir(exist_ok=True)
            path.chmod(0o700 if self.uid is None else 0o711)  # whatever the umask: pass through, but do not list

    def _closed(self, folder: Path) -> str:
        why = "" if self.uid is None else ", under which PostgreSQL must run because it refuses to run as root"
        return (
            f"The folder {folder} cannot be entered by the account `{self.name}`{why}; nothing was started."
            " Choose another place with --state or WHIMBREL_STATE, such as /var/lib/whimbrel."
        )


def postgres_account() -> Account:
    """Return ourselves, or the unprivileged account when we are root."""
    if os.geteuid() != 0:
        return Account(pwd.getpwuid(os.geteuid()).pw_name)
    entry = pwd.getpwnam(UNPRIVILEGED)
    return Account(UNPRIVILEGED, entry.pw_uid, entry.pw_gid)


def _environment() -> dict[str, str]:
    """Ours without `PG…`: PGPORT or PGDATA of the person's own server would redirect this one."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}
