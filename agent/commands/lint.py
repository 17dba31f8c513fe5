"""`whimbrel lint`: the rules, on files."""

import sys
from pathlib import Path

import click

from protocol.errors import NotYet, UsageError
from protocol.findings import Severity


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True), required=True)
@click.option("--pg", "major", type=click.IntRange(13, 18), default=18, show_default=True, help="The server's version.")
@click.option("--in-transaction", is_flag=True, help="The tool that runs the files wraps each in one transaction.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "github", "sarif"]), default="text", show_default=True
)
def lint(files: tuple[Path, ...], major: int, in_transaction: bool, form: str) -> int:
    """Say what is unsafe in SQL FILES (- is stdin). Exits with 4 when there is an error."""
    from tools.lint.formats import as_json, as_text
    from tools.lint.lint import lint as judge

    if form not in ("text", "json"):
        raise NotYet(f"The format {form} is not built yet; text and json are.")
    found = [
        (str(file), one) for file in files for one in judge(_read(file), major=major, in_transaction=in_transaction)
    ]
    if found or form == "json":
        click.echo(as_json(found) if form == "json" else as_text(found))
    return 4 if any(one.severity is Severity.ERROR for _, one in found) else 0


def _read(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not UTF-8 text.") from None
