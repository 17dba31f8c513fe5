"""drop_constraint on real servers."""

import pytest

from tests.tools.changes.road import back_from_everywhere, plan_for, there_and_back, understood, work_steps
from tests.tools.ground import Ground


@pytest.fixture
def orders(any_ground: Ground) -> Ground:
    any_ground.ask("CREATE TABLE users (id integer PRIMARY KEY, mail text UNIQUE)")
    any_ground.ask(
        'CREATE TABLE "Orders" (id integer CONSTRAINT "The Key" PRIMARY KEY, "User" integer NOT NULL, amount numeric, '
        "during int4range, CONSTRAINT positive CHECK (amount > 0), "
        'CONSTRAINT "To User" FOREIGN KEY ("User") REFERENCES users (id) ON DELETE CASCADE '
        "DEFERRABLE INITIALLY DEFERRED, "
        "CONSTRAINT late UNIQUE (id, amount) INCLUDE (during) DEFERRABLE INITIALLY DEFERRED, "
        'CONSTRAINT "one null" UNIQUE NULLS NOT DISTINCT (amount), '
        "CONSTRAINT apart EXCLUDE USING gist (during WITH &&) WHERE (id > 1))"
    )
    any_ground.ask("INSERT INTO users SELECT n, 'm' || n FROM generate_series(1, 250) n")
    any_ground.ask('INSERT INTO "Orders" SELECT n, n, n, int4range(n, n + 1) FROM generate_series(1, 250) n')
    any_ground.ask('ALTER TABLE "Orders" ADD CONSTRAINT unproved CHECK (id < 1000) NOT VALID')
    any_ground.ask('ANALYZE "Orders"; ANALYZE users')
    return any_ground


@pytest.fixture
def tree(any_ground: Ground) -> Ground:
    any_ground.ask("CREATE TABLE p (id integer PRIMARY KEY)")
    any_ground.ask(
        'CREATE TABLE ev (id integer, day integer, CONSTRAINT "Whole" PRIMARY KEY (day, id), UNIQUE (id, day)) '
        "PARTITION BY RANGE (day)"
    )
    any_ground.ask("CREATE TABLE ev_a PARTITION OF ev FOR VALUES FROM (0) TO (100)")
    any_ground.ask('CREATE TABLE "ev B" PARTITION OF ev FOR VALUES FROM (100) TO (1000) PARTITION BY RANGE (day)')
    any_ground.ask('CREATE TABLE ev_b1 PARTITION OF "ev B" DEFAULT')
    any_ground.ask("ALTER TABLE ev ADD CONSTRAINT to_p FOREIGN KEY (id) REFERENCES p (id)")
    any_ground.ask(
        "INSERT INTO p SELECT generate_series(1, 250); INSERT INTO ev SELECT n, n FROM generate_series(1, 250) n"
    )
    return any_ground


def drop(table: str, name: str) -> tuple[str, dict[str, str]]:
    return ("drop_constraint", {"table": table, "constraint": name})


@pytest.mark.parametrize("name", ["positive", "unproved", "To User", "late", "The Key", "apart", "one null"])
def test_it_goes_and_comes_back_as_the_server_spelled_it(orders: Ground, name: str) -> None:
    there_and_back(orders, lambda: plan_for(orders, drop("Orders", name)))


@pytest.mark.parametrize("name", ["Whole", "ev_id_day_key", "to_p"])
def test_one_of_a_partitioned_table_comes_back_with_its_parts(tree: Ground, name: str) -> None:
    mine = (
        "SELECT string_agg(line, ' ' ORDER BY line) "
        "FROM (SELECT concat(conname, conrelid::regclass, convalidated) AS line FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace) AS lines"
    )
    before = tree.value(mine)
    back_from_everywhere(tree, lambda: plan_for(tree, drop("ev", name)))

    assert tree.value(mine) == before
    assert tree.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0


def test_a_not_null_goes_by_its_name_since_18(ground: Ground) -> None:
    ground.ask("CREATE TABLE t (id integer PRIMARY KEY, c integer CONSTRAINT mine NOT NULL)")
    ground.ask("INSERT INTO t SELECT n, n FROM generate_series(1, 250) n")
    there_and_back(ground, lambda: plan_for(ground, drop("t", "mine")))

    assert "belongs to the primary key" in understood(ground, drop("t", "t_id_not_null")).problems["constraint"]


@pytest.mark.parametrize("name", ["unenforced", "to_itself", "at_once"])
def test_what_18_brought_comes_back_too(ground: Ground, name: str) -> None:
    ground.ask(
        "CREATE TABLE t (id integer PRIMARY KEY, a int4range, b int4range, "
        "CONSTRAINT unenforced CHECK (id > 3) NOT ENFORCED, "
        "CONSTRAINT to_itself FOREIGN KEY (id) REFERENCES t (id) NOT ENFORCED, "
        "CONSTRAINT at_once UNIQUE (a, b WITHOUT OVERLAPS))"
    )
    ground.ask("INSERT INTO t SELECT n, int4range(n, n + 1), int4range(n, n + 1) FROM generate_series(1, 250) n")
    given = {"downtime": "at night"}
    there_and_back(ground, lambda: plan_for(ground, drop("t", name), given=given))


def test_the_other_table_of_a_foreign_key_is_named(orders: Ground) -> None:
    (step,) = work_steps(plan_for(orders, drop("Orders", "To User")))

    assert step.lock == "ACCESS EXCLUSIVE"
    assert "both `Orders` and `users` are locked" in step.why


def test_a_published_table_without_its_key_is_warned_of(orders: Ground) -> None:
    orders.ask('CREATE PUBLICATION news FOR TABLE "Orders"')
    said = " ".join(point.text for point in plan_for(orders, drop("Orders", "The Key")).impact.breaking)

    assert "is published (news)" in said


def test_what_others_rest_on_stays(orders: Ground) -> None:
    problems = understood(orders, drop("users", "users_pkey")).problems
    assert problems["constraint"] == "foreign keys rest on `users_pkey`: `To User` of `Orders`. Drop them first."
    assert understood(orders, drop("Orders", "To User"), drop("users", "users_mail_key")).problems == {}
    assert "Did you mean `positive`?" in understood(orders, drop("Orders", "positve")).problems["constraint"]


def test_a_constraint_of_a_parent_stays(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE a (id integer CONSTRAINT c CHECK (id > 0)); CREATE TABLE b () INHERITS (a)")
    assert "comes from a parent table" in understood(any_ground, drop("b", "c")).problems["constraint"]
