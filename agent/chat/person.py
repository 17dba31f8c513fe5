"""The person at the screen: each question of the protocol becomes a panel, and its answer what the person did there."""

from __future__ import annotations

import asyncio
import getpass
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Literal, TypeVar

from agent.chat.decision_bar import DecisionBar
from agent.chat.happened import Happened, Settled, Streamed
from agent.chat.question_panel import QuestionPanel
from agent.chat.step_panel import StepPanel
from agent.chat.trouble_panel import TroublePanel
from protocol.discovery import Question, Sheet
from protocol.events import Entry
from protocol.person import Answers, Confirmation, Decision, Modify
from protocol.plan import Plan
from protocol.states import State
from protocol.steps import Step

if TYPE_CHECKING:
    from agent.chat.app import Chat
    from agent.chat.desk import Panel

LISTENING = "Say what shall change, or /help"
BUSY = "Working. What you send now waits its turn"
ASKING = "Or say it in your own words"
REVIEWING = "A plan waits for your decision (F2). Or say what shall be different"
DECIDING = "Your decision is needed above; words do nothing now"

T = TypeVar("T")


class ScreenPerson:
    """Implements `protocol.person.Person`; `show` and `stream` may be called from any thread."""

    def __init__(self, chat: Chat, by: str | None = None) -> None:
        self.chat = chat
        self.by = by or os_user()
        self.is_listening = False
        self.left = False
        self._said: asyncio.Queue[str | None] = asyncio.Queue()
        self._ear: Callable[[str], None] | None = self._said.put_nowait

    def hear(self, words: str) -> bool:
        """Take what was sent; False when words are no answer to what is asked."""
        if self._ear is None:
            return False
        self._ear(words)
        return True

    def leave(self) -> None:
        """Let `listen` return None, now and from now on."""
        self.left = True
        self._said.put_nowait(None)

    async def listen(self) -> str | None:
        if self.left:
            return None
        await self._settle()
        with self._expecting(LISTENING, self._said.put_nowait):
            self.is_listening = True
            self.chat.focus_what_matters()
            try:
                return await self._said.get()
            finally:
                self.is_listening = False

    async def answer(self, sheet: Sheet, questions: tuple[Question, ...], problems: dict[str, str]) -> Answers:
        if not questions:
            return Answers()
        await self._settle()
        answers: asyncio.Future[Answers] = asyncio.get_running_loop().create_future()
        panel = QuestionPanel(sheet, questions, problems, _once(answers))
        self.chat.action_view("chat")
        with self._expecting(ASKING, panel.words):
            async with self._docked(panel):
                return await answers

    async def review(self, plan: Plan) -> Decision:
        await self._settle()
        decision: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        done = _once(decision)
        bar = DecisionBar(plan, grace=self.chat.new_grace(), by=self.by, done=done)
        with self._expecting(REVIEWING, lambda words: done(Modify(answers=Answers(words=words)))):
            await self.chat.desk.plan.ask(bar)
            self.chat.action_view("plan")
            try:
                return await decision
            finally:
                await bar.remove()

    async def confirm(self, step: Step, plan: Plan) -> Confirmation:
        await self._settle()
        confirmation: asyncio.Future[Confirmation] = asyncio.get_running_loop().create_future()
        panel = StepPanel(step, plan, grace=self.chat.new_grace(), by=self.by, done=_once(confirmation))
        with self._expecting(DECIDING, None):
            async with self._docked(panel):
                return await confirmation

    async def after_trouble(self, state: State, reason: str) -> Literal["retry", "roll_back", "pause"]:
        await self._settle()
        way: asyncio.Future[Literal["retry", "roll_back", "pause"]] = asyncio.get_running_loop().create_future()
        panel = TroublePanel(state, reason, grace=self.chat.new_grace(), done=_once(way))
        with self._expecting(DECIDING, None):
            async with self._docked(panel):
                return await way

    def show(self, entry: Entry, state: State) -> None:
        self.chat.post_message(Happened(entry, state))

    def stream(self, text: str) -> None:
        self.chat.post_message(Streamed(text))

    async def _settle(self) -> None:
        """Wait until everything shown so far is on the screen, so that nothing older changes what is asked now."""
        settled = Settled()
        if self.chat.post_message(settled):
            await settled.reached.wait()

    @contextmanager
    def _expecting(self, what: str, ear: Callable[[str], None] | None) -> Iterator[None]:
        self._ear = ear
        self.chat.input_line.expect(what)
        try:
            yield
        finally:
            self._ear = self._said.put_nowait
            self.chat.input_line.expect(BUSY)

    @asynccontextmanager
    async def _docked(self, panel: Panel) -> AsyncIterator[None]:
        await self.chat.desk.put(panel)
        self.chat.focus_what_matters()
        self.chat.tell_keys()
        try:
            yield
        finally:
            await self.chat.desk.clear()
            self.chat.tell_keys()
            self.chat.focus_what_matters()


def _once(future: asyncio.Future[T]) -> Callable[[T], None]:
    """Return what takes the first decision and no second one."""

    def decide(value: T) -> None:
        if not future.done():
            future.set_result(value)

    return decide


def os_user() -> str:
    """The name of who sits here, as the operating system knows it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return f"uid {os.getuid()}"
