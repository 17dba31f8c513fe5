"""Every command of the README is executed, in its order, on a small shop."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMMANDS = re.findall(r"^\$ (.+)$", (ROOT / "README.md").read_text("utf-8"), flags=re.MULTILINE)
RUNS_THIS_TEST = "make test"
ENDED = "end of command: "


class Shell:
    """One shell for all commands, as a reader has it, in a copy of what they need."""

    def __init__(self, folder: Path) -> None:
        hidden = ("PG", "ANTHROPIC", "WHIMBREL", "DATABASE_URL", "MAKE", "MFLAGS")
        environ = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
        environ |= {"WHIMBREL_STATE": str(folder / "state"), "ROWS": "2000"}
        self.process = subprocess.Popen(
            ["bash"],
            cwd=folder,
            env=environ,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def run(self, command: str) -> tuple[int, str]:
        """Run one command without a terminal; return its exit code and what it printed."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f'{command} < /dev/null; code=$?; echo; echo "{ENDED}$code"\n')
        self.process.stdin.flush()
        said: list[str] = []
        for line in self.process.stdout:
            if line.startswith(ENDED):
                return int(line.removeprefix(ENDED)), "".join(said)
            said.append(line)
        raise AssertionError("the shell ended: " + "".join(said))

    def close(self) -> None:
        self.process.communicate()


@pytest.fixture(scope="module")
def shell() -> Iterator[Shell]:
    folder = Path(tempfile.mkdtemp(prefix="whimbrel-readme-"))
    folder.chmod(0o711)  # the demo's server runs under an account that has to pass through
    for name in ("Makefile", "README.md", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder / name)
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.prefix) / "bin")
    for stamp in (".installed", ".installed-dev"):  # this environment is the one that `make` would make
        (folder / ".venv" / stamp).touch()
    shell = Shell(folder)
    try:
        yield shell
    finally:
        shell.run(f"{sys.executable} -m agent demo --stop")
        shell.close()
        shutil.rmtree(folder)


def test_the_readme_opens_with_the_two_commands() -> None:
    first_two = COMMANDS[:2]

    assert first_two == ["make demo", "make test"]


def test_every_command_of_the_readme_ends_well(shell: Shell) -> None:
    for command in COMMANDS:
        code, said = shell.run("make -n test" if command == RUNS_THIS_TEST else command)

        assert (command, code) == (command, 0), said


def test_the_demo_without_a_terminal_verifies_its_change_each_time(shell: Shell) -> None:
    code, said = shell.run("make demo")

    assert code == 0, said
    assert "✓ Verified." in said
