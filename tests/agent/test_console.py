import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from agent.commands.options import read_answers
from agent.console import Consent, Console, error_line
from protocol import events as e
from protocol.changes.add_column import AddColumn
from protocol.discovery import Answer, Origin, Question, Sheet
from protocol.errors import BadAnswer, NeedsAnswer, Refused, UsageError
from protocol.machine import advance
from protocol.person import Answers, Approve, Confirm, Decline, Hold, Modify, RollBack
from protocol.plan import Plan
from protocol.questions import questions_of
from protocol.rates import NO_LOCK
from protocol.states import Idle, State
from protocol.steps import Gate

Events = tuple[e.Move | e.Narrative, ...]
QUESTIONS: tuple[Question, ...] = questions_of((AddColumn.questions(),))
AT = "2026-01-01T00:00:00.000+00:00"


@dataclass
class Typed(Console):
    """A person at a terminal whose lines are known beforehand; after the last one, input ends."""

    lines: list[str] = field(default_factory=list)
    interactive: bool = True
    out: Any = field(default_factory=io.StringIO)

    async def _read(self, prompt: str) -> str | None:
        self.out.write(prompt)
        return self.lines.pop(0) if self.lines else None


def play(console: Console, events: Events) -> None:
    state: State = Idle()
    for number, event in enumerate(events, start=1):
        state = advance(state, event)
        console.show(e.Entry(n=number, at=AT, event=event), state)


def said_by(console: Console) -> str:
    assert isinstance(console.out, io.StringIO)
    return console.out.getvalue()


def silent(**given: Any) -> Console:
    return Console(**{"out": io.StringIO()} | given)


def sheet(**answers: str | bool) -> Sheet:
    return Sheet(
        answers=tuple(Answer(question=name, value=value, origin=Origin.WORDS) for name, value in answers.items())
    )


def full_sheet() -> Sheet:
    return sheet(
        table="users", column="role", type="text", nullable=True, default="none", environment="staging", downtime="none"
    )


# --- what is printed -----------------------------------------------------------------------------------------------

GOLDEN = """\
Request: add a role column to users
Database: postgres@socket/shop
Read: users, ~1,000,000 rows, 62.0 MB + 21.0 MB indexes
Plan plan-1: Add column role to users, strategy batched, digest {digest}
Approved: {digest} by ada
Step 1 of 6: Look before anything is touched
✓ preflight done in 250 ms
Step 2 of 6: Back up the database
✓ backup done in 250 ms
Step 3 of 6: Add column role, empty
✓ add_column done in 250 ms
Step 4 of 6: Fill role for the rows that exist
✓ backfill done in 250 ms
Step 5 of 6: Declare NOT NULL, unchecked
✓ declare_not_null done in 250 ms
Step 6 of 6: Prove NOT NULL for every row
✓ validate_not_null done in 250 ms
{checks}
✓ Verified.
The watch ended: 24 hours without an alarm
"""


def test_a_run_in_plain_lines(draft_plan: Callable[..., Plan], run_events: Callable[..., Events]) -> None:
    plan = draft_plan(default="gen_random_uuid()")
    console = silent()
    play(console, run_events(plan))

    checks = "\n".join(f"✓ {check.title}: {check.expected or ''}" for check in plan.checks)
    assert said_by(console) == GOLDEN.format(digest=plan.digest[:12], checks=checks)


def test_a_run_in_json_is_the_journal_line_by_line(
    draft_plan: Callable[..., Plan], run_events: Callable[..., Events]
) -> None:
    events = run_events(draft_plan())
    console = silent(as_json=True)
    play(console, events)

    lines = said_by(console).splitlines()

    assert [e.Entry.model_validate_json(line).event for line in lines] == list(events)
    assert json.loads(lines[0]) == {
        "n": 1,
        "at": AT,
        "event": {
            "type": "request_made",
            "words": "add a role column to users",
            "target_alias": "postgres@socket/shop",
            "environment": None,
        },
    }


