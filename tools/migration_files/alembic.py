"""Alembic revisions: one a part, each committed together with its own line in the version table."""

import hashlib
from datetime import datetime

from tools.migration_files.forms import Alembic, MigrationFile, behind_gates
from tools.migration_files.heading import heading
from tools.migration_files.python_batches import WALK, constants
from tools.migration_files.quoting import python_text
from tools.migration_files.script import Batches, Outside, Place, Script, Transaction, places, stem

SEND = '''

def run(sql):
    """Send SQL as it stands: nothing in it is a parameter."""
    return op.get_bind().exec_driver_sql(sql, execution_options={"no_parameters": True})
'''

ALONE = """\
    with op.get_context().autocommit_block():
        pass  # commits the revision before: this one's locks are its own
"""

NOT_BACK = '    raise NotImplementedError("This cannot be taken back by a migration; restore the backup.")\n'
NOTHING = "    pass  # nothing has to be done: what comes before takes it along\n"


def alembic_files(script: Script, form: Alembic, now: datetime) -> tuple[MigrationFile, ...]:
    """Write a revision for each part, the first after the project's head."""
    files, before = [], form.head
    for place in places(script):
        revision = hashlib.sha256(f"{script.seed} {place.number}".encode()).hexdigest()[:12]
        path = _name(form, revision, stem(script, place), now) + ".py"
        files.append(MigrationFile(path=behind_gates(path, place.stage), text=_text(script, place, revision, before)))
        before = revision
    return tuple(files)


def _name(form: Alembic, revision: str, name: str, now: datetime) -> str:
    parts = {part: getattr(now, part) for part in ("year", "month", "day", "hour", "minute", "second")}
    try:
        named = form.template % {"rev": revision, "slug": name, "epoch": int(now.timestamp()), **parts}
    except (KeyError, ValueError, TypeError):
        named = f"{revision}_{name}"
    return named.replace("/", "_")


def _text(script: Script, place: Place, revision: str, before: str | None) -> str:
    part = place.part
    is_batch = isinstance(part, Batches)
    return "".join(
        [
            heading(script, place),
            "\nimport time\n" * is_batch,
            "\nfrom alembic import op\n\n",
            f"revision = {revision!r}\ndown_revision = {before!r}\nbranch_labels = None\ndepends_on = None\n",
            f"\n{constants(part)}" if isinstance(part, Batches) else "",
            f"\n\ndef upgrade():\n{_body(part)}",
            f"\n\ndef downgrade():\n{_back(place)}",
            SEND,
            f"\n{WALK}" * is_batch,
        ]
    )


def _back(place: Place) -> str:
    if place.back:
        return _body(place.back)
    return NOTHING if place.reversible else NOT_BACK


def _body(part: Transaction | Outside | Batches) -> str:
    match part:
        case Transaction(sql=sql, lock_timeout_ms=limit):
            return ALONE + _runs(4, f"SET LOCAL lock_timeout = '{limit or 0}ms'", *sql)
        case Outside(sql=sql):
            inside = _runs(8, "SET lock_timeout = 0", *sql, "RESET lock_timeout")
        case Batches(lock_timeout_ms=limit):
            around = _runs(8, f"SET lock_timeout = '{limit or 0}ms'"), _runs(8, "RESET lock_timeout")
            inside = f"{around[0]}        fill(run)\n{around[1]}"
    return f"    with op.get_context().autocommit_block():\n{inside}"


def _runs(indent: int, *statements: str) -> str:
    return "".join(f"{' ' * indent}run({python_text(sql)})\n" for sql in statements)
