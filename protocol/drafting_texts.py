"""The plan's prose sections. Every sentence follows from a fact or an answer; numbers are Figures with their source."""

from protocol import rates
from protocol.changes import AnyChange
from protocol.discovery import Sheet
from protocol.facts import Environment, Facts, Figure
from protocol.plan import Communications, Impact, Point, Risk, Stage, Timeline
from protocol.steps import Backfill, Backup, Statements, Step
from protocol.strategy import Strategy


def impact(change: AnyChange, sheet: Sheet, facts: Facts, steps: tuple[Step, ...]) -> Impact:
    return Impact(
        breaking=_breaking(sheet, facts),
        performance=(
            ("Rows in the table", facts.rows),
            ("Table size", facts.heap_bytes),
            ("Index size", facts.index_bytes),
            ("Writes to the table", facts.activity.writes_per_second),
            ("Longest open transaction", facts.activity.longest_transaction),
            ("Time for the steps", _duration(steps)),
            ("Longest blocking lock", _longest_lock(steps)),
        ),
        compatibility=_compatibility(change, sheet, facts),
    )


def _breaking(sheet: Sheet, facts: Facts) -> tuple[Point, ...]:
    points = [
        Point(mark="holds", text="Nothing is removed or renamed; statements that name their columns go on working")
    ]
    points.append(
        Point(
            mark="warns",
            text="`SELECT *` returns one column more, and prepared statements with it fail once with "
            "“cached plan must not change result type”",
        )
    )
    if sheet.yes("both_schemas") is False:
        points.append(
            Point(mark="warns", text="You said the application cannot work with both schemas: deploy in step")
        )
    if sheet.yes("clients"):
        points.append(Point(mark="warns", text="You said clients of the API will break"))
    views = [d.name for d in facts.dependants if "view" in d.kind]
    if views:
        points.append(Point(mark="holds", text=f"Views do not show the new column by themselves: {', '.join(views)}"))
    return tuple(points)


def _compatibility(change: AnyChange, sheet: Sheet, facts: Facts) -> tuple[Point, ...]:
    inserts = "its INSERTs leave the column out and get " + _what_they_get(change)
    api = "The change shows in API responses" if sheet.yes("api") else "API responses stay as they are"
    new = "New code may run before the migration" if sheet.yes("old_schema") else "Deploy new code after verification"
    origin = sheet.get("old_schema")
    assumed = " (assumed)" if origin and origin.origin == "assumption" else ""
    others = [f"{d.kind} {d.name}" for d in facts.dependants if "view" not in d.kind]
    return (
        Point(mark="holds", text=f"Old code ignores the column; {inserts}"),
        Point(mark="holds", text=new + assumed),
        Point(mark="warns" if sheet.yes("api") else "holds", text=api),
        Point(mark="holds", text="Rollback: the column can be dropped at any point"),
        Point(
            mark="holds", text="Stands on this table: " + (", ".join(others) or "nothing else that the catalogue knows")
        ),
        Point(mark="unknown", text="Function bodies and application code were not searched"),
    )


def _what_they_get(change: AnyChange) -> str:
    if change.computed:
        return "the computed value from the trigger"
    return f"the default {change.default}" if change.default else "NULL"


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


def testing(change: AnyChange, facts: Facts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    column = change.column
    before = (
        "Run this plan on staging, with a similar number of rows, and read its report",
        "Run the application's tests against the migrated staging database, without and with the new code",
        "Roll it back on staging (`whimbrel rollback RUN`) and compare the schema",
        f"Note how long it takes there: here it is {facts.rows}",
    )
    after = (
        f"Verification asks the catalogue for column `{column}`, its type, default and NOT NULL",
        "Verification counts rows, and rows without their value: 0 is expected",
        "Look at the application's health page, error log and latency; Whimbrel does not see them",
        f"A query on `{column}` reads the whole table until it has an index",
    )
    return before, after


def risks(facts: Facts, steps: tuple[Step, ...]) -> tuple[Risk, ...]:
    longest = facts.activity.longest_transaction.value or 0
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
            mitigation="No existing column is written; a backup is made first",
        ),
        Risk(
            risk="The application trips over the column",
            likelihood="LOW",
            impact="HIGH",
            mitigation="Test old and new code on staging; the column can be dropped",
        ),
    ]
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
    reading = rates.time_for(facts.rows, rates.SCANNED_ROWS_PER_SECOND, "read by verification")
    stages = (
        *(Stage(name=step.title, duration=step.duration) for step in steps),
        Stage(name="Verification", duration=reading),
    )
    window = sheet.text("downtime") or "none"
    return Timeline(
        preparation=("Run it on staging", "Post the announcement", "Approve this plan"),
        stages=stages,
        total=rates.total([stage.duration for stage in stages], "the sum of the stages above"),
        when="at any time, better at low traffic" if window == "none" else f"in the window you named: {window}",
        who="the person who approves, step by step; someone who knows the application within reach",
    )


def communications(change: AnyChange, sheet: Sheet, facts: Facts, chosen: Strategy) -> Communications:
    why = sheet.text("purpose") or "not said"
    impact_line = "none expected" if chosen.downtime == "none" else f"the table is blocked for {chosen.downtime}"
    before = [
        "📢 Database migration scheduled",
        f"What: {change.title.lower()} in database {facts.target.database}",
        *(() if why == "not said" else (f"Why: {why}",)),
        f"When: {sheet.text('downtime') if sheet.text('downtime') not in (None, 'none') else '(say when)'}",
        f"Impact: {impact_line}",
        "Action required: none",
    ]
    after = [
        "✅ Database migration complete",
        f"Column {change.column} is available in {change.table}.",
        f"Existing rows have {_what_they_get(change)}."
        if (change.default or change.computed)
        else "Existing rows have NULL.",
    ]
    during = f"🔄 Database migration in progress: {change.title.lower()}. Status follows step by step."
    return Communications(before="\n".join(before), during=during, after="\n".join(after))


def _duration(steps: tuple[Step, ...]) -> Figure:
    work = [step.duration for step in steps if not isinstance(step, Backup)]
    return rates.total(work, "the sum of the steps, without the backup")


def _longest_lock(steps: tuple[Step, ...]) -> Figure:
    held = [step.held for step in steps if step.lock == "ACCESS EXCLUSIVE"]
    return max(held, key=lambda figure: float("inf") if figure.value is None else figure.value, default=rates.NO_LOCK)