def test_plain_lines_hold_no_escape_and_no_box(run_events: Callable[..., Events]) -> None:
    console = silent()
    play(console, run_events())

    assert not set(said_by(console)) & {"\x1b", "\r", "│", "─", "┌", "█"}


def test_trouble_in_plain_lines() -> None:
    console = silent()
    trouble = (
        e.LockWaited(step="add_column", attempt=1, attempts=20, blockers=("process 7 (psql) is idle",)),
        e.LockWaited(step="add_column", attempt=2, attempts=20, blockers=()),
        e.StepFailed(step="add_column", reason="no lock after 20 tries"),
        e.RunPaused(reason="paused"),
        e.CheckDone(check="rows", title="No row was lost", observed="9 rows now, 10 before", passed=False),
        e.ToolRefused(call_id="1", tool="execute_step", reason="not now"),
    )
    for number, event in enumerate(trouble, start=1):
        console.show(e.Entry(n=number, at=AT, event=event), Idle())

    assert said_by(console).splitlines() == [
        "  no lock at try 1 of 20: process 7 (psql) is idle",
        "  no lock at try 2 of 20: whoever held it is gone",
        "✗ add_column failed: no lock after 20 tries",
        "Paused: paused",
        "✗ No row was lost: 9 rows now, 10 before",
        "Refused: execute_step: not now",
    ]


def progress(console: Console, *rows: int, of: int | None = 1_000) -> None:
    for number, seen in enumerate(rows, start=1):
        event = e.StepProgressed(step="backfill", rows=seen, of=of)
        console.show(e.Entry(n=number, at=AT, event=event), Idle())


def test_progress_is_said_every_five_per_cent() -> None:
    console = silent()
    progress(console, *range(0, 1_001, 7), 1_000)

    shares = [int(line.split(" %")[0]) for line in said_by(console).splitlines()]

    assert len(shares) == 21
    assert all(5 * n <= share < 5 * n + 2 for n, share in enumerate(shares))


def test_progress_begins_anew_with_each_step() -> None:
    console = silent()
    progress(console, 500, 510)
    console.show(e.Entry(n=3, at=AT, event=e.StepStarted(step="another")), Idle())
    progress(console, 510)

    assert said_by(console).count("500 rows") == 1
    assert said_by(console).count("51 % 510 rows") == 1


def test_progress_without_a_known_end_counts_rows() -> None:
    console = silent()
    progress(console, 5_000, of=None)

    assert said_by(console) == "  5,000 rows\n"


def test_what_was_streamed_is_not_printed_twice() -> None:
    console = silent()
    console.stream("I see ")
    console.stream("a table.")
    reply = e.ModelReplied(text="I see a table.", model="some", stop="end")
    console.show(e.Entry(n=1, at=AT, event=reply), Idle())
    console.show(e.Entry(n=2, at=AT, event=reply), Idle())

    assert said_by(console) == "I see a table.\nI see a table.\n"


def test_json_has_no_line_that_is_not_json() -> None:
    console = silent(as_json=True)
    console.stream("half a sen")

    assert said_by(console) == ""
    assert json.loads(error_line("It failed.", 5, ("type",))) == {"error": "It failed.", "exit": 5, "missing": ["type"]}


# --- questions -----------------------------------------------------------------------------------------------------


async def test_the_answers_file_is_given_once_and_what_is_open_then_stays_open() -> None:
    console = silent(answers={"type": "text", "nullable": True})

    assert await console.answer(Sheet(), QUESTIONS, {}) == Answers(given={"type": "text", "nullable": True})
    assert await console.answer(Sheet(), QUESTIONS, {}) == Answers()


async def test_nobody_is_asked_and_nothing_is_guessed_without_a_terminal() -> None:
    console = silent()

    assert await console.listen() is None
    assert await console.answer(Sheet(), QUESTIONS, {}) == Answers()
    assert await console.after_trouble(Idle(), "a step failed") == "pause"
    assert said_by(console) == ""


