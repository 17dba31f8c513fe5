"""Say what on this machine, in the settings or in the database stands in the way; nothing is changed or created."""

import os
import platform
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr

from agent.models.vendor import DEFAULT_MODEL, access_from, has_key
from agent.settings import Settings
from protocol.errors import ConfigurationError, NoConnection, WhimbrelError
from protocol.figure import spoken
from protocol.value import Value
from tools.engines.dsn import Dsn, without_secrets

OLDEST_PYTHON = (3, 11)
COLUMNS, ROWS = 80, 24
"""The smallest terminal that the screens are laid out for."""


class Line(Value):
    """What one check found; `exit_code` is what a failure ends with."""

    label: str
    state: Literal["ok", "warn", "fail"]
    sentence: str
    exit_code: int = 0


class Role(Value):
    """What the database said of the role that asks."""

    name: str
    can_create_schema: bool
    reads_statistics: bool
    read_only: bool
    in_recovery: bool
    version: str
    major: int


def examine(settings: Settings, dsn: Dsn | None, environ: Mapping[str, str]) -> tuple[Line, ...]:
    """Check everything; a check that cannot be made is a line that says so. No line holds a secret."""
    asked: list[Role] = []
    database = _checked("database", lambda: _database(settings, dsn, asked))
    role = asked[0] if asked else None
    lines = (
        _checked("python", _python),
        _checked("terminal", lambda: _terminal(environ)),
        _checked("state", lambda: _state(settings)),
        _checked("embedded", _embedded),
        _checked("pg_dump", lambda: _pg_dump(role)),
        _checked("model", lambda: _model(settings, environ)),
        database,
        *(() if role is None else (_role(role),)),
    )
    return tuple(_masked(line, dsn, environ) for line in lines)


def exit_code(lines: tuple[Line, ...]) -> int:
    """Return 0, 2 if something is set up wrongly, or else 3 if the database cannot be reached."""
    return min((line.exit_code for line in lines if line.state == "fail"), default=0)


def _checked(label: str, check: Callable[[], tuple[Literal["ok", "warn"], str]]) -> Line:
    try:
        state, sentence = check()
    except NoConnection as error:
        return Line(label=label, state="fail", sentence=error.message, exit_code=NoConnection.exit_code)
    except WhimbrelError as error:
        return Line(label=label, state="fail", sentence=error.message, exit_code=ConfigurationError.exit_code)
    except Exception as error:  # noqa: BLE001 - one broken check must not hide what the others found
        said = f"this could not be checked ({type(error).__name__})."
        return Line(label=label, state="fail", sentence=said, exit_code=ConfigurationError.exit_code)
    return Line(label=label, state=state, sentence=sentence)


def _masked(line: Line, dsn: Dsn | None, environ: Mapping[str, str]) -> Line:
    """Mask what the DSN hides, and what libpq reads for itself."""
    inherited = Dsn(password=SecretStr(environ.get("PGPASSWORD", "")))
    return line.model_copy(
        update={"sentence": without_secrets(without_secrets(line.sentence, dsn or Dsn()), inherited)}
    )


def _python() -> tuple[Literal["ok", "warn"], str]:
    version = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        raise ConfigurationError(f"Python {version} is too old; install {'.'.join(map(str, OLDEST_PYTHON))} or newer.")
    return "ok", f"Python {version} at {sys.executable}."


def _terminal(environ: Mapping[str, str]) -> tuple[Literal["ok", "warn"], str]:
    kind = environ.get("TERM") or "no TERM"
    if not sys.stdout.isatty() or kind == "dumb":
        return "warn", f"not a terminal that can be drawn on ({kind}): output is plain lines."
    size = shutil.get_terminal_size()
    colour = "without colour (NO_COLOR is set)" if environ.get("NO_COLOR") else "in colour"
    found = f"{kind}, {size.columns}×{size.lines}, {colour}"
    if size.columns < COLUMNS or size.lines < ROWS:
        return "warn", f"{found}: smaller than {COLUMNS}×{ROWS}. Enlarge it, or use `--plain`."
    return "ok", f"{found}."


