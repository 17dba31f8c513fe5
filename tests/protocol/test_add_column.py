"""Which ways there are to add a column, in which order, and the very statements of each."""

from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from protocol.changes.add_column import AddColumn
from protocol.discovery import Sheet
from protocol.facts import Facts
from protocol.figure import Figure
from protocol.names import MAX_NAME_BYTES, TableName
from protocol.schema import Column
from protocol.situation import Situation
from protocol.steps import Backfill, Statements, Step, sql_of
from protocol.strategy import Strategy
from protocol.value_facts import ValueFacts
from tools.lint import grammar

NONE_ROWS = Figure(value=0, unit="rows", source="measured", how="count(*)")
PERHAPS_NONE = Figure(value=0, unit="rows", source="estimated", how="the planner's statistics")

TEXT = ValueFacts(type="text")
CONSTANT = ValueFacts(type="character varying(50)", expression="'user'")
STABLE = ValueFacts(type="timestamp with time zone", expression="now()", volatility="stable")
VOLATILE = ValueFacts(type="uuid", expression="gen_random_uuid()", volatility="volatile")
DOMAIN = ValueFacts(type="positive", expression="1", constrained_domain=True)
COMPUTED = ValueFacts(type="text", expression="lower(email)")
COMPUTED_DOMAIN = ValueFacts(type="address", expression="lower(email)", constrained_domain=True)
COMPUTED_VOLATILE = ValueFacts(type="text", expression="shuffled(email)", volatility="volatile")

NO_KEY = "`users` has no primary key or unique index of NOT NULL columns to walk along"
BLOCKS = "it blocks the table while it rewrites it, and you asked for no downtime"
SCANS = "NOT NULL on it makes the server scan the table under lock"
A_DOMAIN = "is a domain with a CHECK: adding such a column rewrites the table even when empty"
NEVER_PROVED = (
    "gives another value each time it is asked, so no row could ever be proved right; say it as a default instead"
)

Ways = Callable[..., tuple[Strategy, ...]]


def made_of(value: ValueFacts, column: str, nullable: bool, table: TableName) -> AddColumn:
    filled = "computed" if value.expression and "email" in value.expression else "default"
    return AddColumn.model_validate(
        {"table": table, "column": column, "type": value.type, "nullable": nullable, filled: value.expression}
    )


@pytest.fixture(scope="session")
def ways(make_facts: Callable[..., Facts], make_sheet: Callable[..., Sheet]) -> Ways:
    """Give the ways to add a column; what follows from the value is derived from it."""

    def give(
        value: ValueFacts,
        *,
        nullable: bool = False,
        downtime: str = "none",
        column: str = "added",
        lock_limit: int = 100,
        **facts: object,
    ) -> tuple[Strategy, ...]:
        found = make_facts(**facts)
        sheet = make_sheet(downtime=downtime, lock_limit=lock_limit)
        situation = Situation(sheet=sheet, facts=found, tables={"table": found.names[0]}, values=(value,))
        return made_of(value, column, nullable, found.names[0]).strategies(situation)

    return give


def in_facts(facts: Facts, *values: ValueFacts, sheet: Sheet | None = None) -> Situation:
    return Situation(sheet=sheet or Sheet(), facts=facts, tables={"table": facts.names[0]}, values=values)


def named(ways: tuple[Strategy, ...], name: str) -> Strategy:
    return next(way for way in ways if way.id == name)


def statements_of(steps: tuple[Step, ...]) -> dict[str, tuple[str, ...]]:
    return {step.id: step.sql for step in steps if isinstance(step, Statements)}


