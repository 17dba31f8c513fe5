import pytest

from protocol.errors import NoConnection, Refused
from protocol.events import SignalRead
from protocol.steps import Preflight
from tests.tools.ground import RUN, Ground, preflight
from tools import ledger
from tools.engines.dsn import parse
from tools.engines.postgres import Database
from tools.monitor import FLOORS
from tools.preflight import run_preflight
from tools.work import Work


@pytest.fixture
def table(ground: Ground) -> Ground:
    ground.ask("CREATE TABLE t (id bigint PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 1234)")
    return ground


def planned(ground: Ground) -> tuple[Work, Preflight]:
    """Nothing is prepared in the database."""
    plan = ground.plan(default="7")
    return Work(ground.database, RUN, plan, ground.events.append, ground.folder), preflight(plan)


def is_prepared(ground: Ground) -> bool:
    return bool(ground.value("SELECT to_regnamespace('whimbrel') IS NOT NULL"))


def test_rows_are_counted_and_the_checkpoints_have_a_place(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (id bigint PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 1234)")
    work, step = planned(any_ground)
    outcome = run_preflight(work, step)
    facts = dict(outcome.facts)

    assert outcome.rows == {"t": 1234}
    assert facts["Rows"] == "1,234 (counted)"
    assert facts["Holding the table now"] == "nobody"
    assert is_prepared(any_ground)


def test_looking_twice_is_looking_once(table: Ground) -> None:
    work, step = planned(table)

    assert run_preflight(work, step).rows == run_preflight(work, step).rows == {"t": 1234}


def test_every_signal_of_the_watch_gets_its_baseline(table: Ground) -> None:
    work, step = planned(table)
    run_preflight(work, step)
    read = [event for event in table.events if isinstance(event, SignalRead)]

    assert [event.signal for event in read] == list(FLOORS)
    assert {event.state for event in read} == {"normal"}


def test_who_holds_the_table_is_said(table: Ground) -> None:
    work, step = planned(table)
    with table.session("nightly report") as reader:
        reader.execute("SELECT count(*) FROM t")
        facts = dict(run_preflight(work, step).facts)

    assert "nightly report" in facts["Holding the table now"]


def test_a_role_without_rights_is_refused_and_nothing_is_created(table: Ground) -> None:
    work, step = planned(table)
    name = f"guest_{table.value('SELECT current_database()')}"
    table.ask(f"CREATE ROLE {name} LOGIN; GRANT SELECT ON t TO {name}")
    guest = Database(parse(table.dsn.replace("postgres@", f"{name}@")))
    with pytest.raises(Refused, match=r"does not own the table; .* may not create schema `whimbrel`"):
        run_preflight(Work(guest, RUN, work.plan, table.events.append, table.folder), step)

    assert not is_prepared(table)
    assert table.events == []


@pytest.mark.usefixtures("impatient")
def test_a_second_run_is_refused_before_anything_is_created(table: Ground) -> None:
    work, step = planned(table)
    with table.database.writing("run-9", "preflight") as other:
        ledger.claim(other)
        with pytest.raises(Refused, match="whimbrel/run-9/preflight"):
            run_preflight(work, step)

    assert not is_prepared(table)


def test_a_table_that_is_gone_is_refused(table: Ground) -> None:
    work, step = planned(table)
    table.ask("DROP TABLE t")
    with pytest.raises(Refused, match="no table `t`"):
        run_preflight(work, step)


def test_a_table_under_an_exclusive_lock_is_a_sentence(table: Ground) -> None:
    work, step = planned(table)
    with table.session() as other:
        other.execute("LOCK TABLE t")
        with pytest.raises(NoConnection, match=r"did not answer in time: .*lock timeout"):
            run_preflight(work, step)


def test_a_schema_of_another_owner_is_refused_in_a_sentence(table: Ground) -> None:
    work, step = planned(table)
    name = f"owner_{table.value('SELECT current_database()')}"
    table.ask(f"CREATE ROLE {name} LOGIN; ALTER TABLE t OWNER TO {name}; CREATE SCHEMA whimbrel")
    table.ask(f"GRANT CREATE ON DATABASE {table.value('SELECT current_database()')} TO {name}")
    owner = Database(parse(table.dsn.replace("postgres@", f"{name}@")))
    with pytest.raises(Refused, match=r"Schema `whimbrel` cannot be (used|created): permission denied"):
        run_preflight(Work(owner, RUN, work.plan, table.events.append, table.folder), step)
