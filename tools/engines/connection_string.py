"""What a connection string says, in libpq's own keywords; what cannot be read is refused without being quoted.

libpq's messages quote a malformed string, password included, so strings are read here: by libpq's rules
(documentation 32.1.1, "Connection Strings"), and stricter wherever a badly encoded password would slide into a field
that is shown. `u:1234/x@host/db`, for example, is to libpq a port and a database named `x@host/db`, and refused here.
"""

import re
from difflib import get_close_matches
from urllib.parse import unquote_to_bytes

from protocol.errors import ConfigurationError, NotYet

_KEYWORDS = """
    application_name channel_binding client_encoding connect_timeout dbname fallback_application_name gssdelegation
    gssencmode gsslib host hostaddr keepalives keepalives_count keepalives_idle keepalives_interval krbsrvname
    load_balance_hosts max_protocol_version min_protocol_version oauth_client_id oauth_client_secret oauth_issuer
    oauth_scope options passfile password port replication require_auth requirepeer scram_client_key scram_server_key
    service ssl_max_protocol_version ssl_min_protocol_version sslcert sslcertmode sslcompression sslcrl sslcrldir
    sslkey sslkeylogfile sslmode sslnegotiation sslpassword sslrootcert sslsni target_session_attrs tcp_user_timeout
    user
"""
KEYWORDS = frozenset(_KEYWORDS.split())
"""What libpq 18 accepts (documentation 32.1.2, "Parameter Key Words")."""

SECRETS = frozenset({"password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key"})

_OTHER_ENGINES = {"mysql": "MySQL", "mariadb": "MariaDB", "sqlite": "SQLite"}
_SSLMODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_SSL = {"true": "require"} | {mode: mode for mode in _SSLMODES}

_URL = re.compile(r"([a-z][a-z0-9.-]*)(?:\+\w*)?://(.*)", re.IGNORECASE | re.DOTALL)
_NETLOC = re.compile(r"(?:\[([^][]+)\]|([^][:]*))(?::([^:]*))?")
_BAD_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")

_BLANK = " \t\n\r\f\v"  # what libpq's isspace() takes in the C locale
_NAME = rf"(?P<name>[^={_BLANK}]+)[{_BLANK}]*=[{_BLANK}]*"
_QUOTED = rf"'(?P<quoted>(?:\\.|[^\\'])*)'(?![^{_BLANK}])"  # libpq reads on after the quote; a torn password may follow
_BARE = rf"(?!')(?P<bare>(?:\\.|[^\\{_BLANK}])*)"
_PAIR = re.compile(rf"{_NAME}(?:{_QUOTED}|{_BARE})", re.DOTALL)


def malformed(reason: str) -> ConfigurationError:
    """Word the refusal; `reason` must quote nothing of the string."""
    return ConfigurationError(
        f"The connection string cannot be read: {reason}. It is not repeated here, because it may hold a password."
    )


def read(text: str) -> dict[str, str]:
    """Return libpq's keywords with decoded values; raise ConfigurationError, or NotYet for another engine."""
    _check_characters(text)
    stripped = text.strip(_BLANK)
    url = _URL.fullmatch(stripped)
    values = _from_url(url[1].lower(), url[2]) if url else _from_pairs(stripped)
    for value in values.values():
        _check_characters(value)
    return values


def _check_characters(text: str) -> None:
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise malformed("it holds a zero byte, or bytes that are not UTF-8")


def _from_url(scheme: str, rest: str) -> dict[str, str]:
    if scheme in _OTHER_ENGINES:
        raise NotYet(f"{_OTHER_ENGINES[scheme]} is not supported yet, only PostgreSQL is. Nothing was changed.")
    if scheme not in ("postgresql", "postgres"):
        raise malformed("its URL scheme is not known; PostgreSQL's is postgresql://")
    if any(blank in rest for blank in _BLANK):
        raise malformed("it holds a blank; inside a URL a blank is written %20")
    credentials, _, place = rest.rpartition("@")
    address, _, query = place.partition("?")
    netloc, _, database = address.partition("/")
    found = _credentials(credentials) | _netloc(netloc) | {"dbname": database}
    return {name: _decoded(value) for name, value in found.items() if value} | _from_query(query)


def _credentials(text: str) -> dict[str, str]:
    user, _, password = text.partition(":")
    if "@" in text or "/" in text or "?" in user:
        raise malformed("inside a user, password, database or parameter, @ is written %40, / is %2F and ? is %3F")
    return {"user": user, "password": password}


def _netloc(text: str) -> dict[str, str]:
    pieces = [match for piece in text.split(",") if (match := _NETLOC.fullmatch(piece))]
    if len(pieces) != text.count(",") + 1:
        raise malformed("a host is not written as name:port or [IPv6 address]:port")
    hosts = ",".join(piece[1] or piece[2] or "" for piece in pieces)
    return {"host": hosts, "port": ",".join(piece[3] or "" for piece in pieces)}


def _decoded(text: str) -> str:
    if _BAD_PERCENT.search(text):
        raise malformed("a % is not followed by two hexadecimal digits; a plain % is written %25")
    return unquote_to_bytes(text).decode("utf-8", "surrogateescape")  # what is not UTF-8 is refused by its surrogates


def _from_query(query: str) -> dict[str, str]:
    pairs = [piece.partition("=") for piece in query.split("&") if piece]
    if any(not equals or "=" in value for _, equals, value in pairs):
        raise malformed("a parameter after the ? is not written as name=value")
    return _known([_libpq_spelling(_decoded(name), _decoded(value)) for name, _, value in pairs])


def _libpq_spelling(name: str, value: str) -> tuple[str, str]:
    """Translate `ssl`, which JDBC and asyncpg write for libpq's `sslmode`."""
    if name != "ssl":
        return name, value
    if value not in _SSL:
        raise malformed(f"ssl is none of {', '.join(_SSL)}")
    return "sslmode", _SSL[value]


def _from_pairs(text: str) -> dict[str, str]:
    found: list[tuple[str, str]] = []
    while text:
        pair = _PAIR.match(text)
        if pair is None:
            raise malformed("it is neither postgresql://… nor name=value pairs with blanks between and paired quotes")
        value = pair["bare"] if pair["quoted"] is None else pair["quoted"]
        found.append((pair["name"], re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)))
        text = text[pair.end() :].lstrip(_BLANK)
    return _known(found)


def _known(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Refuse names libpq does not know, by position: a piece of a torn password may stand where a name should."""
    for position, (name, _) in enumerate(pairs, 1):
        if name not in KEYWORDS:
            torn = any(earlier in SECRETS for earlier, _ in pairs[:position])
            near = [] if torn else get_close_matches(name, KEYWORDS, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise malformed(f"parameter {position} is none that libpq knows{hint}")
    return dict(pairs)
