"""Ask the two linters about every migration: what they find, and where."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from evals.bench.lint_quality.measure import base_of, running, server_of
from protocol.findings import Severity
from tools.lint.frameworks import Source, sections
from tools.lint.lint import History
from tools.lint.live import Server
from tools.lint.parse import parse
from tools.lint.server import asking

NOT_OF_SAFETY = frozenset({"require-lock-timeout", "require-statement-timeout", "require-table-schema"})
"""Rules about style, or about timeouts: no server tells on its own whether they are right."""

STYLE = ("prefer-", "identifier-too-long", "ban-char-field", "require-enum-value-ordering")


class Remark(NamedTuple):
    """One finding of one linter; line and column count from 1.

    `safety` is false for style and advice, and where whimbrel says that it did not understand: that is no judgement.
    """

    file: str
    line: int
    column: int
    rule: str
    safety: bool


def of_whimbrel(files: Iterable[Path], earlier: str = "") -> list[Remark]:
    """Ask whimbrel about each file by itself, or after the `earlier` migrations that made its schema."""
    return [remark for file in files for remark in _whimbrel(file, earlier=earlier)]


def of_whimbrel_with_servers(files: Iterable[Path]) -> list[Remark]:
    """Ask whimbrel with `--dsn`: it may ask the database, as it is before the migration."""
    by_server: dict[int, list[Path]] = {}
    for file in files:
        by_server.setdefault(server_of(file.read_text("utf-8")), []).append(file)
    return [remark for major, group in by_server.items() for remark in _asking(major, group)]


def _asking(major: int, files: list[Path]) -> list[Remark]:
    with running(major) as server, asking(base_of(server)) as told:
        return [remark for file in files for remark in _whimbrel(file, server=told)]


def _whimbrel(file: Path, *, earlier: str = "", server: Server | None = None) -> Iterable[Remark]:
    text = file.read_text("utf-8")
    history = History(major=server_of(text), server=server)
    history.judge(Source(text=earlier))
    for one in history.judge(Source(text=text, name=file.name)).findings:
        unread = one.rule == "not-understood" and "refuses" not in one.message
        safety = one.severity is not Severity.ADVICE and "timeout" not in one.rule and not unread
        yield Remark(file.name, one.line, one.column, one.rule, safety)


def squawk() -> str | None:
    """Return where the program is, None where it is not installed."""
    beside = Path(sys.executable).parent / "squawk"
    return str(beside) if beside.exists() else shutil.which("squawk")


def of_squawk(program: str, files: Iterable[Path]) -> list[Remark]:
    """Ask squawk, which is told the server's version, and of each file whether a tool wraps it in a transaction."""
    groups: dict[tuple[int, bool], list[Path]] = {}
    for file in files:
        text = file.read_text("utf-8")
        groups.setdefault((server_of(text), _is_wrapped(file, text)), []).append(file)
    return [remark for (major, wrapped), group in groups.items() for remark in _squawk(program, major, wrapped, group)]


def _is_wrapped(file: Path, text: str) -> bool:
    first = sections(Source(text=text, name=file.name))[0]
    return first.is_wrapped(parse(first.sql))


def _squawk(program: str, major: int, wrapped: bool, files: list[Path]) -> Iterable[Remark]:
    said = subprocess.run(
        [
            program,
            "--reporter",
            "json",
            "--pg-version",
            str(major),
            *["--assume-in-transaction"] * wrapped,
            *map(str, files),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    for one in json.loads(said.stdout or "[]"):
        rule = one["rule_name"]
        safety = rule not in NOT_OF_SAFETY and not rule.startswith(STYLE)
        yield Remark(Path(one["file"]).name, one["line"] + 1, one["column"] + 1, rule, safety)
