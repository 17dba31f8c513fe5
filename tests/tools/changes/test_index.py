"""add_index and drop_index on real servers."""

from typing import Any

import pytest

from protocol.errors import Refused
from protocol.facts import Target
from protocol.recipes.index import corrupts
from protocol.steps import Concurrently
from tests.tools.changes.road import (
    Wanted,
    back_from_everywhere,
    plan_for,
    there_and_back,
    understood,
    up,
    work_steps,
)
from tests.tools.ground import Ground

ROWS = 250
NIGHT = {"downtime": "at night"}


@pytest.fixture
def orders(any_ground: Ground) -> Ground:
    any_ground.ask(
        'CREATE TABLE "Orders" (id integer PRIMARY KEY, "User" integer NOT NULL, at timestamptz NOT NULL, state text, '
        "tags text[], doc jsonb, CONSTRAINT once UNIQUE (id, state))"
    )
    any_ground.ask(
        "INSERT INTO \"Orders\" SELECT n, n % 10, now() - n * interval '1 h', CASE WHEN n % 3 > 0 THEN 's' || n END, "
        f"ARRAY['t' || n], jsonb_build_object('n', n) FROM generate_series(1, {ROWS}) n"
    )
    any_ground.ask('CREATE INDEX "By user" ON "Orders" ("User", at)')
    any_ground.ask('CREATE UNIQUE INDEX by_state ON "Orders" (lower(state) DESC) WHERE id > 3')
    any_ground.ask('ANALYZE "Orders"')
    return any_ground


@pytest.fixture
def tree(any_ground: Ground) -> Ground:
    """A partitioned table of two levels in a schema of its own, with rows in every leaf."""
    any_ground.ask(
        'CREATE SCHEMA "S 1"; CREATE TABLE "S 1".ev (id integer NOT NULL, day integer NOT NULL, v text) '
        "PARTITION BY RANGE (day)"
    )
    any_ground.ask('CREATE TABLE "S 1".ev_a PARTITION OF "S 1".ev FOR VALUES FROM (0) TO (100)')
    any_ground.ask(
        'CREATE TABLE "S 1"."ev B" PARTITION OF "S 1".ev FOR VALUES FROM (100) TO (1000) PARTITION BY HASH (id)'
    )
    for part in (0, 1):
        any_ground.ask(
            f'CREATE TABLE public.ev_b{part} PARTITION OF "S 1"."ev B" FOR VALUES WITH (MODULUS 2, REMAINDER {part})'
        )
    any_ground.ask(f"INSERT INTO \"S 1\".ev SELECT n, n, 'v' || n FROM generate_series(1, {ROWS}) n")
    return any_ground


def add(**answers: Any) -> tuple[str, dict[str, Any]]:
    return ("add_index", {"table": "Orders", **answers})


@pytest.mark.parametrize("strategy", ["online", "one_statement"])
def test_an_index_is_built_and_dropped(orders: Ground, strategy: str) -> None:
    wanted = add(keys='lower(state) DESC NULLS LAST, "User", at', include="doc", where="state IS NOT NULL")
    made = there_and_back(orders, lambda: plan_for(orders, wanted, strategies=[strategy], given=NIGHT))

    assert made.changes[0].index_name == "Orders_lower_User_at_idx"  # type: ignore[attr-defined]
    definition = orders.value("SELECT indexdef FROM pg_indexes WHERE indexname = 'Orders_lower_User_at_idx'")
    assert definition.endswith('(lower(state) DESC NULLS LAST, "User", at) INCLUDE (doc) WHERE (state IS NOT NULL)')


@pytest.mark.parametrize(
    "answers",
    [
        {"keys": "state text_pattern_ops", "unique": True},
        {"keys": "tags", "method": "gin"},
        {"keys": "doc jsonb_path_ops", "method": "gin"},
        {"keys": "(state || 'x')", "method": "hash"},
        {"keys": 'at, "User"', "method": "brin"},
        {"keys": 'state COLLATE "C" DESC', "index_name": "Some Name"},
    ],
    ids=str,
)
def test_methods_and_operator_classes(orders: Ground, answers: dict[str, Any]) -> None:
    there_and_back(orders, lambda: plan_for(orders, add(**answers)))


