"""What a server itself says that a statement locks, rewrites and scans.

A statement runs in a transaction that is rolled back. `pg_locks` tells what the session holds before that,
`pg_relation_filenode` which files are new, and `client_min_messages = debug1` what was read or built.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple, get_args

import psycopg

from protocol.steps import LockMode

HERE = Path(__file__).parent
SETUP = (HERE / "setup.sql").read_text(encoding="utf-8")

STRENGTH = {mode: rank for rank, mode in enumerate(get_args(LockMode))}
MODES = {mode.title().replace(" ", "") + "Lock": mode for mode in get_args(LockMode)}
SAID = ("rewriting", "verifying", "validating", "building index", "sufficient", "will implicitly", "reindex")


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


def _case(case: dict[str, Any]) -> Case:
    measured = {int(major): _read(told) for majors, told in case["measured"].items() for major in majors.split()}
    return Case(case["name"], tuple(case.get("before", ())), case["sql"], measured)


def _read(told: dict[str, Any]) -> Measured:
    if "refused" in told:
        return Measured({}, (), (), told["refused"])
    return Measured(told["locks"], tuple(told["rewritten"]), tuple(told["said"]))


def measure(connection: psycopg.Connection[Any], before: tuple[str, ...], sql: str, setup: str = SETUP) -> Measured:
    """Run one case on the scratch schema `m`, made anew; `connection` is in autocommit mode."""
    heard: list[str] = []
    connection.add_notice_handler(lambda notice: heard.append(notice.message_primary or ""))
    for statement in ("RESET ALL", "SET client_min_messages = warning", setup):
        connection.execute(statement.encode())
    try:
        for statement in before:
            connection.execute(statement.encode())
        files = _files(connection)
        connection.execute("BEGIN")
        heard.clear()
        connection.execute("SET LOCAL client_min_messages = debug1")
        connection.execute(sql.encode())
        connection.execute("SET LOCAL client_min_messages = warning")
        return _measured(connection, files, heard)
    except psycopg.Error as error:
        return Measured({}, (), (), str(error).splitlines()[0])
    finally:
        connection.execute("ROLLBACK")


def _measured(connection: psycopg.Connection[Any], files: dict[int, tuple[str, int]], heard: list[str]) -> Measured:
    said = sorted(line for line in heard if any(word in line for word in SAID) and "pg_toast" not in line)
    now = {oid: file for oid, (_, file) in _files(connection).items()}
    new = sorted(name for oid, (name, file) in files.items() if oid in now and now[oid] != file)
    return Measured(_locks(connection), tuple(new), tuple(said))


def _files(connection: psycopg.Connection[Any]) -> dict[int, tuple[str, int]]:
    rows = connection.execute(
        "SELECT oid::int, relname, pg_relation_filenode(oid) FROM pg_class"
        " WHERE oid >= 16384 AND relname NOT LIKE 'pg\\_toast%'"
    )
    return {oid: (name, file) for oid, name, file in rows}


def _locks(connection: psycopg.Connection[Any]) -> dict[str, str]:
    rows = connection.execute(
        "SELECT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
        " WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.relation >= 16384"
        " AND c.relname NOT LIKE 'pg\\_toast%' ORDER BY c.relname"
    )
    strongest: dict[str, str] = {}
    for name, lock in rows:
        mode = MODES[lock]
        strongest[name] = max(mode, strongest.get(name, "none"), key=STRENGTH.__getitem__)
    return {name: mode for name, mode in strongest.items() if mode != "ACCESS SHARE"}
