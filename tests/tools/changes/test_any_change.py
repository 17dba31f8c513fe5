"""Whatever the schema and the change: the plan's SQL runs, lints clean by our own rules, and undo restores all."""

import itertools
import os

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.tools.changes.random_changes import KINDS, answers
from tests.tools.changes.random_schemas import schemas
from tests.tools.changes.road import counts, down, failed_checks, picture, plan_for, understood, up, work_steps
from tests.tools.ground import Ground

EXAMPLES = int(os.environ.get("WHIMBREL_EXAMPLES", "5"))
"""For each kind of change."""

NUMBERS = itertools.count(1)


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_up_and_down(common_ground: Ground, kind: str, data: st.DataObject) -> None:
    place, name = common_ground, f"s{next(NUMBERS)}"
    schema = data.draw(schemas())
    drawn = data.draw(answers(kind, schema))
    said = {q: value.replace("{schema}", name) if isinstance(value, str) else value for q, value in drawn.items()}
    for sql in schema.sql(name):
        place.ask(sql)
    try:
        found = understood(place, (kind, said))
        event("refused in a sentence" if found.problems else "carried out")
        if found.problems:
            assert all(len(reason) > 10 for reason in found.problems.values())
            return
        plan = plan_for(place, (kind, said))
        assert plan.errors == ()
        before, rows = picture(place, plan.watched), counts(place, plan)
        work = place.work(plan, run=f"{name}-up")
        up(work, work_steps(plan))
        assert failed_checks(place, plan, rows) == []
        if all(point.possible for point in plan.rollback):
            down(work, work_steps(plan))
            assert picture(place, plan.watched) == before
    finally:
        place.ask(f"DROP SCHEMA {name} CASCADE")
        place.ask("DROP SCHEMA IF EXISTS whimbrel CASCADE")
