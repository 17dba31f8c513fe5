"""Split, merge and copy columns: filled, kept in step while old and new code write, put back, on every version."""

from collections.abc import Mapping
from typing import Any

import pytest

from protocol.discovery import Scalar
from protocol.plan import Plan
from tests.tools.changes.road import (
    back_from_everywhere,
    down,
    failed_checks,
    picture,
    plan_for,
    there_and_back,
    understood,
    up,
    work_steps,
)
from tests.tools.ground import Ground

SPLIT = (
    "split_column",
    {
        "column": "Full Name",
        "into": 'first = split_part("Full Name", \' \', 1), "Last" = split_part("Full Name", \' \', 2)',
    },
)
OVER = ("split_column", {"column": "Full Name", "into": "old_one = split_part(\"Full Name\", ' ', 1)"})
MERGE = (
    "merge_columns",
    {"columns": 'a, "Full Name"', "new_column": "all", "expression": "concat_ws('/', a, \"Full Name\")"},
)
COPY = ("copy_column", {"column": "price", "new_column": "Price 2"})

WAYS = [
    (SPLIT, "online"),
    (SPLIT, "at_once"),
    (OVER, "online"),
    (MERGE, "online"),
    (MERGE, "at_once"),
    (COPY, "online"),
    (COPY, "at_once"),
]

Asked = tuple[str, Mapping[str, Scalar]]


@pytest.fixture
def people(any_ground: Ground) -> Ground:
    any_ground.ask("""CREATE TABLE people (a text, b integer, "Full Name" varchar(40), old_one text,
                      price numeric(10,2), PRIMARY KEY (a, b))""")
    any_ground.ask("""INSERT INTO people SELECT 'k' || i % 3, i, CASE WHEN i % 9 <> 0 THEN 'Ann' || i || ' Lee' END,
                      'old' || i, i FROM generate_series(1, 250) i""")
    return any_ground


def plan_of(ground: Ground, asked: Asked, strategy: str = "online") -> Plan:
    kind, answers = asked
    given = {"downtime": "at night"} if strategy == "at_once" else None
    return plan_for(ground, (kind, {"table": "people", **answers}), given=given, strategies=[strategy])


@pytest.mark.parametrize(("asked", "strategy"), WAYS)
def test_there_and_back(people: Ground, asked: Asked, strategy: str) -> None:
    there_and_back(people, lambda: plan_of(people, asked, strategy))

    differing = {
        "split_column": f"SELECT count(*) FROM people WHERE {'first' if asked is SPLIT else 'old_one'} "
        "IS DISTINCT FROM split_part(\"Full Name\", ' ', 1)",
        "merge_columns": 'SELECT count(*) FROM people WHERE "all" IS DISTINCT FROM concat_ws(\'/\', a, "Full Name")',
        "copy_column": 'SELECT count(*) FROM people WHERE "Price 2" IS DISTINCT FROM price',
    }
    assert people.value(differing[asked[0]]) == 0


@pytest.mark.parametrize("asked", [SPLIT, OVER])
def test_back_from_everywhere(people: Ground, asked: Asked) -> None:
    back_from_everywhere(people, lambda: plan_of(people, asked))


def test_old_and_new_code_write_at_every_point(people: Ground) -> None:
    plan = plan_of(people, SPLIT)
    steps = work_steps(plan)
    for done in range(1, len(steps) + 1):
        plan = plan_of(people, SPLIT)
        work = people.work(plan, run=f"run-{done}")
        up(work, work_steps(plan)[:done])
        people.ask("INSERT INTO people (a, b, \"Full Name\") VALUES ('w', $1, 'Old Code')", 1000 + done)
        people.ask("UPDATE people SET \"Full Name\" = 'Ann Poe' WHERE a = 'k1' AND b = $1", 1 + 3 * done)
        people.ask(
            "INSERT INTO people (a, b, \"Full Name\", first, \"Last\") VALUES ('w', $1, 'New Code', 'New', 'Code')",
            2000 + done,
        )
        if done < len(steps):
            up(work, work_steps(plan)[done:])
            assert (
                people.value("SELECT first || \"Last\" FROM people WHERE a = 'w' AND b = $1", 1000 + done) == "OldCode"
            )
            assert (
                people.value("SELECT first || \"Last\" FROM people WHERE a = 'k1' AND b = $1", 1 + 3 * done) == "AnnPoe"
            )
        assert failed_checks(people, plan, {}) == []
        written = people.ask('SELECT a, b, "Full Name", old_one FROM people ORDER BY a, b')
        down(work, work_steps(plan))

        assert people.ask('SELECT a, b, "Full Name", old_one FROM people ORDER BY a, b') == written
        assert people.table("people").column("first") is None


def test_the_next_change_of_the_request_finds_the_new_column(people: Ground) -> None:
    plan = plan_for(
        people,
        ("copy_column", {"table": "people", "column": "price", "new_column": "cents"}),
        ("set_values", {"table": "people", "assignments": "cents = price * 100"}),
    )
    before = picture(people, plan.watched)
    work = people.work(plan)
    up(work, work_steps(plan))

    assert people.value("SELECT count(*) FROM people WHERE cents IS DISTINCT FROM price * 100") == 0
    down(work, work_steps(plan))
    assert picture(people, plan.watched) == before


CONFLICTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("split_column", {"column": "n", "into": "x = 1"}, "into", "does not use `n`"),
    ("split_column", {"column": "n", "into": "x"}, "into", "not of the form"),
    ("split_column", {"column": "n", "into": "ctid = n"}, "into", "system column"),
    ("split_column", {"column": "n", "into": "id = n::bigint"}, "into", "belongs to the key"),
    ("split_column", {"column": "n", "into": "must = n"}, "into", "NOT NULL"),
    ("split_column", {"column": "n", "into": "x = n || random()"}, "into", "another value each time"),
    ("split_column", {"column": "n", "into": "x = n || g"}, "into", "generated column"),
    ("split_column", {"column": "n", "into": "short = n || 'x'"}, "into", "have to be the same"),
    ("split_column", {"column": "n", "into": "x = nothing(n)"}, "into", "the server refuses"),
    (
        "merge_columns",
        {"columns": "n, short", "new_column": "m", "expression": "n || 'x'"},
        "expression",
        "does not use",
    ),
    (
        "merge_columns",
        {"columns": "n", "new_column": "n", "expression": "n || 'x'"},
        "new_column",
        "one of the columns",
    ),
    ("copy_column", {"column": "g", "new_column": "m"}, "column", "generated column"),
    ("copy_column", {"column": "n", "new_column": "must"}, "new_column", "already has a column"),
    ("copy_column", {"column": "n", "new_column": "xmin"}, "new_column", "system column"),
]


@pytest.mark.parametrize(("kind", "answers", "question", "reason"), CONFLICTS)
def test_what_cannot_stand_is_said(
    common_ground: Ground, kind: str, answers: dict[str, Any], question: str, reason: str
) -> None:
    common_ground.ask("DROP TABLE IF EXISTS t")
    common_ground.ask("""CREATE TABLE t (id bigint PRIMARY KEY, n text, must text NOT NULL, short varchar(3),
                         g text GENERATED ALWAYS AS (n || 'x') STORED)""")

    found = understood(common_ground, (kind, {"table": "t", **answers}))

    assert reason in found.problems[question]
