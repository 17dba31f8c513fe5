"""What a person may set, and which database is meant by it."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from protocol.errors import ConfigurationError, UsageError
from protocol.value import Value
from tools.engines.dsn import Dsn, parse, service
from tools.state_directory import state_directory

Environment = Literal["production", "staging", "development"]
"""The one of `protocol.facts`, whose module would load sqlglot: 0.2 s before any command begins."""

Text = Annotated[str, StringConstraints(min_length=1)]
Count = Annotated[int, Field(ge=1)]
Directory = Annotated[Path, Field(strict=False), AfterValidator(lambda path: Path(os.path.expanduser(path)))]

LIBPQ_VARIABLES = ("PGSERVICE", "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER")
"""Those that say which database is meant; PGPASSWORD alone does not."""


class Part(Value):
    model_config = ConfigDict(hide_input_in_errors=True)


class Limits(Part):
    """How gently the database is treated: a lock is waited for `lock_timeout_ms`, `attempts` times.

    `statement_timeout_ms` bounds reading; what migrates has no such limit.
    """

    lock_timeout_ms: Count = 100
    attempts: Count = 20
    batch_rows: Count = 5000
    pause_ms: Annotated[int, Field(ge=0)] = 20
    statement_timeout_ms: Count = 10_000


class Budget(Part):
    """What one run may spend on a model; `repeats` is how often the same call may be made in a row."""

    turns: Count = 60
    tokens: Count = 2_000_000
    usd: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 5.0
    seconds: Count = 14_400
    repeats: Count = 3


class Backup(Part):
    """Where backups go; `reserve_bytes` stay free on that disk."""

    directory: Directory | None = None
    whole_database: bool = True
    reserve_bytes: Annotated[int, Field(ge=0)] = 1024**3


class Profile(Part):
    """A named database. Of its limits only those that are written count; the rest comes from the general ones."""

    url: SecretStr | None = None
    service: Text | None = None
    environment: Environment | None = None
    model: Text | None = None
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _one_way_in(self) -> "Profile":
        if self.url is not None and self.service is not None:
            raise ValueError("must have a `url` or a `service`, not both")
        return self


class Settings(Part):
    """`model` None is Anthropic's when there is a key, else guided; `environment` None counts as production."""

    model: Text | None = None
    effort: Literal["low", "medium", "high", "xhigh", "max"] = "high"
    environment: Environment | None = None
    database_url: SecretStr | None = None
    profile: Text | None = None
    profiles: dict[str, Profile] = Field(default_factory=dict)
    limits: Limits = Limits()
    budget: Budget = Budget()
    backup: Backup = Backup()
    code: Directory | None = None
    state: Directory | None = None

    @property
    def state_directory(self) -> Path:
        return self.state.absolute() if self.state else state_directory({})

    @property
    def backup_directory(self) -> Path:
        return self.backup.directory or self.state_directory / "backups"


def resolve_database(
    argument: str | None, profile: str | None, environ: Mapping[str, str], settings: Settings
) -> tuple[Dsn, str] | None:
    """Return the database that is meant and, in words, what said so; None when nothing did.

    Raise ConfigurationError or NotYet, prefixed with the source, if it cannot be read.
    """
    if argument is not None:
        return _parsed(argument, "the argument")
    if name := profile or settings.profile:
        found = _of_profile(name, profile_named(name, settings.profiles))
        if found is not None:
            return found
    if settings.database_url is not None:
        return _parsed(settings.database_url.get_secret_value(), "WHIMBREL_DATABASE_URL")
    if url := environ.get("DATABASE_URL"):
        return _parsed(url, "DATABASE_URL")
    variables = [name for name in LIBPQ_VARIABLES if environ.get(name)]
    return (Dsn(), ", ".join(variables)) if variables else None


def profile_named(name: str, profiles: Mapping[str, Profile]) -> Profile:
    """Return a profile; raise ConfigurationError naming the nearest one."""
    if name in profiles:
        return profiles[name]
    near = get_close_matches(name, profiles, n=1) or sorted(profiles)
    known = f"did you mean {', '.join(near)}?" if near else "no profile is configured."
    raise ConfigurationError(f"There is no profile `{name}`; {known}")


def _of_profile(name: str, profile: Profile) -> tuple[Dsn, str] | None:
    source = f"profile {name}"
    if profile.service is not None:
        return service(profile.service), source
    return None if profile.url is None else _parsed(profile.url.get_secret_value(), source)


def _parsed(text: str, source: str) -> tuple[Dsn, str]:
    try:
        return parse(text), source
    except UsageError as error:
        raise type(error)(f"{source[0].upper()}{source[1:]}: {error.message}") from None
