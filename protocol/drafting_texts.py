"""The plan's prose sections. Every sentence follows from a fact or an answer; numbers are Figures with their source."""

from collections.abc import Iterable, Sequence

from protocol import rates
from protocol.changes import Change
from protocol.discovery import Sheet
from protocol.drafting_surroundings import code_points, standing_points
from protocol.facts import Environment, Facts, Figure, TableFacts
from protocol.findings import Point, holds, warns
from protocol.plan import Communications, Impact, Risk, Stage, Timeline
from protocol.references import References
from protocol.steps import Backfill, Backup, Gate, Statements, Step
from protocol.strategy import Strategy
from protocol.wish import Wish


def impact(
    wishes: Sequence[Wish],
    sheet: Sheet,
    facts: Facts,
    steps: tuple[Step, ...],
    references: Sequence[References] | None,
) -> Impact:
    return Impact(
        breaking=(
            *(point for wish in wishes for point in wish.change.impact(wish.situation)),
            *_said_to_break(sheet),
        ),
        performance=(
            *(line for table in facts.tables for line in _size(table, alone=len(facts.tables) == 1)),
            ("Longest open transaction", facts.activity.longest_transaction),
            ("Time for the steps", _duration(steps)),
            ("Longest blocking lock", _longest_lock(steps)),
        ),
        compatibility=_compatibility(wishes, sheet, facts, references),
    )


def _size(table: TableFacts, *, alone: bool) -> Iterable[tuple[str, Figure]]:
    of = "" if alone else f" of {table.name}"
    yield f"Rows in the table{of}", table.rows
    yield f"Table size{of}", table.heap_bytes
    yield f"Index size{of}", table.index_bytes
    yield f"Writes to the table{of}", table.writes_per_second


def _said_to_break(sheet: Sheet) -> Iterable[Point]:
    if sheet.yes("both_schemas") is False:
        yield warns("You said the application cannot work with both schemas: deploy in step")
    if sheet.yes("clients"):
        yield warns("You said clients of the API will break")


def _compatibility(
    wishes: Sequence[Wish], sheet: Sheet, facts: Facts, references: Sequence[References] | None
) -> tuple[Point, ...]:
    api = "The change shows in API responses" if sheet.yes("api") else "API responses stay as they are"
    new = "New code may run before the migration" if sheet.yes("old_schema") else "Deploy new code after verification"
    origin = sheet.get("old_schema")
    assumed = " (assumed)" if origin and origin.origin == "assumption" else ""
    return (
        *(point for wish in wishes for point in wish.change.compatibility(wish.situation)),
        holds(new + assumed),
        Point(mark="warns" if sheet.yes("api") else "holds", text=api),
        *standing_points(wishes, facts),
        *code_points(references is not None, references or ()),
    )


def prerequisites(sheet: Sheet, facts: Facts, environment: Environment) -> tuple[Point, ...]:
    condition = sheet.text("validation") or "none"
    return (
        Point(mark="holds", text="Backup: a step of this plan makes it, before anything is touched"),
        Point(
            mark="holds",
            text="Rights: " + ("; ".join(facts.rights.obstacles) or f"role {facts.target.role} may do this"),
        ),
        Point(mark="unknown", text="Rehearsed on staging: Whimbrel cannot rehearse yet; run this plan on staging first")
        if environment == "production"
        else Point(mark="holds", text=f"This is {environment}"),
        Point(mark="unknown", text="Team notified: the text to post is in this plan"),
        *(() if condition == "none" else (Point(mark="unknown", text=f"You want to be sure first: {condition}"),)),
    )


