"""The sections of a plan, each drawn from its values."""

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from agent.chat.phase_sign import environment_sign
from agent.chat.prose import prose
from agent.chat.sql_card import plain_sql, sql_card
from agent.chat.step_card import figure_text
from agent.chat.visible import visible
from protocol.findings import Point, Severity
from protocol.plan import Plan, Risk, RollbackPoint
from protocol.plan_sql import down_sql, up_sql

POINTS = {"holds": ("✓", "green"), "warns": ("!", "bold yellow"), "unknown": ("?", "cyan")}

FINDINGS = {
    Severity.ERROR: ("✗ error", "bold red"),
    Severity.WARNING: ("! warning", "yellow"),
    Severity.ADVICE: ("· advice", "dim"),
}

LEVELS = {"LOW": "green", "MEDIUM": "yellow", "HIGH": "bold red", "CRITICAL": "bold white on #b3001b"}


def overview(plan: Plan) -> RenderableType:
    """Draw what is asked for, why it is done this way, and what it touches."""
    sign = environment_sign(plan.environment)
    facts = [
        ("Asked", prose(plan.request)),
        ("On", Text.assemble((f" {sign} ", sign.style), f" {visible(plan.facts.target.database)}")),
        *((label, prose(value)) for label, value in plan.summary),
        ("Way", Text(visible(_chosen_title(plan)), "bold")),
        ("Risk", prose(plan.overall_risk)),
        ("Takes", figure_text(plan.timeline.total)),
        ("Digest", Text(plan.digest[:12], "dim")),
    ]
    return Group(
        labelled(facts),
        *_headed("Why this way", prose(plan.why), prose(plan.recommendation, "dim")),
        *_headed("Before it can start", points(plan.prerequisites)),
        *_headed("What can break", points(plan.impact.breaking)),
        *_headed("While it runs", labelled((label, figure_text(figure)) for label, figure in plan.impact.performance)),
        *_headed("Old and new application", points(plan.impact.compatibility)),
        *_headed("Findings of the linter", findings(plan)),
    )


def risks(plan: Plan) -> RenderableType:
    """Draw what may go wrong, and the way back after each step."""
    return Group(
        *_headed("Risks", *(_risk(risk) for risk in plan.risks), first=True),
        *_headed("Rollback", *(part for point in plan.rollback for part in _rollback(point))),
        *_headed("When nothing else helps", prose(plan.restore)),
    )


def tests(plan: Plan) -> RenderableType:
    """Draw what is tried before and after, and what verification asks."""
    checks = Group(*(part for check in plan.checks for part in (_check_title(check.title, check.expected),)))
    return Group(
        *_headed("Before", _bullets(plan.testing_before), first=True),
        *_headed("After", _bullets(plan.testing_after)),
        *_headed("Verification asks the database", checks),
    )


def timeline(plan: Plan) -> RenderableType:
    """Draw how long what takes, when, and by whom."""
    line = plan.timeline
    stages = labelled((stage.name, figure_text(stage.duration)) for stage in line.stages)
    total = labelled([("Total", figure_text(line.total)), ("When", prose(line.when)), ("Who", prose(line.who))])
    return Group(
        *_headed("Preparation", _bullets(line.preparation), first=True), *_headed("Stages", stages), Text(), total
    )


def messages(plan: Plan) -> RenderableType:
    """Draw the announcements, ready to post."""
    said = plan.communications
    return Group(
        *_headed("Before", prose(said.before), first=True),
        *_headed("During", prose(said.during)),
        *_headed("After", prose(said.after)),
    )


def files(plan: Plan) -> RenderableType:
    """Draw the migration as the files it is kept in."""
    name = visible(plan.file_name)
    return Group(
        *_headed(f"{name}, up", plain_sql(up_sql(plan)), first=True),
        *_headed(f"{name}, down", plain_sql(down_sql(plan))),
    )


def labelled(pairs: Iterable[tuple[str, RenderableType]]) -> Table:
    """Draw labels and values in two columns; long values wrap in their own."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", max_width=24)
    grid.add_column(ratio=1)
    for label, value in pairs:
        grid.add_row(visible(label), value)
    return grid


def points(these: tuple[Point, ...]) -> RenderableType:
    if not these:
        return Text("Nothing.", "dim")
    return _marked((*POINTS[point.mark], point.text) for point in these)


def findings(plan: Plan) -> RenderableType:
    if not plan.findings:
        return Text("✓ None.", "green")
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1)
    for finding in plan.findings:
        said, style = FINDINGS[finding.severity]
        text = f"{finding.rule}: {finding.message} {finding.recipe}"
        grid.add_row(Text(said, style), prose(text))
    return grid


def _marked(rows: Iterable[tuple[str, str, str]]) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(ratio=1)
    for mark, style, text in rows:
        grid.add_row(Text(mark, style), prose(text))
    return grid


def _bullets(texts: tuple[str, ...]) -> RenderableType:
    return _marked(("·", "dim", text) for text in texts) if texts else Text("Nothing.", "dim")


def _headed(heading: str, *parts: RenderableType, first: bool = False) -> tuple[RenderableType, ...]:
    return (Text(("" if first else "\n") + heading, "bold underline"), *parts)


def _risk(risk: Risk) -> RenderableType:
    line = Text.assemble((visible(risk.risk), "bold"), "  likely ", (risk.likelihood, LEVELS[risk.likelihood]))
    line.append("  impact ").append(risk.impact, LEVELS[risk.impact])
    return Group(line, prose(f"  {risk.mitigation}", "dim"))


def _rollback(point: RollbackPoint) -> tuple[RenderableType, ...]:
    after = Text(f"After: {visible(point.after)}", "bold")
    sql = (sql_card(*point.sql),) if point.sql else (Text("Nothing to undo.", "dim"),)
    return (after, *sql, prose(f"Costs: {point.costs}", "dim"))


def _check_title(title: str, expected: str | None) -> Text:
    wanted = f"expects {visible(expected)}" if expected is not None else "only informs"
    return Text.assemble("· ", visible(title), (f"  {wanted}", "dim"))


def _chosen_title(plan: Plan) -> str:
    return "; ".join(way.title for way in plan.chosen_ways)
