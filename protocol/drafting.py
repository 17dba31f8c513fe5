"""Write the plan: every section of the protocol's template, from the change, the answers and the facts."""

from collections.abc import Callable, Sequence

from protocol import rates
from protocol.changes import AnyChange
from protocol.discovery import Sheet
from protocol.drafting_texts import communications, impact, prerequisites, risks, testing, timeline
from protocol.errors import Refused
from protocol.facts import Environment, Facts, ValueFacts
from protocol.findings import Finding, Severity
from protocol.limits import Limits
from protocol.plan import Files, Plan, RollbackPoint
from protocol.steps import Backfill, Backup, Preflight, Statements, Step, sql_of
from protocol.strategy import Strategy

Linter = Callable[[Sequence[Sequence[str]]], tuple[Finding, ...]]
"""Judges steps: each entry is the SQL of one step."""


def draft(
    *,
    plan_id: str,
    words: str,
    change: AnyChange,
    sheet: Sheet,
    facts: Facts,
    value: ValueFacts,
    lint: Linter,
    limits: Limits,
    strategy: str | None = None,
) -> Plan:
    """Build the plan with the recommended strategy, or the one named; raise Refused when none can be taken."""
    ways = change.strategies(sheet, facts, value)
    chosen = choose(ways, strategy)
    steps = (_preflight(facts), _backup(facts, limits), *(_within(step, limits) for step in chosen.steps))
    environment = environment_of(sheet)
    return Plan(
        id=plan_id,
        title=change.title,
        request=words,
        environment=environment,
        change=change,
        sheet=sheet,
        facts=facts,
        value=value,
        summary=change.summary,
        why=sheet.text("purpose") or "not said",
        impact=impact(change, sheet, facts, steps),
        strategies=ways,
        chosen=chosen.id,
        recommendation=_recommendation(ways, chosen),
        prerequisites=prerequisites(sheet, facts, environment),
        steps=steps,
        checks=change.checks(facts, value),
        rollback=_rollback(steps),
        restore=f"pg_restore --clean --if-exists --dbname={facts.target.database} BACKUP.dump",
        testing_before=testing(change, facts)[0],
        testing_after=testing(change, facts)[1],
        risks=risks(facts, steps),
        overall_risk=_overall(chosen, environment),
        timeline=timeline(sheet, facts, steps),
        communications=communications(change, sheet, facts, chosen),
        files=_files(change, steps),
        findings=_findings(lint([sql_of(step) for step in steps if sql_of(step)]), chosen, facts),
    )


def choose(ways: tuple[Strategy, ...], name: str | None) -> Strategy:
    """Take the strategy of that name, else the first without an obstacle."""
    wanted = [way for way in ways if name in (None, way.id)]
    if not wanted:
        raise Refused(
            f"There is no strategy `{name}` here; nothing was changed. Known: {', '.join(w.id for w in ways)}."
        )
    possible = [way for way in wanted if not way.obstacle]
    if not possible:
        reasons = "; ".join(f"{way.title}: {way.obstacle}" for way in wanted)
        raise Refused(f"This cannot be made safe as asked. {reasons}. Nothing was changed.")
    return possible[0]


def environment_of(sheet: Sheet) -> Environment:
    """What is not known to be something else counts as production."""
    match sheet.text("environment"):
        case "development":
            return "development"
        case "staging":
            return "staging"
        case _:
            return "production"


def _within(step: Step, limits: Limits) -> Step:
    match step:
        case Statements():
            return step.model_copy(update={"attempts": limits.attempts})
        case Backfill():
            return step.model_copy(update=limits.model_dump(exclude={"whole_database"}))
        case _:
            return step


def _preflight(facts: Facts) -> Preflight:
    return Preflight(
        id="preflight",
        title="Look before anything is touched",
        why="Checks rights, drift and blockers, counts the rows, and creates schema `whimbrel` for the checkpoints.",
        lock="ACCESS SHARE",
        held=rates.NO_LOCK,
        duration=rates.time_for(facts.rows, rates.SCANNED_ROWS_PER_SECOND, "counted"),
    )


