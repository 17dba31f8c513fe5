from tools.lint.actions import Relation
from tools.lint.context import Context
from tools.lint.parse import parse


def after(sql: str) -> Context:
    context = Context(major=18)
    for statement in parse(sql):
        context.note(statement)
    return context


T = Relation(name="t")
PUBLIC_T = Relation(schema_name="public", name="t")


def test_a_table_of_the_file_is_new_until_a_rollback() -> None:
    assert after("CREATE TABLE t (a int)").is_new(PUBLIC_T)
    assert not after("BEGIN; CREATE TABLE t (a int); ROLLBACK").is_new(T)


def test_a_table_that_may_have_been_there_is_not_new() -> None:
    assert not after("CREATE TABLE IF NOT EXISTS t (a int)").is_new(T)


def test_another_search_path_is_another_table() -> None:
    assert not after("CREATE TABLE t (a int); SET search_path = other").is_new(T)
    assert after("BEGIN; SET LOCAL search_path = other; COMMIT; CREATE TABLE t (a int)").is_new(PUBLIC_T)


def test_a_search_path_is_a_list_without_the_session_user() -> None:
    assert after('SET search_path TO "$user", public; CREATE TABLE t (a int)').is_new(PUBLIC_T)
    assert after("SET search_path = other, public; CREATE TABLE t (a int)").is_new(
        Relation(schema_name="other", name="t")
    )


def test_a_local_setting_ends_with_its_transaction() -> None:
    within = "SET lock_timeout = '5s'; BEGIN; SET LOCAL lock_timeout = '2s'"

    assert after(within).setting("lock_timeout") == "2s"
    assert after(within + "; COMMIT").setting("lock_timeout") == "5s"
    assert after(within + "; COMMIT; RESET lock_timeout").setting("lock_timeout") is None


def test_not_null_is_proved_until_the_proof_is_dropped() -> None:
    proof = "ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c"

    assert after(proof).proves_not_null(T, "a")
    assert not after(proof).proves_not_null(T, "a", without=frozenset({"c"}))
    assert not after(proof + "; ALTER TABLE t DROP CONSTRAINT c").proves_not_null(T, "a")
    assert after(proof + "; ALTER TABLE t ALTER a SET NOT NULL; ALTER TABLE t DROP CONSTRAINT c").proves_not_null(
        T, "a"
    )


def test_a_not_null_constraint_is_the_not_null_of_its_column() -> None:
    declared = "ALTER TABLE t ADD CONSTRAINT c NOT NULL a NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c;"

    dropped = after(declared + "ALTER TABLE t ALTER a SET NOT NULL; ALTER TABLE t DROP CONSTRAINT c")

    assert not dropped.proves_not_null(T, "a")


def test_a_transaction_knows_what_it_added_unproved() -> None:
    add = "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID"

    assert after(f"BEGIN; {add}").unproved_in_transaction(T, "c")
    assert not after(f"BEGIN; {add}; COMMIT; BEGIN").unproved_in_transaction(T, "c")
    assert not after(add).unproved_in_transaction(T, "c")


def test_what_a_do_block_may_have_made_is_not_counted_on() -> None:
    assert not after("DO $$ BEGIN IF random() > 2 THEN CREATE TABLE t (a int); END IF; END $$").is_new(T)
    assert not after("CREATE TABLE t (a int); DO $$ BEGIN ALTER TABLE t RENAME TO u; END $$").is_new(T)


def test_another_table_under_the_same_name_is_not_new() -> None:
    assert not after("CREATE TABLE t (a int); ALTER TABLE t RENAME TO u; ALTER TABLE old RENAME TO t").is_new(T)
    assert not after("CREATE TABLE t (a int); DROP TABLE t").is_new(T)
    assert not after("BEGIN; SAVEPOINT s; CREATE TABLE t (a int); ROLLBACK TO s").is_new(T)


def test_a_setting_by_function_counts() -> None:
    assert after("SELECT pg_catalog.set_config('search_path', '', false)").setting("search_path") == ""
