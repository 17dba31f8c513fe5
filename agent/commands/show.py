"""`whimbrel show`: a saved plan, in another form."""

from pathlib import Path

import click

from agent.plan_files import read_plan, up_sql
from protocol.errors import NotYet
from protocol.plan_markdown import markdown


@click.command()
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["md", "html", "sql", "json"]), default="md", show_default=True)
def show(plan: Path, form: str) -> None:
    """Show the plan in PLAN: a plan.json, or the folder that holds it."""
    found = read_plan(plan)
    match form:
        case "md":
            click.echo(markdown(found), nl=False)
        case "sql":
            click.echo(up_sql(found), nl=False)
        case "json":
            click.echo(found.model_dump_json(indent=2))
        case _:
            raise NotYet("Plans as HTML are not built yet; md, sql and json are.")
