"""Options that several commands share."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from protocol.discovery import Scalar
from protocol.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])


def of_a_run(command: F) -> F:
    """Which database, as what, with which model, kept where."""
    for option in reversed(
        (
            click.option("--profile", metavar="NAME", help="A database of the configuration."),
            click.option(
                "--environment",
                type=click.Choice(["production", "staging", "development"]),
                help="What the database is; unknown counts as production.",
            ),
            click.option("--model", metavar="NAME", help="guided, or a model's name. Without a key: guided."),
            click.option("--code", metavar="DIR", help="The application's code, searched for what changes."),
            click.option("--state", metavar="DIR", help="Where runs and journals are kept."),
        )
    ):
        command = option(command)
    return command


def flags(**given: object) -> dict[str, object]:
    """Options as settings; what was not given is left out."""
    return {name.replace("__", "."): value for name, value in given.items() if value is not None}


def read_answers(path: Path | None) -> dict[str, Scalar]:
    """Read a TOML file whose keys are the ids of questions; raise UsageError with a sentence."""
    if path is None:
        return {}
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"The answers file {path} cannot be read: {error.strerror}. Nothing was changed.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"The answers file {path} is not TOML: {error}. Nothing was changed.") from None
    content = {name: str(value) if isinstance(value, float) else value for name, value in content.items()}
    wrong = [name for name, value in content.items() if not isinstance(value, bool | int | str)]
    if wrong:
        raise UsageError(f"In {path}, `{wrong[0]}` must be text, a whole number, true or false. Nothing was changed.")
    return content


def split_target(database: str | None, request: str | None) -> tuple[str | None, str | None]:
    """`plan "request"` and `plan DSN "request"` are both allowed: a lone argument with a space in it is the request."""
    if request is None and database is not None and "://" not in database and " " in database.strip():
        looks_like_keywords = all("=" in word for word in database.split())
        return (database, None) if looks_like_keywords else (None, database)
    return database, request
