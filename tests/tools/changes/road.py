"""The whole road of a change on a real server: plan, up, verify, down, up again, and back from every point between."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from protocol.changes import kinds
from protocol.discovery import Answer, Origin, Scalar, Sheet, numbered
from protocol.drafting import draft
from protocol.limits import Limits
from protocol.names import TableName, quoted
from protocol.plan import Plan
from protocol.questions import COMMON, questions_of
from protocol.steps import Backup, Preflight, Step
from tests.tools.ground import Ground
from tools.introspect.read import read_snapshot
from tools.lint.lint import lint_transactions
from tools.running import run_step, undo_step
from tools.understand import Understanding, understand
from tools.verify import Before, run_checks
from tools.work import Work

Wanted = tuple[str, Mapping[str, Scalar]]
"""A kind of change and the answers to its own questions."""

GIVEN: Mapping[str, Scalar] = {"environment": "development", "downtime": "none", "lock_limit": 500}


@dataclass(frozen=True)
class Picture:
    """Structure and rows of everything that a plan watches."""

    shapes: tuple[tuple[str, str | None], ...]
    enums: tuple[tuple[str, tuple[str, ...]], ...]
    rows: tuple[tuple[str, str], ...]


def understood(ground: Ground, *wanted: Wanted, given: Mapping[str, Scalar] | None = None) -> Understanding:
    """What the tools make of these answers, as discovery does."""
    with ground.reading() as connection:
        return understand(connection, "test", [kind for kind, _ in wanted], sheet_of(*wanted, given=given))


def sheet_of(*wanted: Wanted, given: Mapping[str, Scalar] | None = None) -> Sheet:
    """Every answer, parsed by its question; the safe ones are assumed."""
    questions = {q.id: q for q in questions_of(tuple(kinds()[kind].questions() for kind, _ in wanted))}
    said = {**GIVEN, **(given or {})}
    for number, (_, answers) in enumerate(wanted, start=1):
        said |= {numbered(name, number): value for name, value in answers.items()}
    unknown = said.keys() - questions.keys()
    assert not unknown, f"no such question: {unknown}"
    sheet = Sheet(
        answers=tuple(
            Answer(question=name, value=questions[name].parse(value), origin=Origin.PERSON)
            for name, value in said.items()
        )
    )
    for answer in sheet.assumed(tuple(q for q in questions.values() if q not in COMMON or q.safe is not None)):
        sheet = sheet.with_answer(answer)
    return sheet


def plan_for(
    ground: Ground,
    *wanted: Wanted,
    given: Mapping[str, Scalar] | None = None,
    strategies: Sequence[str] = (),
    limits: Limits | None = None,
) -> Plan:
    """Draft the plan that the tools would draft, our own linter included; no problem may be left."""
    found = understood(ground, *wanted, given=given)
    assert found.problems == {}
    assert len(found.wishes) == len(wanted), "an answer is missing"
    values = {v.expression: v.volatility for wish in found.wishes for v in wish.situation.values if v.expression}
    return draft(
        plan_id="plan-1",
        words="as asked",
        wishes=found.wishes,
        sheet=sheet_of(*wanted, given=given),
        facts=found.facts,
        lint=lambda steps: lint_transactions(steps, major=found.facts.target.major, volatility=values.get),
        limits=limits or Limits(pause_ms=0, batch_rows=100),
        strategies=strategies,
    )


def work_steps(plan: Plan) -> list[Step]:
    """The steps that change something, without pre-flight and backup."""
    return [step for step in plan.steps if not isinstance(step, Preflight | Backup)]


def up(work: Work, steps: Iterable[Step]) -> None:
    for step in steps:
        assert not run_step(work, step).paused


def down(work: Work, steps: Sequence[Step]) -> None:
    for step in reversed(steps):
        undo_step(work, step)


def failed_checks(ground: Ground, plan: Plan, before: Mapping[str, int]) -> list[str]:
    """The checks that verification would fail on, in words."""
    results = run_checks(ground.database, plan, Before(rows=before, deleted=None), patience_s=0.0)
    return [f"{result.title}: {result.observed}" for result in results if result.passed is False]


def picture(ground: Ground, watched: Sequence[TableName]) -> Picture:
    """Order of columns left out: one that was dropped comes back as the last."""
    with ground.reading() as connection:
        snapshot = read_snapshot(connection, watched)
    return Picture(
        shapes=tuple((str(name), table.shape if table else None) for name, table in snapshot.tables),
        enums=tuple((str(enum.name), enum.labels) for enum in snapshot.enums),
        rows=tuple(
            (str(name), _rows(ground, name, [column.name for column in table.columns]))
            for name, table in snapshot.tables
            if table is not None
        ),
    )


def _rows(ground: Ground, name: TableName, columns: list[str]) -> str:
    row = ", ".join(quoted(column) for column in sorted(columns))
    every = f"SELECT ROW({row})::text AS r FROM {name.sql}"
    sql = f"SELECT coalesce(string_agg(r, E'\\n' ORDER BY r), '') FROM ({every}) AS every"
    return hashlib.sha256(str(ground.value(sql)).encode()).hexdigest()


def counts(ground: Ground, plan: Plan) -> dict[str, int]:
    return {str(name): int(ground.value(f"SELECT count(*) FROM {name.sql}")) for name in plan.facts.names}


def there_and_back(ground: Ground, make_plan: Callable[[], Plan]) -> Plan:
    """Up, verify, down, compare; then up again and verify. Return the first plan."""
    plan = make_plan()
    assert plan.errors == (), [finding.message for finding in plan.errors]
    before, rows = picture(ground, plan.watched), counts(ground, plan)
    first = ground.work(plan, run="run-1")
    up(first, work_steps(plan))
    assert failed_checks(ground, plan, rows) == []
    assert picture(ground, plan.watched) != before, "the change changed nothing"
    down(first, work_steps(plan))
    assert picture(ground, plan.watched) == before
    again = make_plan()
    up(ground.work(again, run="run-2"), work_steps(again))
    assert failed_checks(ground, again, rows) == []
    return plan


def back_from_everywhere(ground: Ground, make_plan: Callable[[], Plan]) -> None:
    """Stop after each step and go back: schema and rows as before."""
    plan = make_plan()
    steps = work_steps(plan)
    before = picture(ground, plan.watched)
    for done in range(1, len(steps) + 1):
        plan = make_plan()
        work = ground.work(plan, run=f"run-back-{done}")
        up(work, work_steps(plan)[:done])
        down(work, work_steps(plan)[:done])
        assert picture(ground, plan.watched) == before, f"after {steps[done - 1].id}"
