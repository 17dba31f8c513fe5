import pytest

from tests.tools.ground import RUN, Ground
from tools import ledger
from tools.ledger import Checkpoint


@pytest.fixture
def prepared(any_ground: Ground) -> Ground:
    with any_ground.database.writing(RUN, "prepare") as connection:
        ledger.prepare(connection)
    return any_ground


def test_nothing_is_there_before_it_is_prepared(ground: Ground) -> None:
    with ground.reading() as connection:
        assert not ledger.exists(connection)
        assert not ledger.is_done(connection, RUN, "backup")


def test_preparing_again_keeps_what_is_noted(prepared: Ground) -> None:
    with prepared.database.writing(RUN, "step") as connection:
        ledger.note_done(connection, RUN, "backup", "digest")
        ledger.prepare(connection)

        assert ledger.is_done(connection, RUN, "backup")


def test_a_step_is_done_in_its_own_run_only(prepared: Ground) -> None:
    with prepared.database.writing(RUN, "step") as connection:
        ledger.note_done(connection, RUN, "backup", "digest")

        assert not ledger.is_done(connection, "run-2", "backup")
        assert not ledger.is_done(connection, RUN, "backfill")


def test_a_checkpoint_is_replaced_and_comes_back_as_it_was(prepared: Ground) -> None:
    keys = ("", "it's", 'a "key", {with} \\ all', "ü")
    with prepared.database.writing(RUN, "backfill") as connection:
        first = ledger.read_checkpoint(connection, RUN, "backfill")
        ledger.note_checkpoint(connection, RUN, "backfill", Checkpoint(("1",), 1, 2))
        ledger.note_checkpoint(connection, RUN, "backfill", Checkpoint(keys, 3, 4))

        assert first is None
        assert ledger.read_checkpoint(connection, RUN, "backfill") == Checkpoint(keys, 3, 4)


def test_forgetting_a_step_forgets_its_checkpoint(prepared: Ground) -> None:
    with prepared.database.writing(RUN, "backfill") as connection:
        ledger.note_done(connection, RUN, "backfill", "digest")
        ledger.note_checkpoint(connection, RUN, "backfill", Checkpoint(("1",), 1, 2))
        ledger.forget(connection, RUN, "backfill")

        assert not ledger.is_done(connection, RUN, "backfill")
        assert ledger.read_checkpoint(connection, RUN, "backfill") is None


def test_a_transaction_that_is_rolled_back_leaves_no_note(prepared: Ground) -> None:
    with prepared.database.writing(RUN, "backfill") as connection:
        with connection.transaction(force_rollback=True):
            ledger.note_done(connection, RUN, "backfill", "digest")

        assert not ledger.is_done(connection, RUN, "backfill")
