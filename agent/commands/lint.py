"""`whimbrel lint`: the rules, on files; `whimbrel rule`: what a rule says."""

import re
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from protocol.errors import UsageError

if TYPE_CHECKING:
    from tools.lint.frameworks import Source
    from tools.lint.live import Server
    from tools.lint.report import Report

STDIN = Path("-")
FORMATS = ("text", "json", "github", "sarif")
DEFAULT_MAJOR = 18

COLOURS = {"error": "red", "warning": "yellow", "advice": "cyan"}
HEADS = re.compile(r"^(\S.*?:\d+:\d+) (error|warning|advice) ([\w-]+):", re.M)


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True), required=True)
@click.option("--pg", "major", type=click.IntRange(13, 18), help="The server's version. [default: 18]")
@click.option("--dsn", metavar="DSN", help="Ask this server, read-only, for what only it knows; its version counts.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--select", metavar="RULE", multiple=True, help="Report only this rule; may be repeated.")
@click.option("--ignore", metavar="RULE", multiple=True, help="Do not report this rule; may be repeated.")
@click.option(
    "--in-transaction",
    "--assume-in-transaction",
    "in_transaction",
    is_flag=True,
    help="What runs the files wraps each in one transaction. Of known tools this is seen by itself.",
)
def lint(
    files: tuple[Path, ...],
    major: int | None,
    dsn: str | None,
    form: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    in_transaction: bool,
) -> int:
    """Say what is unsafe in SQL FILES, folders of them, or - for stdin.

    Exits with 4 when there is an error, with 2 when a file could not be read; the others are judged all the same.
    """
    from tools.lint.lint import History
    from tools.lint.pages import check_known
    from tools.lint.report import report

    selected, ignored = check_known(select), check_known(ignore)
    unread: list[str] = []
    with _asked(dsn) as server:
        version = major or (server.major if server else DEFAULT_MAJOR)
        history = History(major=version, in_transaction=in_transaction, server=server)
        sources = _sources(files, unread)
        result = report([(one.name, history.judge(one)) for one in sources], selected, ignored)
    if result.files or form in ("json", "sarif"):
        _print(_written(form, result))
    for sentence in unread:
        click.echo(f"whimbrel: {sentence}", err=True)
    return 2 if unread else 4 if result.has_error else 0


@click.command()
@click.argument("name", required=False)
def rule(name: str | None) -> None:
    """Print what the rule NAME says, found by its own name or another linter's; list all rules without one."""
    from tools.lint.pages import find, overview, page

    click.echo("\n\n".join(page(one) for one in find(name)) if name else overview())


def _sources(paths: tuple[Path, ...], unread: list[str]) -> "Iterator[Source]":
    """Read one file after the other; of what cannot be read, keep the sentence."""
    from tools.lint.files import read, sql_files

    for path in paths:
        try:
            for file in [path] if path == STDIN else sql_files([path]):
                try:
                    yield _stdin() if file == STDIN else read(file)
                except UsageError as error:
                    unread.append(error.message)
        except UsageError as error:
            unread.append(error.message)


def _stdin() -> "Source":
    from tools.lint.files import decoded
    from tools.lint.frameworks import Source

    return Source(text=decoded(sys.stdin.buffer.read(), "stdin"), name="-")


def _asked(dsn: str | None) -> "AbstractContextManager[Server | None]":
    if dsn is None:
        return nullcontext()
    from tools.lint.server import asking

    return asking(dsn)


def _written(form: str, result: "Report") -> str:
    from tools.lint.formats import as_github, as_json, as_text
    from tools.lint.sarif import as_sarif

    match form:
        case "json":
            return as_json(result)
        case "sarif":
            return as_sarif(result)
        case "github":
            return as_github(result)
        case _:
            return _coloured(as_text(result))


def _print(text: str) -> None:
    if text:
        click.echo(text)


def _coloured(text: str) -> str:
    """Colour severity and rule for a terminal; click takes the colours out again where there is none."""
    return HEADS.sub(lambda head: f"{head[1]} {click.style(f'{head[2]} {head[3]}', fg=COLOURS[head[2]])}:", text)