def test_an_index_of_a_partitioned_table_is_built_part_by_part(tree: Ground) -> None:
    wanted: Wanted = ("add_index", {"table": "ev", "keys": "v, day, id", "unique": True})
    made = there_and_back(tree, lambda: plan_for(tree, wanted))
    assert [step.id for step in work_steps(made)] == ["build_part1", "build_part2", "build_part3", "join_index"]
    invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
    assert tree.value(invalid) == 0
    assert tree.value("SELECT count(*) FROM pg_partition_tree('\"S 1\".ev_v_day_id_idx')") == 5

    gone = ("drop_index", {"index": "S 1.ev_v_day_id_idx"})
    there_and_back(tree, lambda: plan_for(tree, gone))
    back_from_everywhere(tree, lambda: plan_for(tree, wanted))


def test_the_parts_of_a_partitioned_index_come_back_under_their_names(tree: Ground) -> None:
    tree.ask('CREATE INDEX "Whole" ON "S 1".ev (v)')
    names = "SELECT string_agg(relid::text, ' ' ORDER BY relid::text) FROM pg_partition_tree('\"S 1\".\"Whole\"')"
    before = tree.value(names)
    there_and_back(tree, lambda: plan_for(tree, ("drop_index", {"index": "Whole"})))
    tree.ask('CREATE INDEX "Whole" ON "S 1".ev (v)')

    assert tree.value(names) == before


def test_a_partition_that_appears_meanwhile_stops_the_join(tree: Ground) -> None:
    made = plan_for(tree, ("add_index", {"table": "ev", "keys": "v"}))
    work, steps = tree.work(made), work_steps(made)
    up(work, steps[:-1])
    tree.ask('CREATE TABLE "S 1".ev_new PARTITION OF "S 1".ev FOR VALUES FROM (1000) TO (2000)')

    with pytest.raises(Refused, match="1 partitions that the plan does not know"):
        up(work, steps[-1:])


def test_duplicates_are_counted_before_the_build(orders: Ground) -> None:
    made = plan_for(orders, add(keys='"User"', unique=True))
    with pytest.raises(Refused, match=r'10 values of "User" in `Orders` are there more than once\. Nothing was locked'):
        up(orders.work(made), work_steps(made))
    assert orders.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0


@pytest.mark.parametrize("name", ["By user", "BY_STATE"])
def test_an_index_is_dropped_and_built_again_from_its_definition(orders: Ground, name: str) -> None:
    there_and_back(orders, lambda: plan_for(orders, ("drop_index", {"index": name})))