# --- which ways there are ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("major", [15, 16, 18])
@pytest.mark.parametrize(
    ("value", "said", "expected"),
    [
        (TEXT, {"nullable": True}, {"one_statement": ""}),
        (TEXT, {"nullable": True, "key": None}, {"one_statement": ""}),
        (CONSTANT, {}, {"one_statement": "", "batched": ""}),
        (CONSTANT, {"nullable": True}, {"one_statement": "", "batched": ""}),
        (CONSTANT, {"key": None}, {"one_statement": "", "batched": NO_KEY}),
        (STABLE, {}, {"one_statement": "", "batched": ""}),
        (VOLATILE, {}, {"batched": "", "rewrite": BLOCKS}),
        (VOLATILE, {"nullable": True}, {"batched": "", "rewrite": BLOCKS}),
        (VOLATILE, {"downtime": "Sunday 2 am"}, {"batched": "", "rewrite": ""}),
        (VOLATILE, {"key": None}, {"batched": NO_KEY, "rewrite": BLOCKS}),
        (VOLATILE, {"key": None, "downtime": "Sunday 2 am"}, {"batched": NO_KEY, "rewrite": ""}),
        (VOLATILE, {"rows": NONE_ROWS}, {"one_statement": "", "batched": ""}),
        (VOLATILE, {"rows": PERHAPS_NONE}, {"batched": "", "rewrite": BLOCKS}),
        (VOLATILE, {"rows": Figure.unknown("no statistics")}, {"batched": "", "rewrite": BLOCKS}),
        (DOMAIN, {}, {"batched": f"`positive` {A_DOMAIN}", "rewrite": BLOCKS}),
        (DOMAIN, {"downtime": "Sunday 2 am"}, {"batched": f"`positive` {A_DOMAIN}", "rewrite": ""}),
        (DOMAIN, {"rows": NONE_ROWS}, {"one_statement": "", "batched": ""}),
        (COMPUTED_VOLATILE, {}, {"batched": f"`shuffled(email)` {NEVER_PROVED}"}),
        (COMPUTED_DOMAIN, {"major": 16}, {"batched": f"`address` {A_DOMAIN}"}),
    ],
)
def test_what_can_be_done_follows_from_the_value_and_the_table(
    major: int, value: ValueFacts, said: dict[str, object], expected: dict[str, str], ways: Ways
) -> None:
    found = {way.id: way.obstacle for way in ways(value, **({"major": major} | said))}

    assert list(found.items()) == list(expected.items())


@pytest.mark.parametrize(
    ("major", "nullable", "key", "expected"),
    [
        (15, True, True, {"batched": ""}),
        (16, False, True, {"batched": ""}),
        (16, True, False, {"batched": NO_KEY}),
        (18, True, True, {"batched": "", "virtual_column": ""}),
        (18, False, True, {"batched": "", "virtual_column": SCANS}),
        (18, True, False, {"batched": NO_KEY, "virtual_column": ""}),
    ],
)
def test_a_computed_column_is_kept_by_a_trigger_or_from_18_by_the_server(
    major: int, nullable: bool, key: bool, expected: dict[str, str], ways: Ways
) -> None:
    keyless = {} if key else {"key": None}
    found = {way.id: way.obstacle for way in ways(COMPUTED, major=major, nullable=nullable, **keyless)}

    assert list(found.items()) == list(expected.items())


@pytest.mark.parametrize("value", [CONSTANT, STABLE, VOLATILE, DOMAIN, COMPUTED, COMPUTED_DOMAIN, COMPUTED_VOLATILE])
@pytest.mark.parametrize("major", [15, 16, 18])
def test_a_way_has_reasons_for_and_against_and_steps_unless_an_obstacle(
    value: ValueFacts, major: int, ways: Ways
) -> None:
    for way in ways(value, major=major):
        assert way.pros
        assert way.cons
        assert way.downtime
        assert way.steps or way.obstacle


def test_only_rewriting_needs_a_window(ways: Ways) -> None:
    every = [*ways(CONSTANT), *ways(VOLATILE, downtime="Sunday"), *ways(COMPUTED, nullable=True)]

    assert {way.id for way in every if way.needs_window} == {"rewrite"}
    assert {way.id for way in every if way.downtime != "none"} == {"rewrite"}


