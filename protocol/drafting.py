"""Write the plan: every section of the protocol's template, from the changes, the answers and the facts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from protocol import rates
from protocol.around import Around
from protocol.changes import Change
from protocol.discovery import Sheet, numbered
from protocol.drafting_texts import communications, impact, prerequisites, risks, testing, timeline
from protocol.errors import Refused
from protocol.facts import Facts
from protocol.figure import Figure
from protocol.findings import Finding, Severity
from protocol.limits import Limits
from protocol.names import TableName
from protocol.plan import Plan, RollbackPoint
from protocol.steps import Backfill, Backup, Check, Concurrently, Preflight, Statements, Step, named_for, sql_of
from protocol.strategy import Strategy
from protocol.target import Environment
from protocol.wish import Wish

Linter = Callable[[Sequence[Sequence[str]]], tuple[Finding, ...]]
"""Judges steps: each entry is the SQL of one step."""

Weigher = Callable[[Sequence[Step]], Mapping[str, tuple[str, ...]]]
"""Tells, by the ids of steps, what each locks and does, in words."""


def unweighed(_: Sequence[Step]) -> Mapping[str, tuple[str, ...]]:
    return {}


@dataclass(frozen=True)
class Way:
    """A change of the request with its strategies and the one that is taken; `number` counts from 1."""

    number: int
    wish: Wish
    strategies: tuple[Strategy, ...]
    chosen: Strategy

    @property
    def accepts_findings(self) -> bool:
        """An empty table cannot be blocked, and some strategies block or carry unread SQL on purpose."""
        known = [self.wish.situation.facts.find(name) for name in self.wish.change.subjects]
        empty = bool(known) and all(facts is not None and facts.is_empty for facts in known)
        return self.chosen.needs_window or self.chosen.opaque or empty


def draft(
    *,
    plan_id: str,
    words: str,
    wishes: Sequence[Wish],
    sheet: Sheet,
    facts: Facts,
    lint: Linter,
    limits: Limits,
    strategies: Sequence[str] = (),
    weigh: Weigher = unweighed,
    around: Around = Around(),  # noqa: B008 - a frozen value
) -> Plan:
    """Build the plan with the recommended strategies, or those named; raise Refused when none can be taken.

    `around` is what was found in code, in live statements, and on the server.
    """
    ways = tuple(_way(number, wish, strategies) for number, wish in enumerate(wishes, start=1))
    gentle = tuple(_within(step, limits) for way in ways for step in way.chosen.steps)
    effects = weigh(gentle)
    work = tuple(step.model_copy(update={"effects": effects.get(step.id, ())}) for step in gentle)
    steps = (_preflight(facts), _backup(facts, limits), *work)
    environment = environment_of(sheet)
    changes = tuple(wish.change for wish in wishes)
    title = "; ".join(change.title for change in changes)
    before, after = testing(wishes, facts)
    return Plan(
        id=plan_id,
        title=title,
        request=words,
        environment=environment,
        changes=changes,
        sheet=sheet,
        facts=facts,
        counted=_counted(changes, facts),
        summary=tuple(line for change in changes for line in change.summary),
        why=sheet.text("purpose") or "not said",
        impact=impact(wishes, sheet, facts, steps, around),
        strategies=tuple(strategy for way in ways for strategy in way.strategies),
        chosen=tuple(way.chosen.id for way in ways),
        recommendation=" ".join(_recommendation(way) for way in ways),
        prerequisites=prerequisites(sheet, facts, environment, around),
        steps=steps,
        checks=_checks(wishes),
        rollback=_rollback(steps),
        restore=f"pg_restore --clean --if-exists --dbname={facts.target.database} BACKUP.dump",
        testing_before=before,
        testing_after=after,
        risks=risks(facts, steps),
        overall_risk=_overall(ways, steps, environment),
        timeline=timeline(sheet, facts, steps),
        communications=communications(changes, title, sheet, facts, [way.chosen for way in ways]),
        findings=_findings(lint(_transactions(steps)), ways),
    )


def environment_of(sheet: Sheet) -> Environment:
    """What is not known to be something else counts as production."""
    match sheet.text("environment"):
        case "development":
            return "development"
        case "staging":
            return "staging"
        case _:
            return "production"


# --- strategies ----------------------------------------------------------------------------------------------------


def _way(number: int, wish: Wish, wanted: Sequence[str]) -> Way:
    found = tuple(_numbered(way, number) for way in wish.change.strategies(wish.situation))
    mine = [name for name in wanted if (name.rpartition("_")[2] == str(number)) or name in {way.id for way in found}]
    return Way(number, wish, found, choose(found, mine[-1] if mine else None))


def _numbered(way: Strategy, number: int) -> Strategy:
    steps = tuple(named_for(step, number) for step in way.steps)
    return way.model_copy(update={"id": numbered(way.id, number), "steps": steps})


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


def _recommendation(way: Way) -> str:
    chosen = way.chosen
    reasons = "; ".join(reason[0].lower() + reason[1:] for reason in chosen.pros)
    best = next(strategy for strategy in way.strategies if not strategy.obstacle)
    if chosen is best:
        return f"{chosen.title}: {reasons}."
    return f"You chose “{chosen.title}”; recommended was “{best.title}”."


# --- steps ---------------------------------------------------------------------------------------------------------


def _within(step: Step, limits: Limits) -> Step:
    """The step, and what undoes it, as gentle as the settings ask."""
    undo = step.undo and step.undo.model_copy(
        update={"steps": tuple(_within(part, limits) for part in step.undo.steps)}
    )
    match step:
        case Statements():
            return step.model_copy(update={"attempts": limits.attempts, "undo": undo})
        case Backfill():
            return step.model_copy(update={**limits.model_dump(exclude={"whole_database"}), "undo": undo})
        case Concurrently():
            return step.model_copy(update={"undo": undo})
        case _:
            return step


def _preflight(facts: Facts) -> Preflight:
    return Preflight(
        id="preflight",
        title="Look before anything is touched",
        why="Checks rights, drift and blockers, counts the rows, and creates schema `whimbrel` for the checkpoints.",
        lock="ACCESS SHARE",
        held=rates.NO_LOCK,
        duration=rates.total(
            [rates.time_for(table.rows, rates.SCANNED_ROWS_PER_SECOND, "counted") for table in facts.tables],
            "counting every row of the tables",
        ),
    )


def _backup(facts: Facts, limits: Limits) -> Backup:
    whole = limits.whole_database or not facts.tables
    amount = facts.database_bytes if whole else _sum_of_heaps(facts)
    return Backup(
        id="backup",
        title="Back up the database" if whole else "Back up table " + ", ".join(str(name) for name in facts.names),
        whole_database=whole,
        tables=() if whole else facts.names,
        why="pg_dump in custom format, with a checksum; read back by pg_restore before it counts.",
        lock="ACCESS SHARE",
        held=rates.NO_LOCK,
        duration=rates.time_for(amount, rates.DUMPED_BYTES_PER_SECOND, "dumped"),
    )


def _sum_of_heaps(facts: Facts) -> Figure:
    heaps = [table.heap_bytes for table in facts.tables]
    if len(heaps) == 1:
        return heaps[0]
    known = sum(heap.value or 0 for heap in heaps)
    return Figure(value=known, unit="bytes", source="measured", how="pg_table_size of the tables")


def _rollback(steps: tuple[Step, ...]) -> tuple[RollbackPoint, ...]:
    points: list[RollbackPoint] = []
    sql: tuple[str, ...] = ()
    costs: list[str] = []
    possible = True
    for step in steps:
        if step.undo:
            sql = (*step.undo.sql, *sql)
            costs = list(dict.fromkeys([step.undo.costs, *costs]))
        possible = possible and not step.is_no_return
        said = " ".join(cost for cost in costs if cost != "Nothing.") or ("Nothing." if costs else NOTHING_YET)
        points.append(
            RollbackPoint(after=step.title, sql=sql, costs=said if possible else NO_RETURN, possible=possible)
        )
    return tuple(points)


NOTHING_YET = "Nothing was changed yet; schema `whimbrel` may stay."
NO_RETURN = "This is behind the point of no return: what was done there stays, or comes back from the backup only."


# --- what is looked at ---------------------------------------------------------------------------------------------


def _checks(wishes: Sequence[Wish]) -> tuple[Check, ...]:
    return tuple(
        check.model_copy(update={"id": numbered(check.id, number)})
        for number, wish in enumerate(wishes, start=1)
        for check in wish.change.checks(wish.situation)
    )


def _counted(changes: Sequence[Change], facts: Facts) -> tuple[tuple[TableName, TableName], ...]:
    """Follow each table that is there before through every rename of the request."""
    now = {name: name for name in facts.names}
    for change in changes:
        moves = dict(change.counted())
        touched = set(change.subjects)
        now = {first: moves.get(last, last) for first, last in now.items() if last not in touched or last in moves}
    return tuple(now.items())


def _together(step: Step) -> tuple[tuple[str, ...], ...]:
    """The statements of a step as they run: of one outside a transaction each alone."""
    sql = sql_of(step)
    if isinstance(step, Concurrently):
        return tuple((statement,) for statement in sql)
    return (sql,) if sql else ()


def _findings(found: tuple[Finding, ...], ways: Sequence[Way]) -> tuple[Finding, ...]:
    accepted = {sql for way in ways if way.accepts_findings for step in way.chosen.steps for sql in sql_of(step)}
    return tuple(
        one.model_copy(update={"severity": Severity.WARNING})
        if one.severity is Severity.ERROR and any(one.statement in sql for sql in accepted)
        else one
        for one in found
    )


def _transactions(steps: Sequence[Step]) -> list[tuple[str, ...]]:
    """What runs together: all of a step, but each statement of one outside a transaction alone."""
    groups = ([(sql,) for sql in sql_of(s)] if isinstance(s, Concurrently) else [sql_of(s)] for s in steps)
    return [group for together in groups for group in together if group]


def _overall(ways: Sequence[Way], steps: Sequence[Step], environment: Environment) -> str:
    window = any(way.chosen.needs_window for way in ways)
    opaque = any(way.chosen.opaque for way in ways)
    final = any(step.final for step in steps)
    level = "HIGH" if opaque else "MEDIUM" if window or final else "LOW"
    why = (
        "nothing can be claimed of the SQL that was pasted"
        if opaque
        else "it blocks the table while it runs"
        if window
        else "no lock is held for long, every step can be undone up to the point of no return"
        if final
        else "no lock is held for long, every step can be undone"
    )
    return f"{level}: {why}; a backup is made first" + (
        " and production is treated as such." if environment == "production" else "."
    )