async def test_an_answer_from_the_file_that_cannot_stand_ends_the_run() -> None:
    console = silent(answers={"default": "nope("})
    await console.answer(Sheet(), QUESTIONS, {})

    with pytest.raises(BadAnswer, match=r"`nope\(` is no expression\. Nothing was changed\."):
        await console.answer(Sheet(), QUESTIONS, {"default": "`nope(` is no expression."})


async def test_a_plan_that_cannot_be_made_is_refused_without_a_terminal() -> None:
    console = silent(answers={"type": "text"})
    await console.answer(Sheet(), QUESTIONS, {})

    with pytest.raises(Refused, match="cannot be made safe"):
        await console.answer(Sheet(), QUESTIONS, {"plan": "This cannot be made safe as asked."})


async def test_a_person_is_asked_only_what_is_open_and_has_no_safe_answer() -> None:
    console = Typed(lines=["varchar(50)", "1", "", "no", "'user'", ""])
    asked = tuple(question for question in QUESTIONS if question.id not in ("rows", "duration"))

    answers = await console.answer(sheet(table="users", column="role"), asked, {})

    assert answers.given == {
        "type": "varchar(50)",
        "environment": "production",
        "downtime": "none",
        "nullable": False,
        "default": "'user'",
    }


async def test_a_bad_answer_is_explained_and_asked_again() -> None:
    known = sheet(table="users", column="role", type="text", default="none", environment="staging", downtime="none")
    nullable = tuple(question for question in QUESTIONS if question.id == "nullable")
    console = Typed(lines=["perhaps", "maybe", "yes", ""])

    assert await console.answer(known, nullable, {}) == Answers(given={"nullable": True})
    assert said_by(console).count("! `perhaps` does not answer `nullable`: say yes or no") == 1
    assert said_by(console).count("nullable> ") == 3


async def test_a_question_with_a_problem_is_asked_although_it_was_answered() -> None:
    questions = tuple(question for question in QUESTIONS if question.id in ("table", "column"))
    console = Typed(lines=["nickname", ""])

    answers = await console.answer(sheet(table="users", column="role"), questions, {"column": "`role` is there."})

    assert answers == Answers(given={"column": "nickname"})
    assert "! `role` is there." in said_by(console)


async def test_a_line_corrects_one_answer_and_words_are_passed_on() -> None:
    questions = tuple(question for question in QUESTIONS if question.id in ("column", "nullable"))
    known = sheet(column="role", nullable=True)

    corrected = await Typed(lines=["nullable = sometimes", "nullable = no", ""]).answer(known, questions, {})
    worded = await Typed(lines=["call it nickname instead"]).answer(known, questions, {})

    assert corrected == Answers(given={"nullable": False})
    assert worded == Answers(words="call it nickname instead")


async def test_input_that_ends_in_the_middle_of_the_questions_changes_nothing() -> None:
    with pytest.raises(NeedsAnswer, match="Nothing was changed"):
        await Typed(lines=["varchar(50)"]).answer(sheet(table="users", column="role"), QUESTIONS, {})


# --- approval ------------------------------------------------------------------------------------------------------


def consenting(**consent: Any) -> Console:
    return silent(consent=Consent(**consent))


@pytest.mark.parametrize("characters", [12, 20, 64])
async def test_a_plan_is_approved_by_the_beginning_of_its_digest(
    characters: int, draft_plan: Callable[..., Plan]
) -> None:
    plan = draft_plan("staging")
    decision = await consenting(approve=plan.digest[:characters]).review(plan)

    assert isinstance(decision, Approve)
    assert decision.digest == plan.digest
    assert decision.by.endswith("(--approve)")


@pytest.mark.parametrize(
    "approval", [lambda digest: digest[:11], lambda digest: "0" + digest[1:12] + "x", lambda digest: digest + "0"]
)
async def test_another_digest_or_too_little_of_it_approves_nothing(
    approval: Callable[[str], str], draft_plan: Callable[..., Plan]
) -> None:
    plan = draft_plan("staging")

    with pytest.raises(Refused, match="is for another plan") as refused:
        await consenting(approve=approval(plan.digest)).review(plan)

    assert plan.digest in refused.value.message
    assert "Nothing was changed" in refused.value.message