# --- what each way runs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "nullable", "statement"),
    [
        (TEXT, True, "ALTER TABLE public.users ADD COLUMN added text"),
        (CONSTANT, True, "ALTER TABLE public.users ADD COLUMN added character varying(50) DEFAULT 'user'"),
        (CONSTANT, False, "ALTER TABLE public.users ADD COLUMN added character varying(50) DEFAULT 'user' NOT NULL"),
        (STABLE, True, "ALTER TABLE public.users ADD COLUMN added timestamp with time zone DEFAULT now()"),
    ],
)
def test_what_touches_no_row_is_one_statement(value: ValueFacts, nullable: bool, statement: str, ways: Ways) -> None:
    [step] = ways(value, nullable=nullable)[0].steps

    assert isinstance(step, Statements)
    assert (step.sql, step.lock, step.lock_timeout_ms) == ((statement,), "ACCESS EXCLUSIVE", 100)
    assert step.undo is not None
    assert step.undo.sql == ("ALTER TABLE public.users DROP COLUMN added",)


def test_a_compound_default_is_put_in_parentheses(ways: Ways) -> None:
    [step] = ways(ValueFacts(type="jsonb", expression="'{}'::jsonb"))[0].steps

    assert sql_of(step) == ("ALTER TABLE public.users ADD COLUMN added jsonb DEFAULT ('{}'::jsonb) NOT NULL",)


def test_from_18_not_null_is_declared_unproved_then_proved(ways: Ways) -> None:
    steps = named(ways(VOLATILE, major=18), "batched").steps

    assert [(step.id, step.lock) for step in steps] == [
        ("add_column", "ACCESS EXCLUSIVE"),
        ("backfill", "ROW EXCLUSIVE"),
        ("declare_not_null", "ACCESS EXCLUSIVE"),
        ("validate_not_null", "SHARE UPDATE EXCLUSIVE"),
    ]
    assert statements_of(steps) == {
        "add_column": (
            "ALTER TABLE public.users ADD COLUMN added uuid",
            "ALTER TABLE public.users ALTER COLUMN added SET DEFAULT gen_random_uuid()",
        ),
        "declare_not_null": ("ALTER TABLE public.users ADD CONSTRAINT users_added_not_null NOT NULL added NOT VALID",),
        "validate_not_null": ("ALTER TABLE public.users VALIDATE CONSTRAINT users_added_not_null",),
    }


@pytest.mark.parametrize("major", [15, 16])
def test_before_18_not_null_rests_on_a_proved_check(major: int, ways: Ways) -> None:
    steps = named(ways(VOLATILE, major=major), "batched").steps

    assert [(step.id, step.lock) for step in steps] == [
        ("add_column", "ACCESS EXCLUSIVE"),
        ("backfill", "ROW EXCLUSIVE"),
        ("declare_not_null", "ACCESS EXCLUSIVE"),
        ("validate_not_null", "SHARE UPDATE EXCLUSIVE"),
        ("set_not_null", "ACCESS EXCLUSIVE"),
        ("drop_check", "ACCESS EXCLUSIVE"),
    ]
    assert {id_: sql for id_, sql in statements_of(steps).items() if id_ != "add_column"} == {
        "declare_not_null": (
            "ALTER TABLE public.users ADD CONSTRAINT users_added_not_null CHECK (added IS NOT NULL) NOT VALID",
        ),
        "validate_not_null": ("ALTER TABLE public.users VALIDATE CONSTRAINT users_added_not_null",),
        "set_not_null": ("ALTER TABLE public.users ALTER COLUMN added SET NOT NULL",),
        "drop_check": ("ALTER TABLE public.users DROP CONSTRAINT users_added_not_null",),
    }


def test_a_nullable_column_ends_with_its_backfill(ways: Ways) -> None:
    steps = named(ways(VOLATILE, nullable=True), "batched").steps

    assert [step.id for step in steps] == ["add_column", "backfill"]


def test_the_backfill_asks_the_server_for_the_default(ways: Ways) -> None:
    backfill = named(ways(VOLATILE), "batched").steps[1]

    assert isinstance(backfill, Backfill)
    assert backfill.update_sql == (
        "UPDATE public.users SET added = DEFAULT WHERE id > $1::bigint AND id <= $2::bigint AND added IS NULL"
    )
    assert backfill.left_sql == "SELECT count(*) FROM public.users WHERE added IS NULL"


