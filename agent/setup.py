"""What the command line, the settings and the environment amount to: a database, a model, folders."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from agent.backups import Backups
from agent.configuration import Configuration, load
from agent.models.base import Model
from agent.models.budget import Budget
from agent.models.vendor import DEFAULT_MODEL, has_key
from agent.settings import Settings, resolve_database
from protocol.discovery import Answer, Origin, Scalar
from protocol.errors import ConfigurationError, NotYet
from protocol.limits import Limits
from tools.engines.dsn import Dsn, parse

NO_DATABASE = (
    "No database was named; nothing was changed. Give its address as an argument, set WHIMBREL_DATABASE_URL, "
    "or try `whimbrel demo`, which brings its own."
)


@dataclass(frozen=True)
class Setup:
    """Everything that was decided before a run begins."""

    configuration: Configuration
    environ: Mapping[str, str]
    dsn: Dsn | None

    @property
    def settings(self) -> Settings:
        return self.configuration.settings

    @property
    def runs(self) -> Path:
        return self.settings.state_directory / "runs"

    @property
    def limits(self) -> Limits:
        chosen = self.settings.limits
        return Limits(
            attempts=chosen.attempts,
            batch_rows=chosen.batch_rows,
            pause_ms=chosen.pause_ms,
            whole_database=self.settings.backup.whole_database,
        )

    @property
    def backups(self) -> Backups:
        return Backups(folder=self.settings.backup_directory, reserve_bytes=self.settings.backup.reserve_bytes)

    @property
    def model_name(self) -> str:
        return self.settings.model or (DEFAULT_MODEL if has_key(self.environ) else "guided")

    def need_dsn(self) -> Dsn:
        """The database, or ConfigurationError."""
        if self.dsn is None:
            raise ConfigurationError(NO_DATABASE)
        return self.dsn

    def model(self) -> Model:
        """Build the model; only a vendor's model loads the vendor's package."""
        name = self.model_name
        if name == "guided":
            from agent.models.guided import GuidedModel

            return GuidedModel()
        if name.startswith("recorded:"):
            raise NotYet(
                "--model recorded:PATH is not built yet; `whimbrel eval` replays recordings. Nothing was changed."
            )
        from agent.models.anthropic import AnthropicModel

        return AnthropicModel(name, environ=self.environ, effort=self.settings.effort)

    def budget(self) -> Budget:
        """What a model may spend. The guided one costs nothing; only going in circles is still stopped."""
        free = {"turns": 1_000_000, "tokens": 1_000_000, "usd": 1.0, "seconds": 10 * 365 * 86_400}
        limits = self.settings.budget
        return Budget(limits.model_copy(update=free) if self.model_name == "guided" else limits)

    def preset(self) -> tuple[Answer, ...]:
        """Answers that settings give, each with where it was set."""
        found: dict[tuple[str, ...], tuple[str, Scalar | None]] = {
            ("environment",): ("environment", self.settings.environment),
            ("limits", "lock_timeout_ms"): ("lock_limit", self.settings.limits.lock_timeout_ms),
        }
        return tuple(
            Answer(question=question, value=value, origin=Origin.SETTING, detail=self.configuration.origins[key])
            for key, (question, value) in found.items()
            if key in self.configuration.origins and value is not None
        )


def prepare(database: str | None, flags: Mapping[str, object], environ: Mapping[str, str] | None = None) -> Setup:
    """Read the settings and find the database; raise ConfigurationError with a sentence a problem."""
    environ = os.environ if environ is None else environ
    configuration = load(Path.cwd(), environ, {**flags, "database_url": database})
    resolved = resolve_database(database, None, environ, configuration.settings)
    dsn = resolved[0] if resolved else None
    _stays_production(configuration.settings, dsn)
    return Setup(configuration=configuration, environ=environ, dsn=dsn)


def _stays_production(settings: Settings, dsn: Dsn | None) -> None:
    """What a profile calls production stays it, whatever an option says and whether the profile was named or not."""
    if dsn is None or settings.environment == "production":
        return
    for name, profile in settings.profiles.items():
        if profile.environment == "production" and profile.url is not None and _same_place(dsn, profile.url):
            raise ConfigurationError(
                f"This is the database of profile `{name}`, which says production. Use --profile {name} and no other "
                "--environment, or change the profile. Nothing was changed."
            )


def _same_place(dsn: Dsn, url: SecretStr) -> bool:
    other = parse(url.get_secret_value())
    return (dsn.hosts, dsn.ports, dsn.database) == (other.hosts, other.ports, other.database)
