"""`whimbrel plan` and `whimbrel run`: the protocol without a screen."""

import sys
from pathlib import Path

import click

from agent.commands.driving import drive
from agent.commands.options import flags, of_a_run, read_answers, split_target
from agent.console import Consent, Console
from agent.drive import start
from agent.plan_files import write_plan
from agent.setup import prepare
from protocol.errors import NeedsAnswer, UsageError
from protocol.person import Decision, Decline
from protocol.plan import Plan
from protocol.plan_markdown import markdown
from tools.migration_files.detect import detect, form_named
from tools.migration_files.forms import FORMS

NO_REQUEST = 'No request was given; nothing was changed. Say it as an argument, such as "add a role column to users".'


@click.command()
@click.argument("database", metavar="[DSN]", required=False)
@click.argument("request", metavar='"REQUEST"', required=False)
@click.option("--answers", type=click.Path(path_type=Path), metavar="FILE", help="TOML: question id = answer.")
@click.option(
    "--approve", metavar="ask|DIGEST", help="Approve the plan of this digest (12 characters at least), or ask."
)
@click.option("--confirm-database", metavar="NAME", help="Needed with --approve DIGEST on production.")
@click.option("--yes", is_flag=True, help="Approve and confirm each step; development targets only.")
@click.option("--gate", "gates", multiple=True, metavar="ID|all", help="What this deploy gate waits for is true.")
@click.option("--json", "as_json", is_flag=True, help="Every event as a JSON line.")
@of_a_run
def run(
    database: str | None,
    request: str | None,
    answers: Path | None,
    approve: str | None,
    confirm_database: str | None,
    yes: bool,
    gates: tuple[str, ...],
    as_json: bool,
    **options: str | None,
) -> int:
    """Carry out REQUEST on the database at DSN: questions, plan, approval, steps, verification.

    Without a terminal, answers come from the request and from --answers, and the approval from --approve or --yes.
    At a deploy gate the run pauses (exit 6) until `whimbrel resume RUN --gate ID` says that what it waits for is true.
    """
    database, request = split_target(database, request)
    console = Console(
        answers=read_answers(answers),
        consent=Consent(approve=approve, yes=yes, confirm_database=confirm_database, gates=gates),
        interactive=sys.stdin.isatty() and not as_json,
        as_json=as_json,
    )
    if request is None and not console.interactive:
        raise UsageError(NO_REQUEST)
    setup = prepare(database, flags(**options))
    return drive(console, lambda opened: start(setup, console, request, opened))


class Planner(Console):
    """Takes the plan and declines it, so that nothing is left to resume."""

    plan: Plan | None = None

    async def review(self, plan: Plan) -> Decision:
        self.plan = plan
        return Decline(reason="only a plan was asked for")


@click.command()
@click.argument("database", metavar="[DSN]", required=False)
@click.argument("request", metavar='"REQUEST"', required=False)
@click.option("--answers", type=click.Path(path_type=Path), metavar="FILE", help="TOML: question id = answer.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Write files here."
)
@click.option(
    "--format", "form_name", type=click.Choice(FORMS), help="Migrations in this form; else what this folder tells."
)
@click.option("--json", "as_json", is_flag=True, help="The plan as JSON.")
@of_a_run
def plan(
    database: str | None,
    request: str | None,
    answers: Path | None,
    output: Path | None,
    form_name: str | None,
    as_json: bool,
    **options: str | None,
) -> int:
    """Plan REQUEST on the database at DSN and change nothing."""
    if form_name and output is None:
        raise UsageError("--format says how files are written, and needs -o DIR. Nothing was changed.")
    database, request = split_target(database, request)
    planner = Planner(answers=read_answers(answers), interactive=sys.stdin.isatty() and not as_json, out=sys.stderr)
    if request is None and not planner.interactive:
        raise UsageError(NO_REQUEST)
    setup = prepare(database, flags(**options))
    code = drive(planner, lambda opened: start(setup, planner, request, opened))
    made = planner.plan
    if made is None:
        raise UsageError("No plan was made. Nothing was changed.") if code == 2 else NeedsAnswer("No plan was made.")
    for line in _written(made, output, form_name) if output else ():
        click.echo(line, err=True)
    click.echo(made.model_dump_json(indent=2) + "\n" if as_json else markdown(made), nl=False)
    return 4 if made.errors else 0


def _written(made: Plan, folder: Path, form_name: str | None) -> tuple[str, ...]:
    """Write the plan's files; say which form they have, why, and where they belong."""
    here, table = Path.cwd(), made.watched[0] if made.watched else None
    form = form_named(form_name, here, table) if form_name else detect(here, table)
    place = f"; they belong into {form.folder}" if form.folder and form.name != "plain" else ""
    paths = write_plan(made, folder, form)
    return (f"Form: {form.name}, because {form.why}{place}", *(f"Written: {path}" for path in paths))
