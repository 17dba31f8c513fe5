"""Where a database is, in a type that cannot show its password."""

import json
import re
from typing import NoReturn, SupportsIndex

from pydantic import ConfigDict, Field, SecretStr

from protocol.value import Value
from tools.engines.connection_string import SECRETS, malformed, read

_MASK = "***"


class Dsn(Value):
    """A database and who asks; shows everything but secrets, and reveals those in `conninfo()` only.

    `ports` holds one port a host, or one for all; None is a port left empty, which is the server's default.
    A field left out is libpq's to fill, from PG* variables, the service file or the passfile.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    hosts: tuple[str, ...] = ()
    ports: tuple[int | None, ...] = ()
    database: str | None = None
    user: str | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    password: SecretStr | None = Field(default=None, exclude=True, repr=False)
    secrets: tuple[tuple[str, SecretStr], ...] = Field(default=(), exclude=True, repr=False)

    @property
    def alias(self) -> str:
        """Name the database for people: `user@host:port/database`, `user@socket/database`, `service name`."""
        if not (self._place or self.database or self.user):
            return "from the environment (PGHOST …)"
        user = f"{self.user}@" if self.user else ""
        return f"{user}{self._place or 'default host'}" + (f"/{self.database}" if self.database else "")

    @property
    def _place(self) -> str:
        given = dict(self.parameters)
        if "service" in given:
            return f"service {given['service']}"
        hosts = self.hosts or _listed(given.get("hostaddr")) or ("",) * len(self.ports)
        ports = self.ports if len(self.ports) == len(hosts) else (self.ports or (None,))[:1] * len(hosts)
        return ",".join(_spoken(host, port) for host, port in zip(hosts, ports, strict=True))

    def conninfo(self) -> dict[str, str]:
        """Return keyword arguments for `psycopg.connect`; the only place that reveals a secret."""
        plain = {"dbname": self.database, "user": self.user}
        values = dict(self.parameters) | {name: value for name, value in plain.items() if value is not None}
        if self.hosts:
            values["host"] = ",".join(self.hosts)
        if self.ports:
            values["port"] = ",".join("" if port is None else str(port) for port in self.ports)
        return values | {name: secret.get_secret_value() for name, secret in self._every_secret().items()}

    def _every_secret(self) -> dict[str, SecretStr]:
        return dict(self.secrets) | ({} if self.password is None else {"password": self.password})

    def __str__(self) -> str:
        return self.alias

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("A Dsn is not pickled: it holds a password.")


def parse(text: str) -> Dsn:
    """Read a URL or a keyword string; raise ConfigurationError, or NotYet for another engine, without quoting it.

    An empty text is the database libpq finds by itself.
    """
    values = read(text)
    secrets = {name: SecretStr(values.pop(name)) for name in SECRETS & values.keys()}
    _check_shown(values)
    hosts, ports = _listed(values.pop("host", None)), _listed(values.pop("port", None))
    if len(ports) > 1 and len(ports) != len(hosts or _listed(values.get("hostaddr"))):
        raise malformed("it names another number of ports than of hosts")
    return Dsn(
        hosts=hosts,
        ports=tuple(map(_port, ports)),
        database=values.pop("dbname", None),
        user=values.pop("user", None),
        password=secrets.pop("password", None),
        parameters=tuple(sorted(values.items())),
        secrets=tuple(sorted(secrets.items(), key=lambda pair: pair[0])),
    )


def service(name: str) -> Dsn:
    """Return the database that libpq finds under this name in its service file."""
    return Dsn(parameters=(("service", name),))


def without_secrets(text: str, dsn: Dsn) -> str:
    """Mask every secret of `dsn` in a text such as a server's message: raw, percent-encoded or quoted."""
    secrets = {secret.get_secret_value() for secret in dsn._every_secret().values()}
    patterns = {pattern for secret in secrets if secret for pattern in _spellings(secret)}
    if not patterns:
        return text
    longest_first = sorted(patterns, key=len, reverse=True)
    return re.sub("|".join(longest_first), _MASK, text)


def _spellings(secret: str) -> set[str]:
    """Return patterns: percent-encoded in whole or in part, and as libpq, SQL, JSON and Python would quote it."""
    quoted = {
        secret.replace("\\", "\\\\").replace("'", "\\'"),
        secret.replace("'", "''"),
        secret.replace('"', '""'),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
    }
    return {"".join(map(_raw_or_percent, secret))} | {re.escape(spelling) for spelling in quoted}


def _raw_or_percent(character: str) -> str:
    encoded = "".join(f"%{byte:02x}" for byte in character.encode())
    plus = r"|\+" if character == " " else ""
    return f"(?:(?i:{encoded})|{re.escape(character)}{plus})"


def _check_shown(values: dict[str, str]) -> None:
    """Refuse what would carry a secret, or a terminal's control sequences, into a field that is shown."""
    if not all(value.isprintable() for value in values.values()):
        raise malformed("a part other than the password holds a control character")
    named = " ".join(values.get(name, "") for name in ("host", "user", "dbname", "service"))
    if "://" in named or "password=" in named.replace(" ", ""):
        raise malformed("a connection string stands where a host, a user or a database should")


def _listed(value: str | None) -> tuple[str, ...]:
    return () if value is None else tuple(value.split(","))


def _port(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise malformed("a port is not a number from 1 to 65535; inside a password, : is written %3A and / is %2F")
    return int(text)


def _spoken(host: str, port: int | None) -> str:
    place = "socket" if host.startswith(("/", "@")) else f"[{host}]" if ":" in host else host or "default host"
    return place if port is None else f"{place}:{port}"
