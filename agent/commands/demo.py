"""`whimbrel demo`: a PostgreSQL of its own with a realistic shop, then the chat."""

import sys

import click

from agent.commands.chat import open_chat
from agent.commands.driving import drive
from agent.commands.options import flags
from agent.console import Consent, Console
from agent.demo_place import DATABASE, demo_home
from agent.drive import start
from agent.setup import prepare
from tools.engines.embedded import EmbeddedServer

SENTENCE = (
    "add a role column to users, varchar(50), not null, default 'user', on development with no downtime, "
    "because roles decide who may do what"
)


@click.command()
@click.option("--rows", default=2_500_000, show_default=True, type=click.IntRange(1), help="Rows in table users.")
@click.option("--chat/--no-chat", "with_chat", default=None, help="Open the chat; default: when there is a terminal.")
@click.option("--stop", is_flag=True, help="Stop the demo's server and leave its data.")
@click.option("--dsn", "only_dsn", is_flag=True, help="Start the server, print the shop's address, and nothing else.")
@click.option("--reset", is_flag=True, help="Load the shop anew.")
@click.option("--state", metavar="DIR", help="Where server, runs and journals are kept.")
@click.option("--model", metavar="NAME", help="guided, or a model's name. Without a key: guided.")
@click.argument("request", required=False)
def demo(
    rows: int,
    with_chat: bool | None,
    stop: bool,
    only_dsn: bool,
    reset: bool,
    state: str | None,
    model: str | None,
    request: str | None,
) -> int:
    """Start an embedded PostgreSQL, load a shop, and open the chat.

    Without a terminal it loads the shop anew and carries out one request in plain lines.
    """
    setup = prepare(None, flags(state=state))
    server = EmbeddedServer(demo_home(setup.settings.state_directory))
    if stop:
        server.stop()
        click.echo("The demo's server is stopped; its data stays.", err=True)
        return 0
    if only_dsn:
        server.start()
        click.echo(server.create_database(DATABASE))
        return 0
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    chatting = terminal if with_chat is None else with_chat
    dsn = _load(server, rows, reset or not (chatting or request))
    setup = prepare(dsn, flags(state=state, model=model, environment=None if chatting else "development"))
    click.echo(f"psql '{dsn}' looks at it; `whimbrel demo --stop` stops the server.", err=True)
    if chatting:
        open_chat(setup, request)
        return 0  # trying it out and leaving is no failure, wherever the conversation stood
    console = Console(consent=Consent(yes=True))
    return drive(console, lambda opened: start(setup, console, request or SENTENCE, opened))


def _load(server: EmbeddedServer, rows: int, reset: bool) -> str:
    from tools.demo.load import discard, is_loaded, load

    click.echo("Starting PostgreSQL 18 …", err=True)
    server.start()
    dsn = server.create_database(DATABASE)
    if reset:
        discard(dsn)
    if is_loaded(dsn, rows):
        click.echo(f"The shop is there: {rows:,} users.", err=True)
        return dsn
    click.echo(f"Loading a shop with {rows:,} users …", err=True)
    shown = [-1]

    def progress(done: int, total: int) -> None:
        share = 100 * done // max(total, 1)
        if share // 10 > shown[0]:
            shown[0] = share // 10
            click.echo(f"  {share} %" if done < total else "  rows are there; indexes and statistics …", err=True)

    load(dsn, rows, progress)
    return dsn
