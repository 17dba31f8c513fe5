"""The walk of a backfill as Python source, which Alembic's and Django's files share."""

from tools.migration_files.quoting import python_text
from tools.migration_files.script import Batches

WALK = '''
def fill(run):
    """Walk the table along its key, a transaction a batch; run again, it passes over what is done.

    The statements are prepared on the server, so that no driver reads a placeholder into them.
    """
    for name, sql in STATEMENTS.items():
        run(f"PREPARE {name} AS {sql}")
    try:
        walk(run)
        if left(run):  # rows can appear behind the first walk
            walk(run)
        if left(run):
            raise RuntimeError(f"{left(run)} rows are still to do: someone writes them so. What was filled stays.")
    finally:
        for name in STATEMENTS:
            run(f"DEALLOCATE {name}")


def walk(run):
    last = []
    while True:
        found = run(call("batch_bound" if last else "batch_first", [*last, BATCH_ROWS])).fetchone()
        if found is None:
            return
        *bound, _ = found
        run(call("batch_update" if last else "batch_from_start", [*last, *bound]))
        last = bound
        time.sleep(PAUSE_S)


def left(run):
    return run("EXECUTE batch_left").fetchone()[0]


def call(name, values):
    quoted = ", ".join("'" + str(value).replace("'", "''") + "'" for value in values)
    return f"EXECUTE {name} ({quoted})"
'''


def constants(part: Batches) -> str:
    """Return the batch's SQL and sizes as module constants."""
    named = {
        "batch_first": part.first_sql,
        "batch_bound": part.bound_sql,
        "batch_from_start": part.from_start_sql,
        "batch_update": part.update_sql,
        "batch_left": part.left_sql,
    }
    lines = "".join(f"    {name!r}: {python_text(sql)},\n" for name, sql in named.items())
    return f"BATCH_ROWS = {part.batch_rows}\nPAUSE_S = {part.pause_ms / 1000}\n\nSTATEMENTS = {{\n{lines}}}\n"
