"""What settings and start-up need to know of the vendor, without the second or two its SDK takes to import."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from protocol.errors import ConfigurationError

DEFAULT_MODEL = "claude-opus-5-5"
DEFAULT_URL = "https://api.anthropic.com"


@dataclass(frozen=True)
class Access:
    """Where the service is and the secret that opens it; exactly one of the two secrets is set, none is ever shown."""

    url: str
    api_key: str | None = field(default=None, repr=False)
    auth_token: str | None = field(default=None, repr=False)

    @property
    def secret(self) -> str:
        return self.api_key or self.auth_token or ""


def has_key(environ: Mapping[str, str]) -> bool:
    """Say whether a key is set; an empty variable is none, as in the SDK."""
    return bool(environ.get("ANTHROPIC_API_KEY") or environ.get("ANTHROPIC_AUTH_TOKEN"))


def access_from(environ: Mapping[str, str]) -> Access:
    """Read key and address; raise ConfigurationError for no key, a damaged one, or a log that would print bodies."""
    _refuse_debug_log(environ)
    if not has_key(environ):
        raise ConfigurationError(
            "There is no key for the model's service; nothing was sent. "
            "Set ANTHROPIC_API_KEY, or go on without a model: `--model guided`."
        )
    # The SDK takes an empty ANTHROPIC_BASE_URL for an address, and prefers the key where both secrets are set.
    url = environ.get("ANTHROPIC_BASE_URL") or DEFAULT_URL
    if key := environ.get("ANTHROPIC_API_KEY"):
        return Access(url, api_key=_sendable(key, "ANTHROPIC_API_KEY"))
    return Access(url, auth_token=_sendable(environ["ANTHROPIC_AUTH_TOKEN"], "ANTHROPIC_AUTH_TOKEN"))


def _refuse_debug_log(environ: Mapping[str, str]) -> None:
    if environ.get("ANTHROPIC_LOG", "").strip().lower() == "debug":
        raise ConfigurationError(
            "ANTHROPIC_LOG=debug prints every request with what was read from the database; nothing was sent. "
            "Unset it, or set it to `info`."
        )


def _sendable(secret: str, variable: str) -> str:
    """Refuse what no header can carry: the transport's own error for it quotes the secret."""
    if secret.isascii() and secret.isprintable() and " " not in secret:
        return secret
    raise ConfigurationError(
        f"{variable} contains a line break, a blank or another character no key has; nothing was sent. Set it again."
    )