def test_an_index_on_a_column_of_the_same_request_and_on_an_empty_table(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (id integer PRIMARY KEY)")
    column: Wanted = ("add_column", {"table": "t", "column": "c", "type": "text", "nullable": True, "default": "none"})
    made = plan_for(any_ground, column, ("add_index", {"table": "t", "keys": "lower(c)"}))
    up(any_ground.work(made), work_steps(made))

    assert [step.id for step in work_steps(made)] == ["add_column", "create_index_2"]
    assert made.errors == ()


def test_the_same_name_on_another_table_is_not_taken_for_the_index(orders: Ground) -> None:
    orders.ask('CREATE TABLE other (c integer); CREATE INDEX "Mine" ON other (c)')
    problems = understood(orders, add(keys="state", index_name="Mine")).problems
    assert "already a relation `Mine`" in problems["index_name"]
    made = plan_for(orders, add(keys="state", index_name="Yours"))
    (step,) = work_steps(made)
    assert isinstance(step, Concurrently)
    orders.ask('CREATE INDEX "Yours" ON other (c)')

    assert orders.value(step.done_sql) is False


def test_an_index_is_replaced_under_its_name_in_one_request(orders: Ground) -> None:
    gone: Wanted = ("drop_index", {"index": "By user"})
    made = plan_for(orders, gone, add(keys="at", index_name="By user"))
    up(orders.work(made), work_steps(made))

    assert orders.value("SELECT pg_get_indexdef('\"By user\"'::regclass)").endswith("(at)")


def test_what_an_index_repeats_is_warned_of(orders: Ground) -> None:
    def warned(**answers: Any) -> str:
        return " ".join(point.text for point in plan_for(orders, add(**answers)).impact.breaking)

    assert "`By user` has the same keys" in warned(keys='"User", at')
    assert "`By user` begins with the same keys" in warned(keys='"User"')
    assert "`By user` holds a left part" in warned(keys='"User", at, id')
    assert "`By user`" not in warned(keys='"User" DESC')


@pytest.mark.parametrize(
    ("answers", "question", "reason"),
    [
        ({"keys": "stat"}, "keys", "Did you mean `state`?"),
        ({"keys": "lower(stat)"}, "keys", "the server refuses it"),
        ({"keys": "state; drop table x"}, "keys", "is not one SQL expression"),
        ({"keys": "(state"}, "keys", "cannot be read"),
        ({"keys": "to_char(at, 'YYYY')"}, "keys", "IMMUTABLE"),
        ({"keys": "state", "method": "gin"}, "keys", "extension pg_trgm brings gin_trgm_ops"),
        ({"keys": "doc", "method": "gist"}, "keys", "btree_gist"),
        ({"keys": "tags gin_trgm_ops", "method": "gin"}, "keys", "tags: array_ops"),
        ({"keys": "state, id", "method": "hash"}, "keys", "takes one column only"),
        ({"keys": "state DESC", "method": "hash"}, "keys", "the server refuses it"),
        ({"keys": "state", "include": "doc", "method": "hash"}, "include", "the server refuses it"),
        ({"keys": "state", "include": "lower(state)"}, "include", "only names of columns"),
        ({"keys": "state", "method": "hash", "unique": True}, "unique", "only btree"),
        ({"keys": "state", "where": "id"}, "where", "a condition is true or false"),
        ({"keys": "state", "where": "at > now()"}, "where", "IMMUTABLE"),
        ({"keys": "state", "index_name": "once"}, "index_name", "already has a constraint or an index"),
    ],
    ids=str,
)
def test_what_cannot_stand_is_said(orders: Ground, answers: dict[str, Any], question: str, reason: str) -> None:
    assert reason in understood(orders, add(**answers)).problems.get(question, "no problem")


def test_a_unique_index_of_a_partitioned_table_holds_its_key(tree: Ground) -> None:
    problems = understood(tree, ("add_index", {"table": "ev", "keys": "id", "unique": True})).problems
    assert "add day" in problems["keys"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("once", "ask for drop_constraint"),
        ("Orders_pkey", "ask for drop_constraint"),
        ("nowhere", "There is no index"),
        ("of_parent", "rest on `of_parent`"),
    ],
)
def test_an_index_that_something_rests_on_is_not_dropped(orders: Ground, name: str, reason: str) -> None:
    orders.ask('CREATE UNIQUE INDEX of_parent ON "Orders" (id)')
    orders.ask(
        'ALTER TABLE "Orders" DROP CONSTRAINT "Orders_pkey"; CREATE TABLE c (o integer REFERENCES "Orders" (id))'
    )
    orders.ask('ALTER TABLE "Orders" ADD PRIMARY KEY (id)')

    assert reason in understood(orders, ("drop_index", {"index": name})).problems["index"]


def test_a_replica_identity_is_not_dropped(orders: Ground) -> None:
    orders.ask('CREATE UNIQUE INDEX who ON "Orders" (id, "User")')
    orders.ask('ALTER TABLE "Orders" REPLICA IDENTITY USING INDEX who')

    assert "is the REPLICA IDENTITY" in understood(orders, ("drop_index", {"index": "who"})).problems["index"]


def test_a_part_of_a_partitioned_index_is_not_dropped_alone(tree: Ground) -> None:
    tree.ask('CREATE INDEX ON "S 1".ev (v)')
    assert "is a part of an index" in understood(tree, ("drop_index", {"index": "ev_a_v_idx"})).problems["index"]


def test_versions_that_corrupt_indexes_are_refused() -> None:
    def said(number: int) -> str:
        return corrupts(
            Target(alias="a", database="d", system_identifier="1", role="r", version_num=number, version="14.x")
        )

    assert [bool(said(number)) for number in (13_00_20, 14_00_00, 14_00_03, 14_00_04, 15_00_01)] == [
        False,
        True,
        True,
        False,
        False,
    ]
