"""add_foreign_key on real servers."""

from typing import Any

import pytest

from protocol.errors import Refused
from tests.tools.changes.road import back_from_everywhere, plan_for, there_and_back, understood, up, work_steps
from tests.tools.ground import Ground

NIGHT = {"downtime": "at night"}


@pytest.fixture
def shop(any_ground: Ground) -> Ground:
    any_ground.ask(
        'CREATE SCHEMA "S 1"; CREATE TABLE "S 1"."Users" (id integer PRIMARY KEY, "E mail" varchar(40), code text)'
    )
    any_ground.ask('CREATE UNIQUE INDEX "by mail" ON "S 1"."Users" ("E mail", id)')
    any_ground.ask("INSERT INTO \"S 1\".\"Users\" SELECT n, 'm' || n, 'c' FROM generate_series(1, 250) n")
    any_ground.ask('CREATE TABLE orders (id integer PRIMARY KEY, "User" bigint, mail text, boss integer NOT NULL)')
    any_ground.ask("INSERT INTO orders SELECT n, nullif(n % 250, 0), 'm' || n % 250, n FROM generate_series(1, 249) n")
    any_ground.ask("CREATE INDEX lead ON orders (boss, mail)")
    any_ground.ask("ANALYZE orders")
    return any_ground


@pytest.fixture
def tree(any_ground: Ground) -> Ground:
    """Child and parent both partitioned, the child on two levels."""
    any_ground.ask("CREATE TABLE p (id integer PRIMARY KEY) PARTITION BY RANGE (id)")
    any_ground.ask("CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (1000)")
    any_ground.ask("CREATE TABLE ev (day integer NOT NULL, p integer) PARTITION BY RANGE (day)")
    any_ground.ask("CREATE TABLE ev_a PARTITION OF ev FOR VALUES FROM (0) TO (100)")
    any_ground.ask('CREATE TABLE "ev B" PARTITION OF ev FOR VALUES FROM (100) TO (1000) PARTITION BY RANGE (day)')
    any_ground.ask('CREATE TABLE ev_b1 PARTITION OF "ev B" FOR VALUES FROM (100) TO (200)')
    any_ground.ask('CREATE TABLE ev_b2 PARTITION OF "ev B" DEFAULT')
    any_ground.ask(
        "INSERT INTO p SELECT generate_series(1, 250); INSERT INTO ev SELECT n, n FROM generate_series(1, 250) n"
    )
    return any_ground


def key(**answers: Any) -> tuple[str, dict[str, Any]]:
    return ("add_foreign_key", {"table": "orders", "columns": '"User"', "ref_table": "Users", **answers})


@pytest.mark.parametrize("strategy", ["online", "one_statement"])
def test_a_foreign_key_comes_with_its_index_and_goes(shop: Ground, strategy: str) -> None:
    wanted = key(on_delete="set null")
    made = there_and_back(shop, lambda: plan_for(shop, wanted, strategies=[strategy], given=NIGHT))

    assert shop.value("SELECT pg_get_indexdef('\"orders_User_idx\"'::regclass)").endswith('("User")')
    assert any("bigint" in point.text for point in made.impact.breaking), "the types differ"
    assert {str(name) for name, _ in made.counted} == {"orders", "S 1.Users"}


def test_back_from_every_step(shop: Ground) -> None:
    wanted = key(columns='mail, "User"', ref_columns='"E mail", id', on_delete="cascade", constraint_name="To Users")
    back_from_everywhere(shop, lambda: plan_for(shop, wanted))


def test_an_index_that_leads_with_the_columns_is_enough(shop: Ground) -> None:
    made = there_and_back(shop, lambda: plan_for(shop, key(columns="boss")))

    assert [step.id for step in work_steps(made)] == ["declare_key", "validate_key"]


def test_a_table_that_points_to_itself(shop: Ground) -> None:
    there_and_back(shop, lambda: plan_for(shop, key(columns="boss", ref_table="orders")))


def test_partitioned_tables_on_both_sides(tree: Ground) -> None:
    wanted = ("add_foreign_key", {"table": "ev", "columns": "p", "ref_table": "p"})
    there_and_back(tree, lambda: plan_for(tree, wanted))
    unproved = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND NOT convalidated"

    assert tree.value(unproved) == 0
    with pytest.raises(Exception, match="foreign key"):
        tree.ask("INSERT INTO ev VALUES (150, 9999)")


def test_back_from_every_step_of_a_partitioned_table(tree: Ground) -> None:
    wanted = ("add_foreign_key", {"table": "ev", "columns": "p", "ref_table": "p"})
    back_from_everywhere(tree, lambda: plan_for(tree, wanted))


def test_orphans_are_counted_before_anything_is_locked(shop: Ground) -> None:
    shop.ask("INSERT INTO orders VALUES (1000, 5000, 'm1', 1), (1001, NULL, 'm1', 1)")
    made = plan_for(shop, key())
    work = shop.work(made)
    with pytest.raises(Refused, match=r"1 rows of `orders` point to no row of `S 1\.Users`\. Nothing was locked"):
        up(work, work_steps(made))

    assert shop.value("SELECT count(*) FROM pg_constraint WHERE contype = 'f'") == 0


def test_two_foreign_keys_of_one_request_are_two_transactions(shop: Ground) -> None:
    made = plan_for(shop, key(columns="boss"), key(columns='"User"'))
    up(shop.work(made), work_steps(made))

    declared = [step.id for step in work_steps(made) if step.id.startswith("declare")]
    assert declared == ["declare_key", "declare_key_2"]
    assert shop.value("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated") == 2
    assert "points there by these columns already" in understood(shop, key()).problems["columns"]


@pytest.mark.parametrize(
    ("answers", "question", "reason"),
    [
        ({"columns": "mail"}, "columns", "the server refuses it"),
        ({"columns": 'mail, "User"'}, "columns", "2 columns cannot point to 1"),
        ({"columns": "mail", "ref_columns": "code"}, "ref_columns", "Unique are: (id), (E mail, id)"),
        ({"columns": "mail", "ref_columns": "cod"}, "ref_columns", "Did you mean `code`?"),
        ({"columns": "boss", "on_delete": "set null"}, "on_delete", "is NOT NULL"),
        ({"ref_table": "Userz"}, "ref_table", "The nearest is"),
        ({"constraint_name": "lead"}, "constraint_name", "already has a constraint or an index"),
    ],
    ids=str,
)
def test_what_cannot_stand_is_said(shop: Ground, answers: dict[str, Any], question: str, reason: str) -> None:
    assert reason in understood(shop, key(**answers)).problems.get(question, "no problem")
