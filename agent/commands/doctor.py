"""`whimbrel doctor` and `whimbrel config`."""

import os
from pathlib import Path

import click

from agent import configuration_report
from agent.commands.options import flags, of_a_run
from agent.configuration import load
from agent.setup import prepare

MARKS = {"ok": "✓", "warn": "!", "fail": "✗"}


@click.command()
@click.argument("database", metavar="[DSN]", required=False)
@of_a_run
def doctor(database: str | None, **options: str | None) -> int:
    """Say what on this machine, in the settings or in the database stands in the way. Changes nothing."""
    from agent.doctor import examine, exit_code

    setup = prepare(database, flags(**options))
    lines = examine(setup.settings, setup.dsn, os.environ)
    for line in lines:
        click.echo(f"{MARKS[line.state]} {line.label:<10} {line.sentence}")
    return exit_code(lines)


@click.group()
def config() -> None:
    """Show, find or check the settings."""


@config.command()
def show() -> None:
    """Print every setting with where it comes from; secrets as ***."""
    for line in configuration_report.show(load(Path.cwd(), os.environ)):
        click.echo(line)


@config.command()
def path() -> None:
    """Print which files are looked at, in order."""
    for line in configuration_report.path(Path.cwd()):
        click.echo(line)


@config.command()
def validate() -> int:
    """Say whether the settings can be read; exit with 2 if not."""
    problems = configuration_report.validate(Path.cwd(), os.environ)
    for line in problems:
        click.echo(line)
    return 0
