"""Plain SQL for psql: up.sql and down.sql, and a pair of them more behind each gate."""

from collections.abc import Iterator

from tools.migration_files.forms import MigrationFile
from tools.migration_files.quoting import comment, dollar_quoted, ended
from tools.migration_files.script import Batches, Outside, Place, Script, Transaction, places

HOW = "Run it with: psql --set ON_ERROR_STOP=1 --file"
NOT_BACK = "This cannot be taken back by a migration; restore the backup."


def plain_files(script: Script) -> tuple[MigrationFile, ...]:
    """Write up.sql and down.sql for each stage; the stages behind gates are up_2.sql, up_3.sql …"""
    every = places(script)
    stages = sorted({0, *(place.stage for place in every)})
    return tuple(file for stage in stages for file in _pair(script, [p for p in every if p.stage == stage], stage))


def _pair(script: Script, stage: list[Place], number: int) -> Iterator[MigrationFile]:
    suffix = f"_{number + 1}" if number else ""
    gate = [f"Only when this has happened: {place.gate}" for place in stage[:1] if place.gate]
    up, down = f"up{suffix}.sql", f"down{suffix}.sql"
    yield MigrationFile(path=up, text=_file([script.title, *gate, f"{HOW} {up}"], [part_sql(p.part) for p in stage]))
    back = [part_sql(place.back) for place in reversed(stage) if place.back]
    none = [] if back else ["Nothing has to be done here." if script.is_reversible else NOT_BACK]
    yield MigrationFile(path=down, text=_file([f"Undo: {script.title}", *none, f"{HOW} {down}"], back))


def _file(head: list[str], pieces: list[str]) -> str:
    return "\n\n".join([comment("--", head), *pieces]) + "\n"


def part_sql(part: Transaction | Outside | Batches) -> str:
    """Return one part as SQL for a session that is in no transaction."""
    lines = [comment("--", [part.title])]
    match part:
        case Transaction(sql=sql, lock_timeout_ms=limit):
            lines += ["BEGIN;", f"SET LOCAL lock_timeout = '{limit or 0}ms';", *map(ended, sql), "COMMIT;"]
        case Outside(sql=sql):
            lines += ["SET lock_timeout = 0;", *map(ended, sql), "RESET lock_timeout;"]
        case Batches(lock_timeout_ms=limit):
            lines += [f"SET lock_timeout = '{limit or 0}ms';", batches_sql(part), "RESET lock_timeout;"]
    return "\n".join(lines)


def batches_sql(part: Batches) -> str:
    """Return the walk as a DO block that commits each batch; it must not stand in a transaction."""
    width = len(part.key)
    last, bound = _names("last", width), _names("bound", width)
    remember = " ".join(f"{a} := {b};" for a, b in zip(last, bound, strict=True))
    after, up_to = ", ".join(last), ", ".join(bound)
    body = f"""
DECLARE
    {" text; ".join(last + bound)} text;
    passed int;
    remaining bigint;
BEGIN
    FOR walk IN 1..2 LOOP  -- rows can appear behind the first walk
        EXECUTE {dollar_quoted(part.first_sql)}
            INTO {up_to}, passed USING {part.batch_rows}::bigint;
        IF passed IS NOT NULL THEN
            EXECUTE {dollar_quoted(part.from_start_sql)}
                USING {up_to};
            COMMIT;
        END IF;
        WHILE passed IS NOT NULL LOOP
            {remember}
            EXECUTE {dollar_quoted(part.bound_sql)}
                INTO {up_to}, passed USING {after}, {part.batch_rows}::bigint;
            EXIT WHEN passed IS NULL;
            EXECUTE {dollar_quoted(part.update_sql)}
                USING {after}, {up_to};
            COMMIT;
            PERFORM pg_sleep({part.pause_ms / 1000});
        END LOOP;
        EXECUTE {dollar_quoted(part.left_sql)} INTO remaining;
        EXIT WHEN remaining = 0;
    END LOOP;
    IF remaining > 0 THEN
        RAISE EXCEPTION '% rows are still to do: someone writes them so. What was filled stays.', remaining;
    END IF;
END
"""
    return f"DO {dollar_quoted(body, 'batches')};"


def _names(stem: str, width: int) -> list[str]:
    return [f"{stem}_{i + 1}" for i in range(width)]