def _backup(facts: Facts, limits: Limits) -> Backup:
    whole = limits.whole_database
    amount = facts.database_bytes if whole else facts.heap_bytes
    return Backup(
        id="backup",
        title="Back up the database" if whole else f"Back up table {facts.name}",
        whole_database=whole,
        table=None if whole else facts.name,
        why="pg_dump in custom format, with a checksum; read back by pg_restore before it counts.",
        lock="ACCESS SHARE",
        held=rates.NO_LOCK,
        duration=rates.time_for(amount, rates.DUMPED_BYTES_PER_SECOND, "dumped"),
    )


def _findings(found: tuple[Finding, ...], chosen: Strategy, facts: Facts) -> tuple[Finding, ...]:
    """An empty table cannot be blocked, and a strategy for a window blocks on purpose: their errors become warnings."""
    if not chosen.needs_window and not facts.is_empty:
        return found
    accepted = {"severity": Severity.WARNING}
    return tuple(f.model_copy(update=accepted) if f.severity is Severity.ERROR else f for f in found)


def _recommendation(ways: tuple[Strategy, ...], chosen: Strategy) -> str:
    reasons = "; ".join(reason[0].lower() + reason[1:] for reason in chosen.pros)
    best = next(way for way in ways if not way.obstacle)
    if chosen is best:
        return f"{chosen.title}: {reasons}."
    return f"You chose “{chosen.title}”; recommended was “{best.title}”."


def _rollback(steps: tuple[Step, ...]) -> tuple[RollbackPoint, ...]:
    points, undo, costs = [], (), "Nothing was changed yet; schema `whimbrel` may stay."
    undo_sql: tuple[str, ...] = undo
    for step in steps:
        if isinstance(step, Statements) and step.undo:
            undo_sql, costs = (*step.undo.sql, *undo_sql), step.undo.costs if not undo_sql else costs
        points.append(RollbackPoint(after=step.title, sql=undo_sql, costs=costs))
    return tuple(points)


def _overall(chosen: Strategy, environment: Environment) -> str:
    level = "MEDIUM" if chosen.needs_window else "LOW"
    why = (
        "it blocks the table while it runs"
        if chosen.needs_window
        else "no lock is held for long, every step can be undone"
    )
    return f"{level}: {why}; a backup is made first" + (
        " and production is treated as such." if environment == "production" else "."
    )


GIVE_WAY = "SET lock_timeout = '1s';"


def _files(change: AnyChange, steps: tuple[Step, ...]) -> Files:
    """Plain SQL; a backfill is written as one UPDATE with the advice to batch it."""
    up = [
        _comment(change.title),
        "-- One transaction per statement; SET lock_timeout first.",
        GIVE_WAY,
    ]
    for step in steps:
        match step:
            case Statements():
                sql = [statement + ";" for statement in step.sql]
                waiting = step.lock_timeout_ms is None
                up += ["", _comment(step.title), *(("SET lock_timeout = 0;", *sql, GIVE_WAY) if waiting else sql)]
            case Preflight() | Backup():
                continue
            case _:
                how = f"{step.title}: run in batches of {step.batch_rows:,} rows along {step.key.index}."
                up += ["", _comment(how), _comment(step.update_sql + ";")]
    undo = _rollback(steps)[-1].sql
    down = [_comment(f"Undo: {change.title}"), GIVE_WAY, *(sql + ";" for sql in undo)]
    return Files(
        name=f"{change.kind}_{change.table.name}_{change.column}", up="\n".join(up) + "\n", down="\n".join(down) + "\n"
    )


def _comment(text: str) -> str:
    """Write text as comment lines; a name, or an expression, may hold a line break."""
    return "\n".join(f"-- {line}" for line in text.splitlines())
