"""What a server itself says that a statement locks, rewrites and scans.

A statement runs in a transaction that is rolled back. `pg_locks` tells what the session holds before that,
`pg_relation_filenode` which files are new, and `client_min_messages = debug1` what was read or built.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, get_args

import psycopg

from protocol.steps import LockMode

HERE = Path(__file__).parent
SETUP = (HERE / "setup.sql").read_text(encoding="utf-8")

STRENGTH = {mode: rank for rank, mode in enumerate(get_args(LockMode))}
MODES = {mode.title().replace(" ", "") + "Lock": mode for mode in get_args(LockMode)}
SAID = ("rewriting", "verifying", "validating", "building index", "sufficient", "will implicitly", "reindex")

FILES = """
SELECT oid::int, relname, pg_relation_filenode(oid) FROM pg_class
WHERE oid >= 16384 AND relname NOT LIKE 'pg\\_toast%'
"""
LOCKS = """
SELECT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.relation >= 16384
  AND c.relname NOT LIKE 'pg\\_toast%'
ORDER BY c.relname
"""


class Measured(NamedTuple):
    """Either `refused`, or locks (relation -> strongest mode, without ACCESS SHARE), new files, and debug messages."""

    locks: dict[str, str]
    rewritten: tuple[str, ...]
    said: tuple[str, ...]
    refused: str = ""


class Case(NamedTuple):
    """`before` is run and committed first; `measured` is by major version."""

    name: str
    before: tuple[str, ...]
    sql: str
    measured: dict[int, Measured]


def matrix() -> tuple[Case, ...]:
    """Return the lock matrix: measured on PostgreSQL 15.18, 16.2 and 18.6."""
    cases = json.loads((HERE / "matrix.json").read_text(encoding="utf-8"))
    return tuple(_case(case) for case in cases)


def further() -> tuple[Case, ...]:
    """Return more cases, one a line, what comes before set off by `;;`; they are measured when they are tested."""
    lines = (HERE / "further.sql").read_text(encoding="utf-8").splitlines()
    parts = (line.split(";;") for line in lines if line and not line.startswith("--"))
    return tuple(Case(";;".join(each), tuple(each[:-1]), each[-1], {}) for each in parts)


def _case(case: dict[str, Any]) -> Case:
    measured = {int(major): _read(told) for majors, told in case["measured"].items() for major in majors.split()}
    return Case(case["name"], tuple(case.get("before", ())), case["sql"], measured)


def _read(told: dict[str, Any]) -> Measured:
    if "refused" in told:
        return Measured({}, (), (), told["refused"])
    return Measured(told["locks"], tuple(told["rewritten"]), tuple(told["said"]))


class Bench:
    """Measures cases on a scratch schema `m`, made anew for cases that something else comes before."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._heard: list[str] = []
        self._before: tuple[str, ...] | None = None
        connection.add_notice_handler(lambda notice: self._heard.append(notice.message_primary or ""))

    def measure(self, case: Case) -> Measured:
        try:
            self._prepare(case.before)
            files = self._files()
            self._run("BEGIN", "SET LOCAL client_min_messages = debug1")
            self._heard.clear()
            self._run(case.sql, "SET LOCAL client_min_messages = warning")
            return self._measured(files)
        except psycopg.Error as error:
            return Measured({}, (), (), str(error).splitlines()[0])
        finally:
            self._run("ROLLBACK")

    def _prepare(self, before: tuple[str, ...]) -> None:
        if self._before != before:
            self._before = None
            self._run("RESET ALL", "SET client_min_messages = warning", SETUP, *before)
            self._before = before

    def _run(self, *statements: str) -> None:
        for statement in statements:
            self._connection.execute(statement.encode())

    def _measured(self, files: dict[int, tuple[str, int]]) -> Measured:
        lines = (line for line in self._heard if any(word in line for word in SAID))
        said = sorted(line for line in lines if "pg_toast" not in line)
        now = self._files()
        new = sorted(name for oid, (name, file) in files.items() if oid in now and now[oid][1] != file)
        return Measured(_strongest(self._connection.execute(LOCKS).fetchall()), tuple(new), tuple(said))

    def _files(self) -> dict[int, tuple[str, int]]:
        return {oid: (name, file) for oid, name, file in self._connection.execute(FILES)}


def _strongest(rows: Sequence[tuple[Any, ...]]) -> dict[str, str]:
    strongest: dict[str, str] = {}
    for name, lock in rows:
        strongest[name] = max(MODES[lock], strongest.get(name, "none"), key=STRENGTH.__getitem__)
    return {name: mode for name, mode in strongest.items() if mode != "ACCESS SHARE"}
