"""What the matrix does not show: statements of which little is known, and several in one transaction."""

from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.names import TableName
from protocol.schema import Column, Constraint, Index, Table
from tests.tools.lint.test_vocabulary import READ
from tools.lint import actions
from tools.lint.actions import Action, Relation
from tools.lint.parse import parse
from tools.locks import Effect, Growing, Known, after, effect_of, of_table, strongest, together
from tools.locks.of import HANDLERS, HARMLESS

T, P = Relation(name="t"), Relation(name="p")


def known_after(*statements: str) -> Known:
    known = Known()
    for statement in parse(";".join(statements)):
        known = after(known, statement.actions)
    return known


def test_every_kind_of_action_is_weighed_or_known_to_be_harmless() -> None:
    values = [getattr(actions, name) for name in actions.__all__]
    kinds = {kind for kind in values if isinstance(kind, type) and issubclass(kind, Action) and kind is not Action}

    assert kinds == HANDLERS.keys() | HARMLESS
    assert not HANDLERS.keys() & HARMLESS


def test_an_instant_change_says_its_lock_and_why() -> None:
    effect = effect_of("ALTER TABLE t ADD COLUMN a int DEFAULT 5", 18)

    assert (effect.mode_on(T), effect.instant) == ("ACCESS EXCLUSIVE", True)
    assert effect.because == ("ACCESS EXCLUSIVE on `t`: `a` is added.",)


def test_a_new_table_locks_what_it_points_to_and_nothing_else() -> None:
    effect = effect_of("CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p)", 18)

    assert [(lock.relation, lock.mode) for lock in effect.locks] == [(P, "SHARE ROW EXCLUSIVE")]
    assert effect_of("CREATE TABLE c (id int)", 18) == Effect()


def test_what_is_not_known_is_taken_for_the_worst_and_said() -> None:
    effect = effect_of("ALTER TABLE t ALTER a TYPE bigint", 18)

    assert [work.because for work in effect.rewrites] == [
        "`t` is written anew, with its indexes: `a` may look different as `bigint`."
    ]
    assert [work.name for work in effect.builds] == [""]
    assert effect.doubts == ("The type of `a` is not known; where its values look the same, no row is written.",)
    assert not effect.instant


def test_an_empty_table_makes_work_instant() -> None:
    known = known_after("CREATE TABLE t (a int)")
    rewrite = "ALTER TABLE t ALTER a TYPE bigint"

    assert effect_of(rewrite, 18, known).rewrites
    assert effect_of(rewrite, 18, known).instant
    assert not effect_of(rewrite, 18, after(known, parse("INSERT INTO t SELECT 1")[0].actions)).instant


def test_a_function_of_ones_own_is_in_doubt_until_the_server_is_asked() -> None:
    sql = "ALTER TABLE t ADD COLUMN a int DEFAULT mine()"

    assert effect_of(sql, 18).doubts
    assert effect_of(sql, 18, volatility=lambda _: "stable").instant
    assert effect_of(sql, 18, volatility=lambda _: "volatile").rewrites


def test_concurrently_is_refused_inside_a_transaction() -> None:
    sql = "CREATE INDEX CONCURRENTLY i ON t (a)"

    alone, inside = effect_of(sql, 18), effect_of(sql, 18, in_transaction=True)

    assert (alone.refused, alone.transactional) == ("", False)
    assert alone.mode_on(T) == "SHARE UPDATE EXCLUSIVE"
    assert inside.refused == "CREATE INDEX CONCURRENTLY cannot run inside a transaction (25001)."
    assert together([effect_of("SELECT 1", 18), alone]).refused


def test_statements_of_one_transaction_add_up() -> None:
    known = known_after("CREATE TABLE p (id int PRIMARY KEY)")
    add = "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES p (id) NOT VALID"
    validate = "ALTER TABLE t VALIDATE CONSTRAINT c"

    first = effect_of(add, 18, known)
    second = effect_of(validate, 18, after(known, parse(add)[0].actions))
    both = together([first, second])

    assert (first.instant, second.mode_on(T), second.mode_on(P)) == (True, "SHARE UPDATE EXCLUSIVE", "ROW SHARE")
    assert (both.mode_on(T), both.mode_on(P)) == ("SHARE ROW EXCLUSIVE", "SHARE ROW EXCLUSIVE")
    assert [work.name for work in both.scans] == ["c"]
    assert strongest([first, second]) == "SHARE ROW EXCLUSIVE"
    assert strongest([]) == "none"


def test_a_do_block_does_what_its_statements_do() -> None:
    block = "DO $$ BEGIN ALTER TABLE t ADD a uuid DEFAULT gen_random_uuid(); EXECUTE 'DROP TABLE ' || 'u'; END $$"

    effect = effect_of(block, 18)

    assert [work.relation for work in effect.rewrites] == [T]
    assert len(effect.doubts) == 1
    assert "put together at run time" in effect.doubts[0]


def test_what_the_server_would_not_read_is_refused() -> None:
    assert effect_of("ALTER TABLE t ALTER a SET NOT NULL NOT VALID", 18).refused
    assert effect_of("ALTER TABLE t ADD a int GENERATED ALWAYS AS (b) VIRTUAL", 17).refused
    assert not effect_of("ALTER TABLE t ADD a int GENERATED ALWAYS AS (b) VIRTUAL", 18).refused


def test_a_table_read_from_the_catalogue_is_known() -> None:
    table = Table(
        name=TableName(schema_name="app", name="t"),
        columns=(
            Column(name="id", type="bigint", nullable=False),
            Column(name="v", type="character varying(10)", nullable=True),
        ),
        indexes=(
            Index(name="t_pkey", definition="CREATE UNIQUE INDEX t_pkey ON app.t USING btree (id)", columns=("id",)),
            Index(name="t_v", definition="CREATE INDEX t_v ON app.t USING btree (lower(v))", columns=("",)),
        ),
        constraints=(
            Constraint(name="t_pkey", kind="p", definition="PRIMARY KEY (id)", columns=("id",)),
            Constraint(name="v_there", kind="c", definition="CHECK ((v IS NOT NULL)) NOT VALID", columns=("v",)),
            Constraint(name="fk", kind="f", definition="FOREIGN KEY (id) REFERENCES app.p(id)", columns=("id",)),
        ),
    )
    known = of_table(table)

    wider = effect_of("ALTER TABLE app.t ALTER v TYPE varchar(20)", 18, known)
    assert (wider.rewrites, [work.name for work in wider.builds]) == ((), ["t_v"])
    assert effect_of("ALTER TABLE app.t ALTER v SET NOT NULL", 18, known).scans
    assert effect_of("ALTER TABLE app.t VALIDATE CONSTRAINT v_there", 18, known).scans
    assert not effect_of("ALTER TABLE app.t ALTER id SET NOT NULL", 18, known).scans
    dropped = effect_of("DROP TABLE app.t", 18, known)
    assert dropped.mode_on(Relation(schema_name="app", name="p")) == "ACCESS EXCLUSIVE"


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(list(READ)), max_size=6))
def test_any_order_of_statements_has_an_effect(statements: list[str]) -> None:
    known, growing = Known(), Growing()
    for sql in statements:
        [statement] = parse(sql)

        effect = effect_of(statement, 18, known)

        assert effect == effect_of(statement, 18, growing)
        assert all(sentence for sentence in effect.because)
        known, growing = after(known, statement.actions), after(growing, statement.actions)