def _state(settings: Settings) -> tuple[Literal["ok", "warn"], str]:
    directory = settings.state_directory
    present = next(folder for folder in (directory, *directory.parents) if folder.exists())
    if not present.is_dir() or not os.access(present, os.W_OK | os.X_OK):
        raise ConfigurationError(
            f"{present} cannot be written to. Choose another place with `--state` or WHIMBREL_STATE."
        )
    free = shutil.disk_usage(present).free
    found = f"{directory} can be written to, {spoken(free, 'bytes')} free"
    reserve = settings.backup.reserve_bytes
    if free < reserve:
        return "warn", f"{found}: less than the {spoken(reserve, 'bytes')} that stay free; no backup fits."
    return "ok", f"{found}."


def _embedded() -> tuple[Literal["ok", "warn"], str]:
    from tools.engines.binaries import server_version, shipped_binaries

    binaries = shipped_binaries()
    return "ok", f"PostgreSQL {server_version(binaries)} for the demo and for rehearsals, in {binaries}."


def _pg_dump(role: Role | None) -> tuple[Literal["ok", "warn"], str]:
    from tools.engines.client_tools import find

    tool = find("pg_dump", role.major if role else 0)
    if tool is None:
        wanted = f" {role.major} or newer" if role else ""
        return "warn", f"no pg_dump{wanted} was found, so no backup can be made. Install PostgreSQL's client programs."
    return "ok", f"pg_dump {tool.version} at {tool.path}."


def _model(settings: Settings, environ: Mapping[str, str]) -> tuple[Literal["ok", "warn"], str]:
    name = settings.model or (DEFAULT_MODEL if has_key(environ) else "guided")
    if name == "guided":
        return "ok", "guided: works without a key and without a network. Set ANTHROPIC_API_KEY for free conversation."
    if name.startswith("recorded:"):
        return _recorded(Path(name.removeprefix("recorded:")))
    access = access_from(environ)
    return "ok", f"{name} at {_public(access.url)}, a key is set (it was not tried)."


def _recorded(path: Path) -> tuple[Literal["ok", "warn"], str]:
    if not path.exists():
        raise ConfigurationError(f"The recording {path} does not exist. Check `model`.")
    return "ok", f"the recording {path}."


def _public(url: str) -> str:
    """Return scheme, host and port: a gateway's user, password, path and query may all hold a key."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    host = parts.netloc.rpartition("@")[2]
    torn = "@" in parts.path + parts.query + parts.fragment
    return "an address that cannot be read (ANTHROPIC_BASE_URL)" if torn or not host else f"{parts.scheme}://{host}"


def _database(settings: Settings, dsn: Dsn | None, asked: list[Role]) -> tuple[Literal["ok", "warn"], str]:
    if dsn is None:
        return "warn", "none is configured. Give a DSN, set DATABASE_URL, or try `whimbrel demo`."
    from tools.engines.postgres import Database, lost_connection
    from tools.named_sql import queries

    where = Database(dsn, settings.limits.statement_timeout_ms)
    with lost_connection(where), where.reading() as connection:
        row = connection.execute(queries("agent", "doctor.sql")["role"]).fetchone()
    assert row is not None, "a query without FROM has one row"
    asked.append(Role.model_validate(dict(zip(Role.model_fields, row, strict=True))))
    return "ok", f"{dsn.alias}: PostgreSQL {asked[0].version}."


def _role(role: Role) -> Line:
    obstacles = {
        "the server is a standby that only replays": role.in_recovery,
        "its transactions are read-only (default_transaction_read_only)": role.read_only,
        "it may not create the schema `whimbrel`, where checkpoints are kept": not role.can_create_schema,
        "it does not see other sessions' activity (GRANT pg_read_all_stats)": not role.reads_statistics,
    }
    found = [obstacle for obstacle, holds in obstacles.items() if holds]
    said = "; ".join(found) or "may create the schema `whimbrel` and sees other sessions' activity"
    return Line(label="role", state="warn" if found else "ok", sentence=f"{role.name}: {said}.")
