"""The whole program in a real terminal: tmux types, reads the screen, and PostgreSQL says whether it was true."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

TMUX = shutil.which("tmux")
DEADLINE_S = 40
GRACE_S = 0.8
"""A little longer than the app refuses an approval that comes too soon."""

pytestmark = pytest.mark.skipif(TMUX is None, reason="tmux is not installed; `apt-get install tmux` brings it")


class Terminal:
    """A tmux session of its own server, so that nobody else's is touched."""

    def __init__(self, command: list[str], size: tuple[int, int], environ: dict[str, str]) -> None:
        self.socket = f"whimbrel-{uuid.uuid4().hex[:8]}"
        columns, rows = size
        line = f"{shlex.join(command)}; echo EXIT=$?; exec cat"
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), line, environ=environ)

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def wait_for(self, pattern: str) -> str:
        """Return the screen as soon as it shows the pattern; fail with the last screen after the deadline."""
        if self._shows(pattern, DEADLINE_S):
            return self.screen()
        raise AssertionError(f"never saw {pattern!r}:\n{self.screen()}")

    def type(self, words: str) -> None:
        self._tmux("send-keys", "-l", words)
        self.wait_for(re.escape(words.strip()[-12:]))

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def press_until(self, key: str, pattern: str) -> str:
        """Press a key again and again, as a person does who waits for the grace period to pass."""
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            self.press(key)
            if self._shows(pattern, GRACE_S):
                return self.screen()
        raise AssertionError(f"{key} never led to {pattern!r}:\n{self.screen()}")

    def tab_until_typed(self, words: str, pattern: str) -> None:
        """Press Tab and type, until the words have landed where the screen answers with the pattern."""
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            self.press("Tab")
            self._tmux("send-keys", "-l", words)
            if self._shows(pattern, 3 * GRACE_S):
                return
            self.press("C-u")
        raise AssertionError(f"{words!r} never led to {pattern!r}:\n{self.screen()}")

    def _shows(self, pattern: str, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if re.search(pattern, self.screen()):
                return True
        return False

    def close(self) -> None:
        self._tmux("kill-server")

    def _tmux(self, *arguments: str, environ: dict[str, str] | None = None) -> str:
        ran = subprocess.run(
            [str(TMUX), "-L", self.socket, *arguments], capture_output=True, text=True, env=environ, check=True
        )
        return ran.stdout


@pytest.fixture(params=[(120, 36), (80, 24)], ids=["120x36", "80x24"])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    found: tuple[int, int] = request.param
    return found


@pytest.fixture
def users(database: str) -> str:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL)")
        connection.execute("INSERT INTO users SELECT g, 'u' || g || '@example.com' FROM generate_series(1, 20000) g")
    return database


@pytest.fixture
def terminal(users: str, size: tuple[int, int], tmp_path: Path) -> Iterator[Terminal]:
    hidden = ("PG", "ANTHROPIC", "WHIMBREL", "TMUX", "NO_COLOR", "DATABASE_URL")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    environ |= {"WHIMBREL_STATE": str(tmp_path / "state"), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    opened = Terminal([sys.executable, "-m", "agent", "chat", users], size, environ)
    yield opened
    opened.close()


def columns_of(dsn: str) -> set[str]:
    query = "SELECT attname::text FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > 0"
    with psycopg.connect(dsn) as connection:
        return {name for (name,) in connection.execute(query)}


def to_the_plan(terminal: Terminal) -> None:
    """Say the request, answer what is open, hand the answers in."""
    terminal.wait_for("Say what shall change")
    terminal.type("add a role column to users, not null")
    terminal.press("Enter")
    terminal.wait_for(r"2 still need your answer")
    terminal.type("varchar(50)")
    terminal.press("Enter")
    terminal.wait_for(r"1 still need")
    terminal.wait_for(r"What is its default value")
    terminal.type("'user'")
    terminal.press("Enter")
    terminal.wait_for(r"All have an answer")
    terminal.press("C-s")
    terminal.wait_for(r"This is PRODUCTION")


def test_a_sentence_becomes_a_verified_column(terminal: Terminal, users: str) -> None:
    to_the_plan(terminal)
    database = psycopg.conninfo.conninfo_to_dict(users)["dbname"]
    terminal.tab_until_typed(str(database), "✓ that is it")
    terminal.press("Enter")
    terminal.press_until("Enter", r"Step 1 of 3")
    for after in (r"Step 2 of 3", r"Step 3 of 3", r"Watching now"):
        terminal.press("Tab")
        terminal.press_until("Enter", after)

    screen = terminal.screen()

    assert "PRODUCTION" in screen
    assert "role" in columns_of(users)
    terminal.press("C-q")
    terminal.wait_for(r"EXIT=0")


def test_leaving_before_approval_changes_nothing(terminal: Terminal, users: str) -> None:
    to_the_plan(terminal)
    terminal.press("F2")
    terminal.press("C-q")
    terminal.wait_for(r"EXIT=\d+")

    assert columns_of(users) == {"id", "email"}


def test_interrupting_the_questions_changes_nothing(terminal: Terminal, users: str) -> None:
    terminal.wait_for("Say what shall change")
    terminal.type("add a role column to users")
    terminal.press("Enter")
    terminal.wait_for(r"still need your answer")
    terminal.press("C-c")
    terminal.wait_for(r"(?i)leave")
    terminal.press("C-q")
    terminal.press_until("C-q", r"EXIT=\d+")

    assert columns_of(users) == {"id", "email"}
