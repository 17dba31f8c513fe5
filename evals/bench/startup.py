"""Time to the first word: `whimbrel --help`, the chat's first paint and readiness. Run it with `python -m`.

CPU seconds of the program, user and system, and wall seconds beside them; medians with minimum and maximum.
The chat is opened in a pseudo-terminal of 120×36 on an embedded PostgreSQL of its own.
"""

import os
import platform
import pty
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ
from typing import NamedTuple

import psutil

from tools.engines.embedded import EmbeddedServer

REPEAT = 7
FIRST_PAINT, READY = b"F1", b"what shall change"
DEADLINE_S = 30.0
LEAVE = b"\x11"


class Cost(NamedTuple):
    """Seconds of CPU and of the clock on the wall."""

    cpu: float
    wall: float


def command(*arguments: str) -> Cost:
    """Run the program with these arguments to its end."""
    began, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, "-m", "agent", *arguments], check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(cpu, time.perf_counter() - began)


def imports(*modules: str) -> Cost:
    """Start Python and import these modules: what the screen cannot be faster than."""
    began, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, "-c", f"import {', '.join(modules)}"], check=True)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(cpu, time.perf_counter() - began)


def chat(dsn: str, state: Path) -> tuple[Cost, Cost]:
    """Open the chat; return the costs until its first paint and until it takes a request."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        environ = {**os.environ, "WHIMBREL_STATE": str(state), "TERM": "xterm-256color"}
        os.execve(sys.executable, [sys.executable, "-m", "agent", "chat", dsn], environ)
    ioctl(terminal, TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    process, seen = psutil.Process(pid), bytearray()
    painted = _until(FIRST_PAINT, seen, terminal, process, began)
    ready = _until(READY, seen, terminal, process, began)
    _leave(terminal, pid)
    return painted, ready


def _until(sign: bytes, seen: bytearray, terminal: int, process: psutil.Process, began: float) -> Cost:
    while sign not in seen:
        if not select.select([terminal], [], [], DEADLINE_S)[0]:
            raise TimeoutError(f"the chat never showed {sign.decode()}")
        seen += os.read(terminal, 65_536)
    times = process.cpu_times()
    return Cost(times.user + times.system, time.perf_counter() - began)


def _leave(terminal: int, pid: int) -> None:
    os.write(terminal, LEAVE)
    try:
        while os.read(terminal, 65_536):
            pass
    except OSError:
        pass  # the terminal's other end is closed: the program has left
    os.waitpid(pid, 0)
    os.close(terminal)


def report(name: str, costs: list[Cost], budget: str) -> str:
    """One line: medians, and the range, in milliseconds."""
    cpu, wall = ([1000 * part for part in parts] for parts in zip(*costs, strict=True))
    return (
        f"{name:<34} {statistics.median(cpu):6.0f} ms CPU ({min(cpu):.0f}-{max(cpu):.0f})"
        f" {statistics.median(wall):6.0f} ms wall ({min(wall):.0f}-{max(wall):.0f})   {budget}"
    )


def repeated(measure: Callable[[], Cost]) -> list[Cost]:
    """Measure once to warm the caches, then REPEAT times."""
    measure()
    return [measure() for _ in range(REPEAT)]


def main() -> None:
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, median of {REPEAT} warm starts")
    print(report("python -c pass", repeated(lambda: imports("sys")), ""))
    print(report("whimbrel --help", repeated(lambda: command("--help")), "budget 150 ms CPU"))
    print(report("whimbrel --version", repeated(lambda: command("--version")), ""))
    print(report("import textual.app", repeated(lambda: imports("textual.app", "textual.widgets")), ""))
    folder = Path(tempfile.mkdtemp(prefix="whimbrel-bench-"))
    folder.chmod(0o711)
    server = EmbeddedServer(folder / "server")
    server.start()
    try:
        costs = [chat(server.dsn(), folder / "state") for _ in range(REPEAT + 1)][1:]
    finally:
        server.stop()
    print(report("chat, first paint", [painted for painted, _ in costs], "budget 400 ms CPU"))
    print(report("chat, takes a request", [ready for _, ready in costs], "budget 700 ms CPU"))


if __name__ == "__main__":
    main()
