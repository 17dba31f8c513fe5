from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from agent.journal import read
from agent.session import Session, fold
from protocol.errors import IllegalMove
from protocol.events import (
    Entry,
    Move,
    Narrative,
    PersonSaid,
    PlanApproved,
    PlanDrafted,
    RequestMade,
    StepConfirmed,
    Told,
    VerificationPassed,
)
from protocol.plan import Plan
from protocol.states import Discovery, Done, Idle, State

Events = tuple[Move | Narrative, ...]
REQUEST = RequestMade(words="add a role column to users", target_alias="shop")


def test_an_event_is_written_then_shown_with_the_state_after_it(
    open_session: Callable[..., Session], watching: Any
) -> None:
    session = open_session()
    session.append(REQUEST)

    assert [entry.event for entry in read(session.journal.path)] == [REQUEST]
    assert [(entry.n, state.phase) for entry, state in watching.seen] == [(1, "discovery")]


@pytest.mark.parametrize("wrong", [VerificationPassed(), StepConfirmed(step="backup", by="ada"), REQUEST])
def test_an_event_that_the_protocol_forbids_is_neither_written_nor_shown(
    wrong: Move, open_session: Callable[..., Session], watching: Any
) -> None:
    session = open_session()
    session.append(REQUEST)
    before = session.journal.path.read_bytes()

    with pytest.raises(IllegalMove):
        session.append(wrong)

    assert session.journal.path.read_bytes() == before
    assert len(watching.seen) == 1
    assert isinstance(session.state, Discovery)


def test_an_approval_of_another_digest_is_not_written(
    open_session: Callable[..., Session], run_events: Callable[..., Events]
) -> None:
    session = open_session()
    for event in run_events():
        if isinstance(event, PlanApproved):
            break
        session.append(event)
    written = len(session.history)

    with pytest.raises(IllegalMove, match="another plan"):
        session.append(PlanApproved(digest="0" * 64, by="mallory"))

    assert len(session.history) == written
    assert session.state.phase == "approval"


def test_what_could_not_be_written_moves_nothing(
    open_session: Callable[..., Session], watching: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_session()

    def full(_: Move | Narrative) -> Entry:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(session.journal, "append", full)
    with pytest.raises(OSError, match="No space"):
        session.append(REQUEST)

    assert session.state == Idle()
    assert watching.seen == []


def test_the_journal_folded_is_the_live_state_after_every_event(
    open_session: Callable[..., Session], run_events: Callable[..., Events]
) -> None:
    session = open_session()
    for event in run_events():
        session.append(event)

        assert fold(entry.event for entry in read(session.journal.path)) == session.state

    assert isinstance(session.state, Done)


def test_a_session_opened_again_stands_where_the_first_one_stood(
    open_session: Callable[..., Session], run_events: Callable[..., Events]
) -> None:
    first = open_session()
    for event in run_events()[:-4]:
        first.append(event)
    first.journal.close()

    second = open_session()

    assert second.state == first.state
    assert second.history == first.history


def test_listeners_are_told_after_the_person(open_session: Callable[..., Session], watching: Any) -> None:
    order: list[str] = []
    session = open_session()

    def listen(entry: Entry, _: State) -> None:
        order.append(f"listener {entry.n}, person {len(watching.seen)}")

    session.listeners.append(listen)
    session.append(REQUEST)

    assert order == ["listener 1, person 1"]


def test_events_from_many_threads_get_consecutive_numbers(open_session: Callable[..., Session]) -> None:
    session = open_session()
    with ThreadPoolExecutor(max_workers=16) as pool:
        list(pool.map(session.append, [Told(text=str(number)) for number in range(400)]))

    entries = list(read(session.journal.path))

    assert [entry.n for entry in entries] == list(range(1, 401))
    assert {entry.event.text for entry in entries if isinstance(entry.event, Told)} == {str(n) for n in range(400)}
    assert session.history == tuple(entry.event for entry in entries)


def test_of_two_threads_with_the_same_move_one_is_refused(open_session: Callable[..., Session]) -> None:
    session = open_session()

    def try_it(_: int) -> bool:
        try:
            session.append(REQUEST)
        except IllegalMove:
            return False
        return True

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert sorted(pool.map(try_it, range(8)))[-2:] == [False, True]

    assert len(session.history) == 1


def test_the_words_are_the_request_and_everything_said_after_it(open_session: Callable[..., Session]) -> None:
    session = open_session()
    for event in (REQUEST, Told(text="not yours"), PersonSaid(words="make it nullable")):
        session.append(event)

    assert session.words == "add a role column to users\nmake it nullable"


def test_there_is_no_work_without_an_approval(open_session: Callable[..., Session]) -> None:
    with pytest.raises(IllegalMove, match="Nothing is approved"):
        open_session().work()


def test_each_plan_of_a_run_has_its_own_id(
    open_session: Callable[..., Session], run_events: Callable[..., Events], draft_plan: Callable[..., Plan]
) -> None:
    session = open_session()

    assert session.next_plan_id() == "plan-1"

    for event in run_events(draft_plan()):
        session.append(event)
        if isinstance(event, PlanDrafted):
            break

    assert session.next_plan_id() == "plan-2"
