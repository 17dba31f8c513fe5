"""The plan as Markdown, section by section in the order of the protocol's template."""

from collections.abc import Iterable

from protocol.discovery import Origin
from protocol.plan import Plan
from protocol.steps import Backfill, Concurrently, Gate, Statements, Step
from protocol.strategy import Strategy

MARKS = {"holds": "✅", "warns": "⚠️", "unknown": "❔"}


def markdown(plan: Plan) -> str:
    """Render the whole plan; every number stands with its source."""
    sections = (
        _head(plan),
        _summary(plan),
        _discovery(plan),
        _impact(plan),
        _strategies(plan),
        _steps(plan),
        _rollback(plan),
        _testing(plan),
        _risks(plan),
        _timeline(plan),
        _communications(plan),
        _lint(plan),
    )
    return "\n\n---\n\n".join("\n".join(section) for section in sections) + "\n"


def _head(plan: Plan) -> Iterable[str]:
    target = plan.facts.target
    yield f"## Migration plan: {plan.title}"
    yield ""
    yield f"**Request:** {_inline(plan.request)}"
    yield f"**Database:** {target.database} on PostgreSQL {target.version} ({target.alias}), role {target.role}"
    yield f"**Environment:** {plan.environment.upper()}"
    yield from (f"**Data volume:** {table.name}: {table.rows}" for table in plan.facts.tables)
    yield f"**Digest:** `{plan.digest}`"


def _summary(plan: Plan) -> Iterable[str]:
    yield "### 📋 Change summary"
    yield ""
    yield from (f"- {label}: {value}" for label, value in plan.summary)
    yield f"- Why: {_inline(plan.why)}"


def _discovery(plan: Plan) -> Iterable[str]:
    yield "### 🔎 What this rests on"
    yield ""
    yield "| question | answer | from |"
    yield "|---|---|---|"
    for answer in plan.sheet.answers:
        value = (
            {True: "yes", False: "no"}.get(answer.value, answer.value)
            if isinstance(answer.value, bool)
            else answer.value
        )
        origin = f"{answer.origin}: {answer.detail}" if answer.detail else str(answer.origin)
        mark = "❔ " if answer.origin is Origin.ASSUMPTION else ""
        yield f"| {answer.question} | {_cell(value)} | {mark}{_cell(origin)} |"


def _impact(plan: Plan) -> Iterable[str]:
    yield "### ⚠️ Impact analysis"
    for title, points in (
        ("Breaking changes", plan.impact.breaking),
        ("Application compatibility", plan.impact.compatibility),
    ):
        yield from ("", f"**{title}:**")
        yield from (f"- {MARKS[point.mark]} {point.text}" for point in points)
    yield from ("", "**Performance:**")
    yield from (f"- {label}: {figure}" for label, figure in plan.impact.performance)


def _strategies(plan: Plan) -> Iterable[str]:
    yield "### 🎯 Strategy"
    for number, way in enumerate(plan.strategies, start=1):
        yield from ("", *_strategy(number, way, way.id in plan.chosen))
    yield from ("", f"**Recommendation:** {plan.recommendation}")


def _strategy(number: int, way: Strategy, chosen: bool) -> Iterable[str]:
    yield f"**Option {number}: {way.title}** (`{way.id}`, downtime: {way.downtime})" + (" ✅ CHOSEN" if chosen else "")
    if way.obstacle:
        yield f"Not possible here: {way.obstacle}."
    if way.sketch:
        yield from _code(way.sketch)
    yield from (f"- 👍 {reason}" for reason in way.pros)
    yield from (f"- 👎 {reason}" for reason in way.cons)


def _steps(plan: Plan) -> Iterable[str]:
    yield "### 📝 Detailed steps"
    yield from ("", "**Prerequisites:**")
    yield from (f"- {MARKS[point.mark]} {point.text}" for point in plan.prerequisites)
    for number, step in enumerate(plan.steps, start=1):
        yield from ("", *_step(number, step))
    yield from ("", "**Verification:**")
    yield from (
        f"- {check.title}" + (f": `{check.expected}` is expected" if check.expected else "") for check in plan.checks
    )
    if plan.counted:
        yield "- No row was lost: counted before and after"


