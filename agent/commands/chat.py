"""`whimbrel chat`: the conversation on a screen."""

import asyncio
import os
import sys
from importlib import import_module

import click

from agent.commands.driving import Opened
from agent.commands.options import flags, of_a_run, split_target
from agent.setup import NO_DATABASE, Setup, prepare
from protocol.errors import ConfigurationError, UsageError
from protocol.person import Person


@click.command()
@click.argument("database", metavar="[DSN]", required=False)
@click.argument("request", metavar='"REQUEST"', required=False)
@click.option("--mouse/--no-mouse", default=True, help="Leave the mouse to the terminal with --no-mouse.")
@click.option("--plain", is_flag=True, help="Plain lines instead of a screen.")
@of_a_run
def chat(
    database: str | None = None,
    request: str | None = None,
    mouse: bool = True,
    plain: bool = False,
    **options: str | None,
) -> int:
    """Talk a migration through on a screen."""
    database, request = split_target(database, request)
    setup = prepare(database, flags(**options))
    if setup.dsn is None:
        raise ConfigurationError(NO_DATABASE)
    if plain or is_plain():
        return _plain(setup, request)
    return open_chat(setup, request, mouse=mouse)


def is_plain() -> bool:
    """A terminal that cannot show a screen, or a person who does not want one."""
    return os.environ.get("TERM") == "dumb" or os.environ.get("ACCESSIBLE") == "1"


def open_chat(setup: Setup, request: str | None, *, mouse: bool = True) -> int:
    """Open the screen and run a session in it; without a terminal raise UsageError."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("The chat needs a terminal. Without one, use `whimbrel run`. Nothing was changed.")
    from agent.chat.app import run_chat
    from agent.chat.controls import Controls

    opened = Opened()
    controls = Controls(
        pause=lambda: opened.session.pause() if opened.session else None,
        alias=setup.need_dsn().alias,
        environment=setup.settings.environment,
        model=setup.model_name,
    )

    async def session(person: Person) -> int:
        # driver, linter and loop are loaded behind the first paint, in a thread, so that the screen is never blocked
        drive = await asyncio.to_thread(import_module, "agent.drive")
        code: int = await drive.talk(setup, person, request, opened)
        return code

    return run_chat(session, controls=controls, mouse=mouse)


def _plain(setup: Setup, request: str | None) -> int:
    from agent.commands.driving import drive
    from agent.console import Console
    from agent.drive import talk

    console = Console(interactive=sys.stdin.isatty())
    return drive(console, lambda opened: talk(setup, console, request, opened))