async def test_an_empty_digest_approves_nothing(draft_plan: Callable[..., Plan]) -> None:
    with pytest.raises(Refused):
        await consenting(approve="").review(draft_plan("development"))


@pytest.mark.parametrize("name", [None, "", "shop2", "SHOP"])
async def test_production_needs_the_name_of_the_database_too(name: str | None, draft_plan: Callable[..., Plan]) -> None:
    plan = draft_plan("production")

    with pytest.raises(NeedsAnswer, match="add --confirm-database shop") as needs:
        await consenting(approve=plan.digest, confirm_database=name).review(plan)

    assert needs.value.missing == ("confirm_database",)


async def test_production_is_approved_by_digest_and_name(draft_plan: Callable[..., Plan]) -> None:
    plan = draft_plan("production")
    console = consenting(approve=plan.digest[:12], confirm_database="shop")

    assert isinstance(await console.review(plan), Approve)
    assert isinstance(await console.confirm(plan.steps[0], plan), Confirm)


async def test_yes_holds_on_development(draft_plan: Callable[..., Plan]) -> None:
    plan = draft_plan("development")
    console = consenting(yes=True)
    decision = await console.review(plan)

    assert isinstance(decision, Approve)
    assert decision.by.endswith("(--yes)")
    assert isinstance(await console.confirm(plan.steps[0], plan), Confirm)


@pytest.mark.parametrize("environment", ["staging", "production"])
async def test_yes_holds_nowhere_else(environment: str, draft_plan: Callable[..., Plan]) -> None:
    plan = draft_plan(environment)
    console = consenting(yes=True)

    with pytest.raises(NeedsAnswer, match="--yes holds on development targets only") as needs:
        await console.review(plan)
    with pytest.raises(NeedsAnswer, match="needs a confirmation"):
        await console.confirm(plan.steps[0], plan)

    assert f"--approve {plan.digest[:12]}" in needs.value.message


async def test_without_a_terminal_the_plan_is_shown_and_how_to_approve_it_is_said(
    draft_plan: Callable[..., Plan],
) -> None:
    plan = draft_plan("production")
    console = silent()

    with pytest.raises(NeedsAnswer) as needs:
        await console.review(plan)

    assert needs.value.missing == ("approval",)
    assert needs.value.message.endswith(f"--approve {plan.digest[:12]} --confirm-database shop")
    assert "ALTER TABLE public.users ADD COLUMN role" in said_by(console)


async def test_on_production_only_the_typed_name_means_yes(draft_plan: Callable[..., Plan]) -> None:
    plan = draft_plan("production")
    console = Typed(lines=["yes", "y", "", "SHOP", "shop"])

    assert isinstance(await console.review(plan), Approve)
    assert said_by(console).count("Proceed with migration? (type the database's name, shop, to proceed") == 5


async def test_a_no_or_the_end_of_input_declines(draft_plan: Callable[..., Plan]) -> None:
    for lines in (["no"], []):
        assert isinstance(await Typed(lines=lines).review(draft_plan("staging")), Decline)


async def test_another_strategy_can_be_wished_for_by_its_name(draft_plan: Callable[..., Plan]) -> None:
    plan = draft_plan("staging")

    assert await Typed(lines=["modify", "batched"]).review(plan) == Modify(strategy="batched")
    assert await Typed(lines=["modify", "magic"]).review(plan) == Modify(strategy=None)


async def test_each_step_is_shown_with_its_lock_and_sql_before_it_is_confirmed(
    draft_plan: Callable[..., Plan],
) -> None:
    plan = draft_plan("staging")
    step = plan.steps[2]
    console = Typed(lines=["", "ok", "yes"])

    assert isinstance(await console.confirm(step, plan), Confirm)
    assert "Lock: ACCESS EXCLUSIVE" in said_by(console)
    assert "ALTER TABLE public.users ADD COLUMN role text DEFAULT 'user' NOT NULL" in said_by(console)


