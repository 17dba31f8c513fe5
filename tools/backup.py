"""Dump the database with pg_dump before anything is touched: space checked first, checksum taken, listing read back."""

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from psycopg import pq

from protocol.errors import Refused, StepFailed
from protocol.events import BackupGrew
from protocol.figure import spoken
from protocol.steps import Backup
from tools.engines import client_tools
from tools.engines.client_tools import ClientTool
from tools.engines.dsn import Dsn, without_secrets
from tools.work import Outcome, Work

REPORT_EVERY_S = 1.0


class Dump(NamedTuple):
    """A finished dump: file, bytes, SHA-256, and how many entries its table of contents has."""

    path: Path
    bytes: int
    sha256: str
    entries: int


def run_backup(work: Work, step: Backup) -> Outcome:
    """Make the dump; raise Refused before it starts, or StepFailed with the half-written file removed."""
    dump_tool, restore_tool = _tools(work)
    path = dump_path(work)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    checksum, partial = path.with_name(path.name + ".sha256"), path.with_name(path.name + ".partial")
    if _is_whole(path, checksum):
        done = Dump(path, path.stat().st_size, _sha256(path), _entries(restore_tool, path))
        return Outcome(facts=(("Already done", "the dump is there and its checksum fits"), *_facts(done, dump_tool)))
    _space(work, path.parent)
    try:
        partial.unlink(missing_ok=True)  # a pg_dump that outlived its killed parent may still write to the old file
        if not _dump(work, step, dump_tool, partial):
            return Outcome(paused=True)
        entries = _entries(restore_tool, partial)
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
    dump = Dump(path, path.stat().st_size, _sha256(path), entries)
    checksum.write_text(f"{dump.sha256}  {path.name}\n", "utf-8")
    return Outcome(facts=_facts(dump, dump_tool))


def dump_path(work: Work) -> Path:
    """Where the dump of a run is kept; beside it stands its checksum, `.sha256`."""
    return work.backups / work.run / f"{work.plan.facts.target.database.replace('/', '_')}.dump"


def _is_whole(path: Path, checksum: Path) -> bool:
    if not (path.exists() and checksum.exists()):
        return False
    return checksum.read_text("utf-8").startswith(_sha256(path) + " ")


def _tools(work: Work) -> tuple[ClientTool, ClientTool]:
    major = work.plan.facts.target.major
    found = client_tools.find("pg_dump", major), client_tools.find("pg_restore", major)
    if found[0] is None or found[1] is None:
        raise Refused(
            f"No pg_dump and pg_restore of version {major} or newer were found, so no backup can be made; nothing was "
            f"changed. Install PostgreSQL's client programs, version {major} or newer, and resume."
        )
    return found[0], found[1]


def _space(work: Work, folder: Path) -> None:
    needed, free = int(work.plan.facts.database_bytes.value or 0), shutil.disk_usage(folder).free
    if free - work.reserve_bytes < needed:
        raise Refused(
            f"The backup may need {spoken(needed, 'bytes')} and {spoken(work.reserve_bytes, 'bytes')} must stay free, "
            f"but {folder} has only {spoken(free, 'bytes')} free. Nothing was changed. Make room, or set "
            "`backup.directory` to a larger disk, and resume."
        )


def _dump(work: Work, step: Backup, tool: ClientTool, partial: Path) -> bool:
    """Run pg_dump; False when a pause came first."""
    command = [str(tool.path), "--format=custom", "--compress=1", "--no-password", f"--file={partial}"]
    command += [f"--table={table.sql}" for table in step.tables]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, env=_environment(work.database.dsn, work.run), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            paused = _watch(work, step, process, partial)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        log.seek(0)
        said = without_secrets(" ".join(log.read().decode("utf-8", "replace").split()), work.database.dsn)
    if process.returncode and not paused:
        raise StepFailed(f"pg_dump {_ended(process, said)}. Nothing was changed; no dump was kept.")
    return not paused


def _ended(process: subprocess.Popen[bytes], said: str) -> str:
    if process.returncode > 0:
        return f"ended with {process.returncode}: {said[-400:]}"
    reason = signal.strsignal(-process.returncode) or f"signal {-process.returncode}"
    return " ".join([f"was ended from outside ({reason})", said[-400:]]).strip()


def _watch(work: Work, step: Backup, process: subprocess.Popen[bytes], partial: Path) -> bool:
    expected = int(work.plan.facts.database_bytes.value or 0)
    reported = time.monotonic()
    while True:
        try:
            process.wait(timeout=0.1)
            return False
        except subprocess.TimeoutExpired:
            if work.stop.is_set():
                return True
        if partial.exists() and time.monotonic() - reported >= REPORT_EVERY_S:
            reported = time.monotonic()
            work.emit(BackupGrew(step=step.id, bytes=partial.stat().st_size, at_most=expected))


def _environment(dsn: Dsn, run: str) -> dict[str, str]:
    """The connection as libpq's variables: a password in the arguments would show in the process list."""
    names = {option.keyword.decode(): option.envvar for option in pq.Conninfo.get_defaults()}
    given = {name.decode(): str(value) for key, value in dsn.conninfo().items() if (name := names.get(key))}
    return {**os.environ, **given, "PGAPPNAME": f"whimbrel/{run}/backup"}


def _entries(tool: ClientTool, path: Path) -> int:
    """Read the table of contents back; a dump that pg_restore cannot read is none."""
    listed = subprocess.run([str(tool.path), "--list", str(path)], capture_output=True, text=True, check=False)
    lines = [line for line in listed.stdout.splitlines() if line and not line.startswith(";")]
    if listed.returncode or not lines:
        raise StepFailed(f"pg_restore cannot read the dump back: {listed.stderr.strip()[:200]}. Nothing was changed.")
    return len(lines)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _facts(dump: Dump, tool: ClientTool) -> tuple[tuple[str, str], ...]:
    return (
        ("Backup", str(dump.path)),
        ("Size", spoken(dump.bytes, "bytes")),
        ("SHA-256", dump.sha256),
        ("Entries", f"{dump.entries} (read back by pg_restore --list; not restored)"),
        ("pg_dump", tool.version),
    )
