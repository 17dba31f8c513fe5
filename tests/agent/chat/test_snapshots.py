import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from agent.chat.app import Chat
from protocol import events as e
from protocol.discovery import Question, Sheet
from protocol.facts import Facts
from protocol.person import Person
from protocol.plan import Plan

MakeChat = Callable[..., Chat]
Tell = Callable[..., Any]
Events = tuple[e.Move | e.Narrative, ...]
StepRun = Callable[[str], Events]
Until = Callable[[Pilot[Any], Callable[[], object]], Awaitable[None]]

SIZES = [pytest.param((120, 36), id="120x36"), pytest.param((80, 24), id="80x24")]


class Played:
    """A drive that plays a story, and then asks or waits."""

    def __init__(self, story: Callable[[Person], Awaitable[object]]) -> None:
        self.story = story

    async def __call__(self, person: Person) -> int:
        await self.story(person)
        await person.listen()
        return 0


@pytest.fixture(params=SIZES)
def looks_the_same(
    request: pytest.FixtureRequest, snap_compare: Callable[..., bool], make_chat: MakeChat, until: Until
) -> Callable[..., bool]:
    """Compare the screen with its snapshot once `settled` holds."""

    def compare(
        story: Callable[[Person], Awaitable[object]], settled: Callable[[Chat], object], press: tuple[str, ...] = ()
    ) -> bool:
        chat = make_chat(Played(story))

        async def settle(pilot: Pilot[Any]) -> None:
            await until(pilot, lambda: settled(chat))
            await pilot.press(*press)
            await pilot.pause()

        return snap_compare(chat, terminal_size=request.param, run_before=settle)

    return compare


def has_panel(chat: Chat) -> bool:
    return chat.desk.panel is not None and chat.desk.panel.has_focus_within


def test_questions(
    looks_the_same: Callable[..., bool], tell: Tell, sheet: Sheet, questions: tuple[Question, ...], facts: Facts
) -> None:
    async def story(person: Person) -> None:
        tell(
            person,
            e.PersonSaid(words="Add a token to users"),
            e.RequestMade(words="Add a token to users", target_alias="shop", environment="production"),
            e.FactsRead(facts=facts),
            e.ModelReplied(text="I read **users**. Three questions are left.", model="guided", stop="end"),
        )
        await person.answer(sheet, questions, {"default": "a NOT NULL column needs a value."})

    assert looks_the_same(story, has_panel)


@pytest.mark.parametrize("section", ["1", "2", "3"])
def test_plan(
    looks_the_same: Callable[..., bool], tell: Tell, up_to_approval: Events, plan: Plan, section: str
) -> None:
    async def story(person: Person) -> None:
        tell(person, *up_to_approval)
        await person.review(plan)

    assert looks_the_same(story, lambda chat: chat.desk.plan.has_focus_within, (section,))


def test_step_confirmation(
    looks_the_same: Callable[..., bool], tell: Tell, approved: Events, step_run: StepRun, plan: Plan
) -> None:
    async def story(person: Person) -> None:
        tell(person, *approved, *step_run("preflight"), *step_run("backup"))
        await person.confirm(plan.steps[2], plan)

    assert looks_the_same(story, has_panel)


def test_run_progress(looks_the_same: Callable[..., bool], tell: Tell, approved: Events, step_run: StepRun) -> None:
    async def story(person: Person) -> None:
        tell(person, *approved, *step_run("preflight"), *step_run("backup"), *step_run("add_column"))
        tell(person, e.StepConfirmed(step="backfill", by="ada"), e.StepStarted(step="backfill"))
        for n in range(1, 12):
            tell(
                person,
                e.StepProgressed(
                    step="backfill",
                    rows=n * 100_000,
                    of=2_480_112,
                    rate=8_000 + n * 1_700,
                    seconds_left=60 - n,
                    batch_p95_ms=180,
                ),
            )
        who = "pid 4711 (reporting), which has held ACCESS SHARE for 12 s"
        tell(person, e.LockWaited(step="backfill", attempt=2, attempts=20, blockers=(who,)))
        await asyncio.Event().wait()

    assert looks_the_same(story, lambda chat: "Gave way" in str(chat.desk.run.log_lines.lines))


def test_verification(
    looks_the_same: Callable[..., bool], tell: Tell, approved: Events, step_run: StepRun, plan: Plan
) -> None:
    async def story(person: Person) -> None:
        tell(person, *approved, *(event for step in plan.steps for event in step_run(step.id)))
        for check, passed in zip(plan.checks, (True, True, True, False, True, None), strict=True):
            observed = "17" if passed is False else check.expected or "Index Only Scan"
            tell(person, e.CheckDone(check=check.id, title=check.title, observed=observed, passed=passed))
        state = tell(person, e.VerificationFailed(reason="17 rows are without a value"))
        await person.after_trouble(state, "17 rows are without a value")

    assert looks_the_same(story, has_panel)


def test_monitor(
    looks_the_same: Callable[..., bool], tell: Tell, approved: Events, step_run: StepRun, plan: Plan
) -> None:
    async def story(person: Person) -> None:
        checks = (e.CheckDone(check=c.id, title=c.title, observed="", passed=True) for c in plan.checks)
        steps = (event for step in plan.steps for event in step_run(step.id))
        tell(person, *approved, *steps, *checks, e.VerificationPassed())
        for value in (11, 12, 15):
            seconds = f"{value} s"
            tell(
                person,
                e.SignalRead(signal="Longest transaction", value=value, now=seconds, baseline="3 s", state="notice"),
                e.SignalRead(signal="Waiting sessions", value=0, now="0", baseline="0", state="normal"),
            )

    assert looks_the_same(story, lambda chat: chat.person.is_listening)


def test_without_colours(
    looks_the_same: Callable[..., bool],
    monkeypatch: pytest.MonkeyPatch,
    tell: Tell,
    approved: Events,
    step_run: StepRun,
    plan: Plan,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def story(person: Person) -> None:
        tell(person, *approved, *step_run("preflight"))
        await person.confirm(plan.steps[1], plan)

    assert looks_the_same(story, has_panel)