async def test_a_step_can_be_held_or_everything_taken_back(draft_plan: Callable[..., Plan]) -> None:
    plan = draft_plan("staging")
    step = plan.steps[0]

    assert await Typed(lines=["hold"]).confirm(step, plan) == Hold()
    assert await Typed(lines=[]).confirm(step, plan) == Hold()
    assert isinstance(await Typed(lines=["roll back"]).confirm(step, plan), RollBack)


async def test_an_approval_to_be_asked_for_is_asked_for(draft_plan: Callable[..., Plan]) -> None:
    plan = draft_plan("development")
    asked = replace(Typed(lines=["yes"]), consent=Consent(approve="ask"))

    assert isinstance(await asked.review(plan), Approve)
    with pytest.raises(NeedsAnswer):
        await consenting(approve="ask").review(plan)


@pytest.mark.parametrize(("said", "meant"), [("retry", "retry"), ("roll back", "roll_back"), ("pause", "pause")])
async def test_after_trouble_the_person_chooses(said: str, meant: str) -> None:
    assert await Typed(lines=["what?", said]).after_trouble(Idle(), "no lock") == meant


async def test_a_full_sheet_asks_nothing() -> None:
    asked = tuple(question for question in QUESTIONS if question.id not in ("rows", "duration"))

    assert await Typed(lines=[""]).answer(full_sheet(), asked, {}) == Answers()


# --- the answers file ----------------------------------------------------------------------------------------------


def test_an_answers_file_holds_text_numbers_and_booleans(tmp_path: Any) -> None:
    file = tmp_path / "answers.toml"
    file.write_text("type = 'text'\nnullable = true\nlock_limit = 200\n")

    assert read_answers(file) == {"type": "text", "nullable": True, "lock_limit": 200}
    assert read_answers(None) == {}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"type = ", "is not TOML"),
        (b"\xff\xfe", "is not TOML"),
        (b"type = [1.5]", "`type` must be text"),
        (b"[type]\nname = 'text'", "`type` must be text"),
    ],
)
def test_an_answers_file_that_cannot_be_used_is_refused(content: bytes, reason: str, tmp_path: Any) -> None:
    file = tmp_path / "answers.toml"
    file.write_bytes(content)

    with pytest.raises(UsageError) as refused:
        read_answers(file)

    assert reason in refused.value.message
    assert str(file) in refused.value.message
    assert "Nothing was changed" in refused.value.message


# --- deploy gates --------------------------------------------------------------------------------------------------

GATE = Gate(
    id="deployed",
    title="Deploy",
    why="The old column goes next.",
    lock="none",
    held=NO_LOCK,
    duration=NO_LOCK,
    waits_for="every running version names `email_address` only",
)


CONSENTS = [Consent(), Consent(yes=True), Consent(approve="0" * 64), Consent(gates=("other",))]


@pytest.mark.parametrize("consent", CONSENTS)
async def test_no_consent_to_steps_opens_a_gate(consent: Consent, draft_plan: Callable[..., Plan]) -> None:
    console = silent(consent=consent)

    assert await console.confirm(GATE, draft_plan(environment="development")) == Hold()


@pytest.mark.parametrize("gates", [("deployed",), ("other", "all")])
async def test_a_gate_is_passed_by_its_id_or_by_all(gates: tuple[str, ...], draft_plan: Callable[..., Plan]) -> None:
    console = silent(consent=Consent(gates=gates))
    said = await console.confirm(GATE, draft_plan())

    assert isinstance(said, Confirm)
    assert (said.step, said.by.endswith("(--gate)")) == ("deployed", True)


@pytest.mark.parametrize(("line", "expected"), [("yes", Confirm), ("hold", Hold), ("roll back", RollBack)])
async def test_a_person_is_asked_whether_what_the_gate_waits_for_is_true(
    line: str, expected: type, draft_plan: Callable[..., Plan]
) -> None:
    console = Typed(lines=["perhaps", line])

    assert isinstance(await console.confirm(GATE, draft_plan()), expected)
    assert "Is this true: every running version names `email_address` only" in said_by(console)
