from collections.abc import Callable

from agent.models.base import Reply, Request
from agent.models.guided import GuidedModel
from protocol.discovery import Answer, Origin, Sheet
from protocol.states import Discovery

Ask = Callable[..., Request]


def told(reply: Reply) -> list[tuple[object, object, dict[str, str]]]:
    return [
        (call.arguments["number"], call.arguments["kind"], {h["question"]: h["value"] for h in call.arguments["heard"]})
        for call in reply.calls
    ]


async def test_a_request_of_several_changes_is_proposed_in_one_reply(ask: Ask) -> None:
    words = "copy users.email into email_backup, then set users.email to lower(email) and add a note column to users"
    reply = await GuidedModel().reply(ask(words, state=Discovery(words=words)))

    assert told(reply) == [
        (1, "copy_column", {"table": "users", "column": "email", "new_column": "email_backup"}),
        (2, "set_values", {"table": "users", "assignments": "email = lower(email)"}),
        (3, "add_column", {"table": "users", "column": "note"}),
    ]
    assert [call.id for call in reply.calls] == [block["id"] for block in reply.blocks]


async def test_the_next_words_correct_the_change_that_the_answers_so_far_speak_of(ask: Ask) -> None:
    answers = (
        Answer(question="table", value="users", origin=Origin.WORDS),
        Answer(question="column", value="email", origin=Origin.WORDS),
        Answer(question="table_2", value="users", origin=Origin.WORDS),
        Answer(question="column_2", value="role", origin=Origin.WORDS),
        Answer(question="nullable_2", value=True, origin=Origin.PERSON),
    )
    state = Discovery(words="…", changes=("copy_column", "add_column"), sheet=Sheet(answers=answers))
    reply = await GuidedModel().reply(ask("make it not null after all", state=state))

    assert told(reply) == [(2, "add_column", {"nullable": "no"})]


async def test_a_word_that_was_taken_as_a_type_is_said_beside_the_proposal(ask: Ask) -> None:
    words = "add a prefs column to users, json"
    reply = await GuidedModel().reply(ask(words, state=Discovery(words=words)))

    assert reply.text.startswith("“json” is taken as jsonb: ")
    assert reply.blocks[0] == {"type": "text", "text": reply.text}
    assert told(reply) == [(1, "add_column", {"table": "users", "column": "prefs", "type": "jsonb"})]


async def test_what_is_not_understood_is_said_and_nothing_is_called(ask: Ask) -> None:
    reply = await GuidedModel().reply(ask("encrypt users.email", state=Discovery(words="encrypt users.email")))

    assert reply.calls == ()
    assert reply.text.startswith("I did not understand that. What I can carry out: ")
    assert "add a column" in reply.text
