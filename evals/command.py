"""`whimbrel eval`: replay recorded conversations, or have them anew, and grade them."""

import os
from typing import TYPE_CHECKING

import click

from protocol.errors import ConfigurationError, NotYet

if TYPE_CHECKING:
    from evals.evidence import Evidence
    from evals.playground import Playground
    from evals.scenario import Scenario


@click.command("eval")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--model",
    default="recorded",
    show_default=True,
    metavar="recorded|guided|NAME",
    help="Who leads the conversations; a model's NAME needs a key and costs money.",
)
@click.option("--repeat", default=1, show_default=True, type=click.IntRange(1), metavar="K", help="Times each.")
@click.option("--record", is_flag=True, help="Keep a live conversation as a recording (not built yet).")
@click.option("--list", "only_list", is_flag=True, help="Say which scenarios there are, and do nothing.")
@click.option("--state", metavar="DIR", help="Where the evals' own PostgreSQL and their last journals are kept.")
def evaluate(names: tuple[str, ...], model: str, repeat: int, record: bool, only_list: bool, state: str | None) -> int:
    """Have the conversations of the scenarios and grade them by what the database, its log and the journal say.

    Runs on a PostgreSQL of its own. Exits with 0 only if every conversation ended as its scenario expects.
    """
    from evals import scenario as scenarios

    if record:
        raise NotYet(
            "--record is not built yet; nothing was run. Without it, `--model NAME` has the conversations live and "
            "grades them."
        )
    chosen = [scenarios.load(name) for name in names or scenarios.names()]
    if only_list:
        for one in chosen:
            click.echo(f"{one.name}: {one.title}")
        return 0
    _refuse_without_key(model)
    return _evaluate(chosen, model, repeat, state)


def _refuse_without_key(model: str) -> None:
    from agent.models.vendor import has_key

    if model not in ("recorded", "guided") and not has_key(os.environ):
        raise ConfigurationError(
            f"There is no key for {model}; nothing was run. Set ANTHROPIC_API_KEY, or use --model recorded or guided."
        )


def _evaluate(chosen: "list[Scenario]", model: str, repeat: int, state: str | None) -> int:
    from agent.commands.options import flags
    from agent.setup import prepare
    from evals.grade import grade
    from evals.playground import own_playground
    from evals.report import all_pass, report

    grades = []
    with own_playground(prepare(None, flags(state=state)).settings.state_directory) as playground:
        for scenario in chosen:
            for _ in range(repeat):
                click.echo(f"{scenario.name} …", err=True)
                grades.append(grade(_converse(scenario, playground, model)))
    click.echo(report(grades))
    if not all_pass(grades):
        click.echo(f"The journals are in {playground.folder}.", err=True)
    return 0 if all_pass(grades) else 1


def _converse(scenario: "Scenario", playground: "Playground", model: str) -> "Evidence":
    from evals.replay import guided, live, replay

    match model:
        case "recorded":
            return replay(scenario, playground)
        case "guided":
            return guided(scenario, playground)
        case _:
            return live(scenario, playground, model)
