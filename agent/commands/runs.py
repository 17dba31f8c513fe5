"""`whimbrel runs`, `status`, `resume` and `rollback`."""

import asyncio
import json
import sys

import click

from agent.commands.driving import Opened, drive
from agent.commands.options import flags, of_a_run
from agent.console import Consent, Console
from agent.demo_place import demo_dsn_of
from agent.drive import open_session, same_target
from agent.drive import resume as resume_run
from agent.journal import Journal
from agent.runs import Run, all_runs, find
from agent.session import Session
from agent.setup import Setup, prepare
from protocol.errors import DriftRefused, IllegalMove, NeedsAnswer, UsageError
from protocol.events import RunPaused
from protocol.states import FINAL, Execution, Idle, Monitoring, Paused, RollingBack, execution_of, no_return_of, plan_of
from protocol.steps import Gate
from tools.planning import drifted
from tools.steps import go_on_rolling_back, roll_back


@click.command()
@click.option("--state", metavar="DIR", help="Where runs and journals are kept.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def runs(state: str | None, as_json: bool) -> None:
    """List the runs, the latest first."""
    setup = prepare(None, flags(state=state))
    found, broken = all_runs(setup.runs)
    for sentence in broken:
        click.echo(f"whimbrel: {sentence}", err=True)
    if not found and not as_json:
        click.echo("There is no run yet.", err=True)
    for run in found:
        row = _row(run)
        click.echo(
            json.dumps(row) if as_json else "  ".join((row["run"], row["began"], f"{row['phase']:<12}", row["request"]))
        )


@click.command()
@click.argument("run", required=False)
@click.option("--state", metavar="DIR", help="Where runs and journals are kept.")
def status(run: str | None, state: str | None) -> None:
    """Say where RUN stands; without RUN, the latest."""
    setup = prepare(None, flags(state=state))
    found = find(setup.runs, run)
    now = found.state
    click.echo(f"Run {found.id}: {_row(found)['request']}")
    click.echo(f"Phase: {now.phase.replace('_', ' ')}" + (f" ({now.reason})" if isinstance(now, Paused) else ""))
    plan, execution = plan_of(now), execution_of(now)
    if plan is not None:
        chosen = ", ".join(plan.chosen)
        click.echo(f"Plan: {plan.title}, strategy {chosen}, digest {plan.digest[:12]}, {plan.environment.upper()}")
        for step in plan.steps:
            done = execution is not None and step.id in execution.done
            click.echo(f"  {'✓' if done else '·'} {step.id}: {step.title}")
    if found.is_unfinished:
        click.echo(f"`whimbrel resume {found.id}` goes on.")


@click.command()
@click.argument("run", required=False)
@click.argument("database", metavar="[DSN]", required=False)
@click.option("--approve", metavar="ask|DIGEST", help="Confirm the steps of the approved plan of this digest.")
@click.option("--confirm-database", metavar="NAME", help="Needed with --approve DIGEST on production.")
@click.option("--yes", is_flag=True, help="Confirm each step; development targets only.")
@click.option("--gate", "gates", multiple=True, metavar="ID|all", help="What this deploy gate waits for is true.")
@click.option("--json", "as_json", is_flag=True, help="Every event as a JSON line.")
@of_a_run
def resume(
    run: str | None,
    database: str | None,
    approve: str | None,
    confirm_database: str | None,
    yes: bool,
    gates: tuple[str, ...],
    as_json: bool,
    **options: str | None,
) -> int:
    """Go on with RUN where it stopped; nothing that was done is done again. Without RUN, the latest unfinished one."""
    found, setup = find_with_database(run, database, options, unfinished=True)
    if isinstance(found.state, (*FINAL, Monitoring, Idle)):
        raise UsageError(f"Run {found.id} has nothing to go on with: it is {found.state.phase.replace('_', ' ')}.")
    console = Console(
        consent=Consent(approve=approve, yes=yes, confirm_database=confirm_database, gates=gates),
        interactive=sys.stdin.isatty() and not as_json,
        as_json=as_json,
    )
    _digest_fits(found, approve, confirm_database)
    _gates_exist(found, gates)
    return drive(console, lambda opened: resume_run(setup, console, found.id, opened))


@click.command()
@click.argument("run", required=False)
@click.argument("database", metavar="[DSN]", required=False)
@click.option("--yes", is_flag=True, help="Do not ask; development targets only.")
@click.option("--confirm-database", metavar="NAME", help="Say the database's name instead of typing it.")
@click.option("--despite-changes", is_flag=True, help="Also when the tables were changed since; that may go as well.")
@of_a_run
def rollback(
    run: str | None,
    database: str | None,
    yes: bool,
    confirm_database: str | None,
    despite_changes: bool,
    **options: str | None,
) -> int:
    """Take RUN back: the undo of each done step, last first. What it costs is said before."""
    found, setup = find_with_database(run, database, options)
    plan, execution = plan_of(found.state), execution_of(found.state)
    if plan is None or execution is None or isinstance(found.state, FINAL):
        raise IllegalMove(f"Run {found.id} is {found.state.phase.replace('_', ' ')}: there is nothing to take back.")
    final = no_return_of(execution)
    if final is not None:
        raise IllegalMove(
            f"“{final.title}” was the point of no return, and run {found.id} is behind it. Nothing was taken back. "
            "What is gone is in the backup."
        )
    name = plan.facts.target.database
    undone = [step.undo for step in reversed(plan.steps) if step.id in execution.done and step.undo]
    costs = undone[-1].costs if undone else "No finished step changed your tables; nothing of yours is lost."
    click.echo(f"Rolling back {plan.title.lower()} on {name} ({plan.environment.upper()}). {costs}")
    for sql in (sql for undo in undone for sql in undo.sql):
        click.echo(f"  {sql};")
    agreed = (yes and plan.environment == "development") or confirm_database == name
    if not agreed and not sys.stdin.isatty():
        raise NeedsAnswer(f"Rolling back needs a yes: add --confirm-database {name}. Nothing was changed.")
    if (
        not agreed
        and click.prompt(f"Type the database's name, {name}, to roll back", default="", show_default=False) != name
    ):
        raise NeedsAnswer("Not rolled back. Nothing was changed.")
    console = Console()
    return drive(console, lambda opened: _roll_back(setup, console, found.id, opened, despite_changes))


async def _roll_back(setup: Setup, console: Console, run: str, opened: Opened, despite_changes: bool) -> int:
    with Journal(setup.runs / run) as journal:
        session = open_session(setup, console, run, journal)
        opened(session)
        await asyncio.to_thread(same_target, session)
        if not despite_changes and not isinstance(session.state, RollingBack):
            await asyncio.to_thread(_unchanged_since, session)
        if isinstance(session.state, Execution) and session.state.running:
            session.append(RunPaused(reason="the program ended in the middle of a step"))
        if isinstance(session.state, RollingBack):
            await go_on_rolling_back(session)
        else:
            await roll_back(session, "whimbrel rollback")
    return 0


def _unchanged_since(session: Session) -> None:
    """Refuse to take a run back over what came after it: its undo would take that along without a word."""
    execution = execution_of(session.state)
    if execution is None or was_left_in_a_step(session):
        return
    changed = drifted(session, execution.approved.plan, execution.fingerprint)
    if changed:
        raise DriftRefused(
            "The tables are not as this run left them: something was changed since, and taking the run back may take "
            "that along. Nothing was taken back. Take what came later back first, or add --despite-changes."
        )


def was_left_in_a_step(session: Session) -> bool:
    """A step that ended with the program, or failed in pieces, has changed more than the journal tells."""
    state = session.state
    return isinstance(state, Paused) or (isinstance(state, Execution) and state.running)


def find_with_database(
    run: str | None, database: str | None, options: dict[str, str | None], *, unfinished: bool = False
) -> tuple[Run, Setup]:
    if run is not None and ("://" in run or "=" in run):
        run, database = None, run
    setup = prepare(database, flags(**options))
    found = find(setup.runs, run, unfinished=unfinished)
    if setup.dsn is None:
        setup = prepare(demo_dsn_of(found, setup.settings.state_directory), flags(**options))
    return found, setup


def _gates_exist(run: Run, gates: tuple[str, ...]) -> None:
    """A gate that is named wrongly would stay shut without a word."""
    plan = plan_of(run.state)
    known = [step.id for step in plan.steps if isinstance(step, Gate)] if plan else []
    for gate in gates:
        if gate not in ("all", *known):
            raise UsageError(f"Run {run.id} has no gate `{gate}`; it has: {', '.join(known) or 'none'}.")


def _digest_fits(run: Run, approve: str | None, confirm_database: str | None) -> None:
    plan = plan_of(run.state)
    if approve in (None, "ask") or plan is None:
        return
    if len(str(approve)) < 12 or not plan.digest.startswith(str(approve)):
        raise IllegalMove(f"{approve} is not the digest of this run's plan ({plan.digest[:12]}…). Nothing was changed.")
    database = plan.facts.target.database
    if plan.environment == "production" and confirm_database != database:
        raise NeedsAnswer(f"This is production: add --confirm-database {database}. Nothing was changed.")


def _row(run: Run) -> dict[str, str]:
    request = run.request
    return {
        "run": run.id,
        "began": run.began[:16].replace("T", " "),
        "phase": run.state.phase.replace("_", " "),
        "database": request.target_alias if request else "",
        "request": request.words if request else "",
    }
