from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.models.conversation import OPENING, UNKNOWN, messages_of
from evals.objections import wrong_history
from protocol.events import ModelReplied, Move, Narrative, PersonSaid, RequestMade, Told, ToolRefused, ToolReturned

Block = dict[str, Any]


def replied(*blocks: Block, text: str = "", stop: str = "tools") -> ModelReplied:
    return ModelReplied(text=text, blocks=blocks, model="m", stop=stop)


def use(call: str) -> Block:
    return {"type": "tool_use", "id": call, "name": "describe", "input": {}}


def words(text: str) -> Block:
    return {"type": "text", "text": text}


def unknown(call: str) -> Block:
    return {"type": "tool_result", "tool_use_id": call, "content": UNKNOWN, "is_error": True}


ASKED = RequestMade(words="Add a column.", target_alias="shop")
THINKING = {"type": "thinking", "thinking": "Hm.", "signature": "s"}


def test_a_conversation_becomes_alternating_messages() -> None:
    events = (
        ASKED,
        replied(THINKING, words("I look."), use("a")),
        Told(text="Reading."),
        ToolReturned(call_id="a", tool="describe", content="3 columns"),
        replied(words("Which type?"), stop="end"),
        PersonSaid(words="text"),
    )

    assert messages_of(events) == [
        {"role": "user", "content": [words("Add a column.")]},
        {"role": "assistant", "content": [THINKING, words("I look."), use("a")]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": "3 columns"}]},
        {"role": "assistant", "content": [words("Which type?")]},
        {"role": "user", "content": [words("text")]},
    ]


def test_a_refusal_is_an_error_the_model_is_told_of() -> None:
    events = (ASKED, replied(use("a")), ToolRefused(call_id="a", tool="drop", reason="Not in this phase."))

    assert messages_of(events)[-1]["content"] == [
        {"type": "tool_result", "tool_use_id": "a", "content": "Not in this phase.", "is_error": True}
    ]


def test_a_call_without_a_result_at_the_end_has_an_unknown_outcome() -> None:
    assert messages_of((ASKED, replied(use("a"))))[-1] == {"role": "user", "content": [unknown("a")]}


def test_a_call_without_a_result_in_the_middle_has_an_unknown_outcome() -> None:
    events = (ASKED, replied(use("a")), PersonSaid(words="Are you there?"), replied(words("Yes.")))

    assert messages_of(events)[2] == {"role": "user", "content": [unknown("a"), words("Are you there?")]}


def test_a_call_that_is_followed_by_another_reply_has_an_unknown_outcome() -> None:
    messages = messages_of((ASKED, replied(use("a")), replied(use("b"))))

    assert [message["content"] for message in messages[2::2]] == [[unknown("a")], [unknown("b")]]


def test_words_spoken_while_a_tool_ran_come_after_its_result() -> None:
    events = (
        ASKED,
        replied(use("a")),
        PersonSaid(words="Hurry."),
        ToolReturned(call_id="a", tool="describe", content="done"),
    )

    assert [block["type"] for block in messages_of(events)[-1]["content"]] == ["tool_result", "text"]


def test_a_result_nobody_asked_for_is_left_out() -> None:
    events = (ASKED, ToolReturned(call_id="x", tool="t", content="c"), PersonSaid(words="And?"))

    assert messages_of(events) == [{"role": "user", "content": [words("Add a column."), words("And?")]}]


def test_only_the_first_result_of_a_call_counts() -> None:
    events = (
        ASKED,
        replied(use("a")),
        ToolReturned(call_id="a", tool="t", content="done"),
        ToolRefused(call_id="a", tool="t", reason="again?"),
    )

    assert messages_of(events)[-1]["content"] == [{"type": "tool_result", "tool_use_id": "a", "content": "done"}]


def test_a_result_that_comes_too_late_is_left_out() -> None:
    events = (ASKED, replied(use("a")), replied(words("Hm.")), ToolReturned(call_id="a", tool="t", content="done"))

    assert [message["content"] for message in messages_of(events)[2:]] == [[unknown("a")], [words("Hm.")]]


def test_a_result_answers_no_later_call_of_the_same_id() -> None:
    stray = ToolReturned(call_id="a", tool="t", content="done")
    events = (ASKED, stray, replied(use("a")), stray, replied(use("a")))

    assert [message["content"][0].get("content") for message in messages_of(events)[2::2]] == ["done", UNKNOWN]


def test_a_paused_turn_goes_on_in_the_same_message() -> None:
    events = (ASKED, replied(words("First"), stop="again"), replied(words("then."), stop="end"))

    assert messages_of(events)[1:] == [{"role": "assistant", "content": [words("First"), words("then.")]}]


@pytest.mark.parametrize(
    "block",
    [words(" \n"), {"type": "thinking", "thinking": "cut"}, {"type": "thinking", "thinking": "", "signature": ""}],
)
def test_what_no_request_may_contain_is_left_out(block: Block) -> None:
    assert messages_of((ASKED, replied(block, words("Yes."))))[1:] == [
        {"role": "assistant", "content": [words("Yes.")]}
    ]


def test_a_refused_answer_is_not_sent_back() -> None:
    events = (ASKED, replied(words("I can"), stop="refusal"), PersonSaid(words="Then so."))

    assert messages_of(events) == [{"role": "user", "content": [words("Add a column."), words("Then so.")]}]


def test_a_reply_without_blocks_is_its_text() -> None:
    assert messages_of((ASKED, replied(text="Guided.")))[-1] == {"role": "assistant", "content": [words("Guided.")]}


def test_the_person_always_begins() -> None:
    assert messages_of((replied(words("Hello.")),))[0] == {"role": "user", "content": [words(OPENING)]}


CALLS = st.sampled_from("abc")
TEXTS = st.sampled_from(["", " ", "Yes.", "No – wait.\n"])
BLOCKS = st.one_of(
    st.builds(use, CALLS),
    st.builds(words, TEXTS),
    st.builds(
        lambda signature: {"type": "thinking", "thinking": "t", "signature": signature}, st.sampled_from(["", "s"])
    ),
)
EVENTS: st.SearchStrategy[Move | Narrative] = st.one_of(
    st.builds(lambda made: ASKED.model_copy(update={"words": made}), TEXTS),
    st.builds(PersonSaid, words=TEXTS),
    st.builds(
        lambda blocks, stop: replied(*blocks, stop=stop),
        st.lists(BLOCKS, max_size=4, unique_by=lambda block: block.get("id") or repr(block)),
        st.sampled_from(["end", "tools", "again", "length", "refusal"]),
    ),
    st.builds(ToolReturned, call_id=CALLS, tool=st.just("t"), content=TEXTS),
    st.builds(ToolRefused, call_id=CALLS, tool=st.just("t"), reason=TEXTS),
    st.builds(Told, text=TEXTS),
)


@given(st.lists(EVENTS, max_size=15))
def test_every_prefix_of_every_run_is_a_history_the_service_accepts(events: list[Move | Narrative]) -> None:
    for end in range(len(events) + 1):
        messages = messages_of(events[:end])

        assert list(wrong_history(messages)) == ([] if messages else ["messages: the first message must be the user's"])


@given(st.lists(EVENTS, max_size=15))
def test_what_was_folded_does_not_change_when_the_run_goes_on(events: list[Move | Narrative]) -> None:
    """Only the user's last message grows: the service's cache holds what came before it."""
    before = messages_of(events)
    after = messages_of([*events, PersonSaid(words="Go on then.")])

    assert after[: len(before) - 1] == before[:-1]


@given(st.lists(EVENTS, max_size=15))
def test_folding_changes_no_event(events: list[Move | Narrative]) -> None:
    copies = [event.model_copy(deep=True) for event in events]
    messages_of(events)

    assert events == copies
