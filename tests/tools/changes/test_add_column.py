"""Add a column, every way, there and back."""

import pytest

from protocol.discovery import Scalar
from tests.tools.changes.road import back_from_everywhere, plan_for, there_and_back
from tests.tools.ground import Ground

SHOP = """
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
INSERT INTO users SELECT g, 'U' || g || '@example.com' FROM generate_series(1, 250) AS g;
"""

BASE: dict[str, Scalar] = {
    "table": "users",
    "column": "role",
    "type": "varchar(50)",
    "nullable": False,
    "computed": "none",
}

CASES: dict[str, tuple[dict[str, Scalar], str, int]] = {
    "one statement": (BASE | {"default": "'user'"}, "one_statement", 13),
    "batched constant": (BASE | {"default": "'user'"}, "batched", 13),
    "volatile": (BASE | {"type": "uuid", "default": "gen_random_uuid()"}, "batched", 13),
    "computed": (BASE | {"default": "none", "computed": "lower(email)", "nullable": True}, "batched", 13),
    "virtual": (BASE | {"default": "none", "computed": "lower(email)", "nullable": True}, "virtual_column", 18),
}


@pytest.mark.parametrize("case", CASES)
def test_there_and_back(any_ground: Ground, case: str) -> None:
    answers, strategy, oldest = CASES[case]
    any_ground.ask(SHOP)
    if any_ground.facts("users").target.major < oldest:
        pytest.skip(f"{strategy} needs PostgreSQL {oldest}")

    plan = there_and_back(any_ground, lambda: plan_for(any_ground, ("add_column", answers), strategies=[strategy]))

    assert plan.chosen == (strategy,)


def test_back_from_every_point_between(any_ground: Ground) -> None:
    any_ground.ask(SHOP)

    back_from_everywhere(any_ground, lambda: plan_for(any_ground, ("add_column", CASES["volatile"][0])))


def test_rewrite_in_a_window(any_ground: Ground) -> None:
    any_ground.ask(SHOP)
    answers = CASES["volatile"][0]

    plan = there_and_back(
        any_ground,
        lambda: plan_for(any_ground, ("add_column", answers), given={"downtime": "at night"}, strategies=["rewrite"]),
    )

    assert plan.chosen == ("rewrite",)
