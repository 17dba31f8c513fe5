"""Run a conversation to its end from a command, and turn what happens into sentences and exit codes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import click

from agent.console import Console, error_line
from protocol.errors import Interrupted, NeedsAnswer, WhimbrelError
from protocol.states import FINAL, Execution, Paused, Verification, execution_of

if TYPE_CHECKING:
    from agent.session import Session  # it brings the driver, which the first paint does not wait for


class Opened:
    """Remembers the session once it is open, so that an interrupt can say where it stands."""

    def __init__(self) -> None:
        self.session: Session | None = None

    def __call__(self, session: Session) -> None:
        self.session = session


def drive(console: Console, go: Callable[[Opened], Awaitable[int]]) -> int:
    """Run `go`; with JSON every error is a line on stdout too."""
    opened = Opened()

    async def main() -> int:
        return await go(opened)

    try:
        code = asyncio.run(main())
    except KeyboardInterrupt:
        error: WhimbrelError = Interrupted(where_it_stands(opened.session))
    except WhimbrelError as raised:
        error = raised
        if opened.session and "resume" not in raised.message:
            error.args = (raised.message + how_to_go_on(opened.session),)
    else:
        if code:
            _say_ending(console, code, opened.session)
        return code
    if console.as_json:
        missing = error.missing if isinstance(error, NeedsAnswer) else ()
        click.echo(error_line(error.message, error.exit_code, missing))
    raise error from None


def _say_ending(console: Console, code: int, session: Session | None) -> None:
    """The conversation ended by itself before the migration was done: say where. A run that is over has said so."""
    phase = session.state.phase.replace("_", " ") if session else "idle"
    untouched = session is None or execution_of(session.state) is None
    sentence = f"The conversation ended in phase {phase}." + (" Nothing was changed." if untouched else "")
    sentence += how_to_go_on(session) if session else ""
    if console.as_json:
        click.echo(error_line(sentence, code))
    if session is None or not isinstance(session.state, FINAL):
        click.echo(f"whimbrel: {sentence}", err=True)


def how_to_go_on(session: Session) -> str:
    """What was done so far and how to go on, where anything was."""
    execution = execution_of(session.state)
    if execution is None or isinstance(session.state, FINAL):
        return ""
    done = ", ".join(execution.done) or "nothing"
    return f" Done so far: {done}. `whimbrel resume {session.run}` goes on."


def where_it_stands(session: Session | None) -> str:
    """What an interrupt left behind, and how to go on."""
    if session is None:
        return "Interrupted. Nothing was changed."
    execution = execution_of(session.state)
    on = f"`whimbrel resume {session.run}` goes on from here."
    if execution is None or not execution.done:
        where = session.state.phase.replace("_", " ")
        return f"Interrupted in phase {where}. Nothing was changed. {on}"
    done = ", ".join(execution.done)
    back = (
        f" `whimbrel rollback {session.run}` takes it back."
        if isinstance(session.state, Execution | Paused | Verification)
        else ""
    )
    return f"Interrupted. Done so far: {done}; no lock is held. {on}{back}"
