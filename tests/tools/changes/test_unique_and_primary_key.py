"""add_unique and add_primary_key on real servers."""

from typing import Any

import pytest

from protocol.errors import Refused
from tests.tools.changes.road import back_from_everywhere, plan_for, there_and_back, understood, up, work_steps
from tests.tools.ground import Ground

NIGHT = {"downtime": "at night"}
KINDS = ("add_unique", "add_primary_key")


@pytest.fixture
def users(any_ground: Ground) -> Ground:
    any_ground.ask('CREATE TABLE "Users" (id integer, "E mail" text, city text NOT NULL, tags json, UNIQUE (city, id))')
    any_ground.ask("INSERT INTO \"Users\" SELECT n, 'm' || n, 'c' || n % 5, '[]' FROM generate_series(1, 250) n")
    any_ground.ask('ANALYZE "Users"')
    return any_ground


@pytest.fixture
def tree(any_ground: Ground) -> Ground:
    """Two levels, `id` nullable."""
    any_ground.ask("CREATE TABLE ev (id integer, day integer NOT NULL, v text) PARTITION BY RANGE (day)")
    any_ground.ask("CREATE TABLE ev_a PARTITION OF ev FOR VALUES FROM (0) TO (100)")
    any_ground.ask('CREATE TABLE "ev B" PARTITION OF ev FOR VALUES FROM (100) TO (1000) PARTITION BY RANGE (day)')
    any_ground.ask('CREATE TABLE ev_b1 PARTITION OF "ev B" FOR VALUES FROM (100) TO (200)')
    any_ground.ask('CREATE TABLE ev_b2 PARTITION OF "ev B" DEFAULT')
    any_ground.ask("INSERT INTO ev SELECT n, n, 'v' || n FROM generate_series(1, 250) n")
    return any_ground


@pytest.mark.parametrize("strategy", ["online", "one_statement"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_key_comes_and_goes_without_a_trace(users: Ground, kind: str, strategy: str) -> None:
    wanted = (kind, {"table": "Users", "columns": 'id, "E mail"'})
    made = there_and_back(users, lambda: plan_for(users, wanted, strategies=[strategy], given=NIGHT))
    name = {"add_unique": "Users_id_E mail_key", "add_primary_key": "Users_pkey"}[kind]

    assert made.changes[0].constraint_name == name  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", KINDS)
def test_back_from_every_step(users: Ground, kind: str) -> None:
    wanted = (kind, {"table": "Users", "columns": '"E mail"', "constraint_name": "Some Name"})
    back_from_everywhere(users, lambda: plan_for(users, wanted))


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_of_a_partitioned_table_is_built_part_by_part(tree: Ground, kind: str) -> None:
    wanted = (kind, {"table": "ev", "columns": "day, id"})
    there_and_back(tree, lambda: plan_for(tree, wanted))

    assert tree.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0
    mine = "SELECT count(*) FROM pg_constraint WHERE contype IN ('u', 'p') AND connamespace = 'public'::regnamespace"
    assert tree.value(mine) == 5


@pytest.mark.parametrize("kind", KINDS)
def test_back_from_every_step_of_a_partitioned_key(tree: Ground, kind: str) -> None:
    back_from_everywhere(tree, lambda: plan_for(tree, (kind, {"table": "ev", "columns": "day, id"})))


@pytest.mark.parametrize("kind", KINDS)
def test_duplicates_and_nulls_are_counted_before_anything_is_locked(users: Ground, kind: str) -> None:
    users.ask("INSERT INTO \"Users\" VALUES (1, 'm1', 'x'), (NULL, 'm2', 'x'), (NULL, 'm2', 'x')")
    made = plan_for(users, (kind, {"table": "Users", "columns": "id"}))
    said = {"add_unique": "1 values of id in `Users` are there more", "add_primary_key": "2 rows of `Users` hold NULL"}
    with pytest.raises(Refused, match=said[kind]):
        up(users.work(made), work_steps(made))

    assert users.value("SELECT count(*) FROM pg_constraint WHERE NOT convalidated") == 0


def test_rows_with_null_are_no_duplicates(users: Ground) -> None:
    users.ask("INSERT INTO \"Users\" VALUES (NULL, 'a', 'x'), (NULL, 'b', 'x')")
    there_and_back(users, lambda: plan_for(users, ("add_unique", {"table": "Users", "columns": "id"})))


@pytest.mark.parametrize(
    ("kind", "answers", "question", "reason"),
    [
        ("add_unique", {"columns": "id, city"}, "columns", "unique already, by constraint `Users_city_id_key`"),
        ("add_unique", {"columns": "id, id"}, "columns", "named twice"),
        ("add_unique", {"columns": "tags"}, "columns", "the server refuses it"),
        ("add_unique", {"columns": "emial"}, "columns", "has no column `emial`"),
        ("add_unique", {"columns": "id", "constraint_name": "taken"}, "constraint_name", "already a relation"),
        ("add_primary_key", {"columns": "tags"}, "columns", "the server refuses it"),
    ],
    ids=str,
)
def test_what_cannot_stand_is_said(
    users: Ground, kind: str, answers: dict[str, Any], question: str, reason: str
) -> None:
    users.ask("CREATE TABLE taken ()")
    assert reason in understood(users, (kind, {"table": "Users", **answers})).problems[question]


def test_a_second_primary_key_is_refused(users: Ground) -> None:
    wanted = ("add_primary_key", {"table": "Users", "columns": "id"})

    problems = understood(users, wanted, wanted).problems
    assert "has a primary key already: `Users_pkey`" in problems["table_2"]


def test_a_partitioned_key_holds_the_partition_key(tree: Ground) -> None:
    assert "add day" in understood(tree, ("add_unique", {"table": "ev", "columns": "id"})).problems["columns"]