def _step(number: int, step: Step) -> Iterable[str]:
    yield f"**Step {number}: {step.title}** (`{step.id}`)" + _mark(step)
    yield step.why
    if isinstance(step, Gate):
        yield f"- The run rests here, for as long as it takes, until this is true: {step.waits_for}"
        return
    yield f"- Lock: {step.lock}, held {step.held}"
    yield f"- Duration: {step.duration}"
    yield from (f"- {effect}" for effect in step.effects)
    match step:
        case Statements(sql=sql, lock_timeout_ms=limit):
            wait = (
                f"{limit} ms, then it gives way and tries again" if limit else "none, it holds nobody up while it waits"
            )
            yield f"- lock_timeout: {wait}"
            yield from _code(sql)
        case Concurrently(sql=statement):
            yield f"- lock_timeout: {_wait_outside(step)}"
            yield from _code((statement,))
        case Backfill():
            yield f"- Batches of {step.batch_rows:,} rows along `{step.key.index}`, {step.pause_ms} ms between them"
            yield from _code((step.update_sql,))
        case _:
            pass


def _wait_outside(step: Concurrently) -> str:
    if step.lock_timeout_ms:
        return f"{step.lock_timeout_ms} ms, then it gives way and tries again; it runs outside a transaction"
    return "none; it runs outside a transaction and holds nobody up while it waits"


def _mark(step: Step) -> str:
    if step.is_no_return:
        return " — ⛔ point of no return"
    return " — ⚠️ taking it back has its price" if step.final else ""


def _rollback(plan: Plan) -> Iterable[str]:
    yield "### 🔄 Rollback plan"
    for point in plan.rollback:
        yield from ("", f"**If it fails after “{point.after}”:** {point.costs}")
        if point.sql:
            yield from _code(point.sql)
    yield from (
        "",
        "**If data is damaged (last resort):** this puts what was dumped back to the time of the backup.",
    )
    yield from ("```bash", plan.restore, "```")
    yield "**Application:** go back to its previous version, as long as the point of no return was not passed."


def _testing(plan: Plan) -> Iterable[str]:
    yield "### 🧪 Testing plan"
    for title, lines in (("Before, on staging", plan.testing_before), ("Afterwards", plan.testing_after)):
        yield from ("", f"**{title}:**")
        yield from (f"{number}. {line}" for number, line in enumerate(lines, start=1))


def _risks(plan: Plan) -> Iterable[str]:
    yield "### 📊 Risk assessment"
    yield ""
    yield "| risk | likelihood | impact | mitigation |"
    yield "|---|---|---|---|"
    yield from (f"| {r.risk} | {r.likelihood} | {r.impact} | {r.mitigation} |" for r in plan.risks)
    yield from ("", f"**Overall risk:** {plan.overall_risk}")


def _timeline(plan: Plan) -> Iterable[str]:
    yield "### ⏰ Timeline"
    yield ""
    yield f"**Preparation:** {'; '.join(plan.timeline.preparation)}"
    yield from (f"- {stage.name}: {stage.duration}" for stage in plan.timeline.stages)
    yield f"- **Total:** {plan.timeline.total}"
    yield from (f"- When: {plan.timeline.when}", f"- Who: {plan.timeline.who}")


def _communications(plan: Plan) -> Iterable[str]:
    yield "### 📢 Communication"
    said = plan.communications
    for title, text in (("Before", said.before), ("During", said.during), ("After", said.after)):
        yield from ("", f"**{title}:**", "```", text, "```")


def _lint(plan: Plan) -> Iterable[str]:
    yield "### 🧹 Lint"
    yield ""
    if not plan.findings:
        yield "No finding."
    yield from (f"- **{f.severity}** {f.rule}: {f.message.rstrip('.')}. {_inline(f.recipe)}" for f in plan.findings)


def _code(lines: Iterable[str]) -> Iterable[str]:
    yield from ("```sql", *(line + ";" for line in lines), "```")


def _inline(text: object) -> str:
    return " ".join(str(text).split())


def _cell(text: object) -> str:
    return _inline(text).replace("|", "\\|")