def test_a_computed_column_comes_with_its_trigger_in_one_transaction(ways: Ways) -> None:
    add, backfill, *_ = named(ways(COMPUTED, nullable=True), "batched").steps

    assert sql_of(add) == (
        "ALTER TABLE public.users ADD COLUMN added text",
        "CREATE FUNCTION public.whimbrel_users_added() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT "
        "AS $whimbrel$BEGIN NEW.added := (SELECT (lower(email)) FROM (SELECT NEW.*) AS users); "
        "RETURN NEW; END$whimbrel$",
        "CREATE TRIGGER whimbrel_users_added BEFORE INSERT OR UPDATE ON public.users FOR EACH ROW "
        "EXECUTE FUNCTION public.whimbrel_users_added()",
    )
    assert isinstance(add, Statements)
    assert add.undo is not None
    assert add.undo.sql == (
        "DROP TRIGGER IF EXISTS whimbrel_users_added ON public.users",
        "DROP FUNCTION IF EXISTS public.whimbrel_users_added()",
        "ALTER TABLE public.users DROP COLUMN added",
    )
    assert isinstance(backfill, Backfill)
    assert backfill.update_sql == (
        "UPDATE public.users SET added = (lower(email)) WHERE id > $1::bigint AND id <= $2::bigint "
        "AND added IS DISTINCT FROM (lower(email))"
    )


def test_a_virtual_column_is_one_statement(ways: Ways) -> None:
    [step] = named(ways(COMPUTED, nullable=True, major=18), "virtual_column").steps

    assert sql_of(step) == (
        "ALTER TABLE public.users ADD COLUMN added text GENERATED ALWAYS AS (lower(email)) VIRTUAL",
    )


def test_rewriting_blocks_for_as_long_as_it_takes(ways: Ways) -> None:
    [step] = named(ways(VOLATILE, downtime="Sunday 2 am"), "rewrite").steps

    assert isinstance(step, Statements)
    assert step.sql == ("ALTER TABLE public.users ADD COLUMN added uuid DEFAULT gen_random_uuid() NOT NULL",)
    assert step.lock == "ACCESS EXCLUSIVE"
    assert step.held == step.duration
    assert step.held.source == "estimated"
    assert (step.held.value or 0) > 1


@pytest.mark.parametrize("value", [CONSTANT, VOLATILE, COMPUTED])
@pytest.mark.parametrize("major", [15, 18])
def test_every_exclusive_lock_gives_way_and_only_proving_waits(value: ValueFacts, major: int, ways: Ways) -> None:
    steps = [step for way in ways(value, major=major, lock_limit=250) for step in way.steps]
    limits = {(step.lock, step.lock_timeout_ms) for step in steps if isinstance(step, Statements)}

    assert limits <= {("ACCESS EXCLUSIVE", 250), ("SHARE UPDATE EXCLUSIVE", None)}


# --- whatever the names are ----------------------------------------------------------------------------------------

any_name = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=63).filter(
    lambda name: len(name.encode()) <= MAX_NAME_BYTES
)
KINDS = {
    "add_column": {"alter_table_stmt", "create_function_stmt", "create_trig_stmt"},
    "backfill": {"select_stmt", "update_stmt"},
    "undo": {"alter_table_stmt", "drop_stmt"},
    "check": {"select_stmt", "explain_stmt"},
}


def kind_of(sql: str) -> str:
    [only] = grammar.split(sql)
    return str(grammar.tree(only).WhichOneof("node"))


@settings(max_examples=60, deadline=None)
@given(any_name, any_name, any_name, st.sampled_from([VOLATILE, COMPUTED]), st.sampled_from([15, 18]))
@example("public", "a$whimbrel$; DROP TABLE users; --", "b", COMPUTED, 18)
@example("public", "users", "a$whimbrel$", COMPUTED, 15)
@example("public", "users", "a\nDROP TABLE users;", VOLATILE, 18)
@example('"', "'", "\\", COMPUTED, 15)
def test_whatever_the_names_each_statement_is_one_of_its_kind(
    make_facts: Callable[..., Facts],
    ways: Ways,
    schema_name: str,
    name: str,
    column: str,
    value: ValueFacts,
    major: int,
) -> None:
    table = TableName(schema_name=schema_name, name=name)
    for step in (step for way in ways(value, column=column, table=table, major=major) for step in way.steps):
        undo = step.undo.sql if step.undo else ()

        assert {kind_of(sql) for sql in sql_of(step)} <= KINDS["backfill" if step.id == "backfill" else "add_column"]
        assert {kind_of(sql) for sql in undo} <= KINDS["undo"]
    facts = make_facts(table=table, major=major)
    checks = made_of(value, column, False, table).checks(in_facts(facts, value))

    assert {kind_of(check.sql) for check in checks} <= KINDS["check"]


