"""`whimbrel monitor`, `announce` and `report`: what comes after the last step."""

import asyncio
from datetime import UTC, datetime, timedelta

import click

from agent.commands.driving import drive
from agent.commands.options import flags, of_a_run
from agent.commands.runs import find_with_database
from agent.console import Console
from agent.drive import open_session, same_target
from agent.journal import Journal
from agent.run_report import report_of
from agent.runs import Run, find
from agent.setup import Setup, prepare
from protocol.errors import IllegalMove, NotYet
from protocol.events import MonitoringEnded, VerificationPassed
from protocol.states import Monitoring, plan_of
from tools.verification import read_watch

WATCHED = timedelta(hours=24)


@click.command()
@click.argument("run", required=False)
@click.argument("database", metavar="[DSN]", required=False)
@click.option("--end", is_flag=True, help="End the watch now, before its 24 hours are over.")
@of_a_run
def monitor(run: str | None, database: str | None, end: bool, **options: str | None) -> int:
    """Take the next reading of RUN's watch. After 24 hours without an alarm the run is done."""
    found, setup = find_with_database(run, database, options)
    if not isinstance(found.state, Monitoring):
        raise IllegalMove(f"Run {found.id} is not being watched: it is {found.state.phase.replace('_', ' ')}.")
    console = Console()
    return drive(console, lambda _: _monitor(setup, console, found, end))


async def _monitor(setup: Setup, console: Console, run: Run, end: bool) -> int:
    with Journal(setup.runs / run.id) as journal:
        session = open_session(setup, console, run.id, journal)
        await asyncio.to_thread(same_target, session)
        plan = plan_of(session.state)
        assert plan is not None
        readings = await asyncio.to_thread(read_watch, session, plan)
        alarm = any(reading.state == "alarm" for reading in readings)
        if end:
            session.append(MonitoringEnded(reason="ended by the person"))
        elif watched_for(run) >= WATCHED and not alarm:
            session.append(MonitoringEnded(reason="24 hours without an alarm"))
        return 6 if alarm else 0


def watched_for(run: Run) -> timedelta:
    """How long ago verification passed."""
    at = [entry.at for entry in run.entries if isinstance(entry.event, VerificationPassed)][-1]
    return datetime.now(UTC) - datetime.fromisoformat(at)


@click.command()
@click.argument("run", required=False)
@click.option("--state", metavar="DIR", help="Where runs and journals are kept.")
def announce(run: str | None, state: str | None) -> None:
    """Print the text to post for where RUN stands: before, during or after. Whimbrel posts nothing itself yet."""
    found = find(prepare(None, flags(state=state)).runs, run)
    plan = plan_of(found.state)
    if plan is None:
        raise IllegalMove(f"Run {found.id} has no plan to announce yet.")
    texts = plan.communications
    match found.state.phase:
        case "approval":
            click.echo(texts.before)
        case "monitoring" | "done":
            click.echo(texts.after)
        case _:
            click.echo(texts.during)


@click.command()
@click.argument("run", required=False)
@click.option("--html", is_flag=True, help="Not built yet.")
@click.option("--state", metavar="DIR", help="Where runs and journals are kept.")
def report(run: str | None, html: bool, state: str | None) -> None:
    """Tell RUN from its journal, as Markdown."""
    if html:
        raise NotYet("Reports as HTML are not built yet; without --html it is Markdown.")
    click.echo(report_of(find(prepare(None, flags(state=state)).runs, run)), nl=False)