def testing(wishes: Sequence[Wish], facts: Facts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    before = (
        "Run this plan on staging, with a similar number of rows, and read its report",
        "Run the application's tests against the migrated staging database, without and with the new code",
        "Roll it back on staging (`whimbrel rollback RUN`) and compare the schema",
        *(f"Note how long it takes there: here {table.name} has {table.rows}" for table in facts.tables),
    )
    after = (
        *(
            f"Verification asks: {check.title.lower()}"
            for wish in wishes
            for check in wish.change.checks(wish.situation)
            if check.expected is not None
        ),
        "Look at the application's health page, error log and latency; Whimbrel does not see them",
    )
    return before, after


def risks(facts: Facts, steps: tuple[Step, ...]) -> tuple[Risk, ...]:
    longest = facts.activity.longest_transaction.value or 0
    final = next((step for step in steps if step.final), None)
    backfill = any(isinstance(step, Backfill) for step in steps)
    blocking = [step for step in steps if isinstance(step, Statements) and (step.held.value or 0) > 1]
    found = [
        Risk(
            risk="A step has to wait for its lock",
            likelihood="HIGH" if longest > 60 else "MEDIUM" if longest > 1 else "LOW",
            impact="LOW",
            mitigation="It gives way after its lock_timeout, says who blocks, and tries again",
        ),
        Risk(
            risk="A step fails",
            likelihood="LOW",
            impact="MEDIUM",
            mitigation="Each step is one transaction; what was done before has its undo in this plan",
        ),
        Risk(
            risk="Data is damaged",
            likelihood="LOW",
            impact="CRITICAL",
            mitigation="A backup is made first; rows are counted before and after",
        ),
        Risk(
            risk="The application trips over the change",
            likelihood="LOW",
            impact="HIGH",
            mitigation="Test old and new code on staging; each step before the point of no return can be undone",
        ),
    ]
    if final is not None:
        found.append(
            Risk(
                risk=f"“{final.title}” cannot simply be undone",
                likelihood="LOW",
                impact="HIGH",
                mitigation=final.undo.costs if final.undo else "The backup; look twice before confirming it",
            )
        )
    if backfill:
        found.append(
            Risk(
                risk="Writing every row once costs disk, WAL and replica lag",
                likelihood="MEDIUM",
                impact="MEDIUM",
                mitigation="Small batches with pauses; it can be paused at any time; VACUUM afterwards",
            )
        )
    if blocking:
        found.append(
            Risk(
                risk="The table is blocked while a step runs",
                likelihood="HIGH",
                impact="HIGH",
                mitigation=f"Only in the maintenance window: {blocking[0].held}",
            )
        )
    return tuple(found)


def timeline(sheet: Sheet, facts: Facts, steps: tuple[Step, ...]) -> Timeline:
    reading = rates.total(
        [rates.time_for(table.rows, rates.SCANNED_ROWS_PER_SECOND, "read") for table in facts.tables],
        "reading every row of the tables once",
    )
    stages = (
        *(Stage(name=step.title, duration=_stage(step)) for step in steps),
        Stage(name="Verification", duration=reading),
    )
    gates = any(isinstance(step, Gate) for step in steps)
    work = [stage.duration for stage, step in zip(stages, (*steps, None), strict=True) if not isinstance(step, Gate)]
    window = sheet.text("downtime") or "none"
    return Timeline(
        preparation=("Run it on staging", "Post the announcement", "Approve this plan"),
        stages=stages,
        total=rates.total(work, "the sum of the stages above" + (", without the gates" if gates else "")),
        when="at any time, better at low traffic" if window == "none" else f"in the window you named: {window}",
        who="the person who approves, step by step; someone who knows the application within reach",
    )


def communications(
    changes: Sequence[Change], title: str, sheet: Sheet, facts: Facts, chosen: Sequence[Strategy]
) -> Communications:
    why = sheet.text("purpose") or "not said"
    blocked = [way.downtime for way in chosen if way.downtime != "none"]
    gates = [step.waits_for for way in chosen for step in way.steps if isinstance(step, Gate)]
    before = [
        "📢 Database migration scheduled",
        f"What: {title.lower()} in database {facts.target.database}",
        *(() if why == "not said" else (f"Why: {why}",)),
        f"When: {sheet.text('downtime') if sheet.text('downtime') not in (None, 'none') else '(say when)'}",
        f"Impact: {'none expected' if not blocked else f'the table is blocked for {blocked[0]}'}",
        *(f"Action required: {gate}" for gate in gates),
        *(() if gates else ("Action required: none",)),
    ]
    after = ["✅ Database migration complete", *(change.outcome for change in changes)]
    during = f"🔄 Database migration in progress: {title.lower()}. Status follows step by step."
    return Communications(before="\n".join(before), during=during, after="\n".join(after))


def _stage(step: Step) -> Figure:
    return Figure.unknown("a deploy gate: as long as the deploy takes") if isinstance(step, Gate) else step.duration


def _duration(steps: tuple[Step, ...]) -> Figure:
    work = [step.duration for step in steps if not isinstance(step, Backup | Gate)]
    return rates.total(work, "the sum of the steps, without the backup")


def _longest_lock(steps: tuple[Step, ...]) -> Figure:
    held = [step.held for step in steps if step.lock == "ACCESS EXCLUSIVE"]
    return max(held, key=lambda figure: float("inf") if figure.value is None else figure.value, default=rates.NO_LOCK)