# --- verification --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "nullable", "expected"),
    [
        (TEXT, True, ["column", "leftovers", "query_plan"]),
        (CONSTANT, True, ["column", "default", "no_null", "leftovers", "query_plan"]),
        (CONSTANT, False, ["column", "not_null", "default", "no_null", "leftovers", "query_plan"]),
        (COMPUTED, True, ["column", "computed", "leftovers", "query_plan"]),
        (COMPUTED_VOLATILE, False, ["column", "not_null", "no_null", "leftovers", "query_plan"]),
    ],
)
def test_verification_asks_for_all_that_was_wanted(
    value: ValueFacts, nullable: bool, expected: list[str], make_facts: Callable[..., Facts]
) -> None:
    facts = make_facts()
    checks = made_of(value, "added", nullable, facts.names[0]).checks(in_facts(facts, value))

    assert [check.id for check in checks] == expected
    assert [check.id for check in checks if check.expected is None] == ["query_plan"]


def test_the_type_that_verification_expects_is_the_servers_spelling(make_facts: Callable[..., Facts]) -> None:
    facts = make_facts()
    column, *_ = made_of(CONSTANT, "added", True, facts.names[0]).checks(in_facts(facts, CONSTANT))

    assert column.expected == "character varying(50)"


# --- what cannot stand ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "rows", "expected"),
    [
        ({"column": "role", "type": "text", "default": "none", "nullable": True}, None, {}),
        ({"column": "email"}, None, {"column": "`users` already has a column `email` (text)."}),
        (
            {"type": "bigserial"},
            None,
            {
                "type": "`bigserial` rewrites the table and fills it from a sequence; Whimbrel does not do that yet. "
                "Say bigint, with a default of your own."
            },
        ),
        (
            {"default": "none", "nullable": False},
            None,
            {
                "default": "a NOT NULL column needs a value for the ~2,480,112 rows of `users` that exist: "
                "say a default or a computed value, or allow NULL."
            },
        ),
        ({"default": "none", "nullable": False}, NONE_ROWS, {}),
        ({"default": "none", "nullable": False, "computed": "lower(email)"}, None, {}),
        (
            {"computed": "now() - born"},
            None,
            {"computed": "it reads the clock, so it would differ every time it is checked: say it as a default."},
        ),
        ({"default": "now()", "computed": "none"}, None, {}),
        (
            {"default": "'a'", "computed": "lower(email)"},
            None,
            {"computed": "a column has either a default or a computed value, not both."},
        ),
    ],
)
def test_answers_that_cannot_stand_are_named_with_a_reason(
    answers: dict[str, str | bool],
    rows: Figure | None,
    expected: dict[str, str],
    make_facts: Callable[..., Facts],
    make_sheet: Callable[..., Sheet],
) -> None:
    facts = make_facts(**({} if rows is None else {"rows": rows}))

    assert AddColumn.conflicts(in_facts(facts, sheet=make_sheet(**answers))) == expected


def test_the_change_is_built_from_the_sheet(make_facts: Callable[..., Facts], make_sheet: Callable[..., Sheet]) -> None:
    sheet = make_sheet(column="role", type="varchar(50)", nullable=False, default="'user'", computed="none")
    facts = make_facts(columns=(Column(name="id", type="int", nullable=False),))
    change = AddColumn.from_situation(in_facts(facts, CONSTANT, sheet=sheet))

    assert change == made_of(CONSTANT, "role", False, TableName(name="users"))
