"""What the server is busy with, as points of what has to be so before a migration starts."""

from collections.abc import Iterable

from protocol.findings import Point, holds, warns
from protocol.surroundings import Surroundings

LONG_S = 60.0
"""A transaction older than this makes a step wait longer than its short tries for the lock."""

BEHIND_S = 10.0
CROWDED = 0.8
"""The share of max_connections from which on a migration's own may be the one too many."""


def server_points(server: Surroundings | None) -> Iterable[Point]:
    """Everything that would get in the way, one line each; one line where nothing does."""
    if server is None:
        return
    found = [*_sessions(server), *_leftovers(server), *_replication(server)]
    yield from found or [holds("Around: no long transaction, no vacuum on these tables, no leftovers, no lag")]
    yield from (Point(mark="unknown", text=sentence) for sentence in server.not_seen)


def _sessions(server: Surroundings) -> Iterable[Point]:
    for one in server.transactions:
        if (one.age.value or 0) > LONG_S:
            yield warns(f"Process {one.pid} ({one.application}, role {one.role}) is {one.state}, {one.age.short} old")
    for prepared in server.prepared:
        yield warns(f"A prepared transaction of {prepared.owner} holds its locks, {prepared.age.short} old")
    for vacuum in server.vacuums:
        stays = " and does not give way (anti-wraparound)" if vacuum.anti_wraparound else ""
        yield warns(f"Vacuum runs on {vacuum.table} ({vacuum.phase}){stays}")
    most, now = server.max_connections.value, server.connections.value
    if most and now and now / most > CROWDED:
        yield warns(f"{now:.0f} of {most:.0f} connections are taken")


def _leftovers(server: Surroundings) -> Iterable[Point]:
    yield from (warns(f"Index {name} is invalid: a build of it broke off") for name in server.invalid_indexes)
    yield from (warns(f"Constraint {name} was never validated") for name in server.not_validated)


def _replication(server: Surroundings) -> Iterable[Point]:
    for replica in server.replicas:
        if (replica.behind_seconds.value or 0) > BEHIND_S:
            yield warns(f"Replica {replica.application} is {replica.behind_seconds.short} behind")
    for slot in server.slots:
        if not slot.active:
            yield warns(f"Slot {slot.name} is not read and keeps {slot.retained_bytes.short} of WAL")
