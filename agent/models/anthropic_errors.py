"""Every error of the vendor's SDK as a sentence: what happened, that it changed nothing, what to do.

Nothing of the exception itself goes into a sentence: it may hold headers or a raw body.
Of the body only the vendor's own short message is quoted, without control characters and without the key.
"""

import math
import re
import unicodedata
from dataclasses import dataclass

import anthropic
import httpx2

from agent.models.vendor import Access
from agent.models.wire import Broken
from protocol.errors import ConfigurationError, ModelTrouble, WhimbrelError

GUIDED = "or go on without a model: `--model guided`."

# An error inside a stream arrives under status 200; its kind says what the status would have been.
KINDS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
LONGEST_QUOTE = 200
LONGEST_ADVICE = 24 * 3600  # seconds


@dataclass(frozen=True)
class Told:
    """An error class and its sentence with `{model}`, `{host}` and `{wait}` to fill in."""

    error: type[WhimbrelError]
    sentence: str


TOLD = {
    400: Told(
        ModelTrouble,
        "{host} found the request malformed (400); this changed nothing. Start a new run, " + GUIDED,
    ),
    401: Told(
        ConfigurationError,
        "{host} did not accept the key (401); this changed nothing. Check ANTHROPIC_API_KEY, " + GUIDED,
    ),
    402: Told(
        ModelTrouble,
        "The account at {host} cannot pay for this request (402); this changed nothing. Add credit, " + GUIDED,
    ),
    403: Told(
        ConfigurationError,
        "The key may not use {model} at {host} (403); this changed nothing. Use another key or `--model`, " + GUIDED,
    ),
    404: Told(
        ConfigurationError,
        "{host} knows no model {model} (404); this changed nothing. Check `--model` and ANTHROPIC_BASE_URL, " + GUIDED,
    ),
    413: Told(
        ModelTrouble,
        "The conversation is too long for {host} (413); this changed nothing. Start a new run, " + GUIDED,
    ),
    429: Told(
        ModelTrouble,
        "{host} allows no more requests for now (429); this changed nothing. {wait}, " + GUIDED,
    ),
    529: Told(
        ModelTrouble,
        "{host} is overloaded (529); this changed nothing. {wait}, " + GUIDED,
    ),
}
UNAVAILABLE = Told(ModelTrouble, "{host} has trouble of its own ({status}); this changed nothing. {wait}, " + GUIDED)
UNEXPECTED = Told(ModelTrouble, "{host} refused the request ({status}); this changed nothing. {wait}, " + GUIDED)


def explained(error: anthropic.AnthropicError, model: str, access: Access) -> WhimbrelError | Broken:
    """Return what to raise for an error of the SDK: Broken where asking again may help, a sentence otherwise."""
    host = httpx2.URL(access.url).host or "The model's service"
    match error:
        case anthropic.APITimeoutError():
            return ModelTrouble(f"{host} did not answer in time; this changed nothing. Try again later, {GUIDED}")
        case anthropic.APIConnectionError():
            return ModelTrouble(
                f"{host} cannot be reached; this changed nothing. Check the network and ANTHROPIC_BASE_URL, {GUIDED}"
            )
        case anthropic.APIStatusError():
            return _of_status(error, model, host, access.secret)
        case _:
            return ModelTrouble(f"The answer of {host} cannot be read; this changed nothing. Try again, {GUIDED}")


def _of_status(error: anthropic.APIStatusError, model: str, host: str, secret: str) -> WhimbrelError | Broken:
    in_stream = error.status_code < 400
    status = KINDS.get(str(error.type), 500) if in_stream else error.status_code
    if in_stream and (status == 429 or status >= 500):
        return Broken(f"{host} broke it off with an error ({status})")
    told = TOLD.get(status) or (UNAVAILABLE if status >= 500 else UNEXPECTED)
    sentence = told.sentence.format(model=model, host=host, status=status, wait=_wait(error))
    return told.error(sentence + _quote(error.api_message, secret))


def wait_asked(response: httpx2.Response) -> float:
    """Return the seconds the service asks us to wait: 0 if it does not say, infinite if it names a date."""
    try:
        return float(response.headers.get("retry-after") or 0)
    except ValueError:
        return math.inf


def _wait(error: anthropic.APIStatusError) -> str:
    seconds = wait_asked(error.response)
    return f"Try again in {seconds:.0f} seconds" if 1 <= seconds <= LONGEST_ADVICE else "Try again later"


def _quote(message: object, secret: str) -> str:
    """Return the vendor's message as a closing sentence; some gateways quote the key in theirs."""
    if not isinstance(message, str) or not message.strip():
        return ""
    hidden = message.replace(secret, "…") if secret else message
    hidden = re.sub(r"\bsk-[\w*.-]+", "…", hidden)
    words = "".join(" " if unicodedata.category(letter).startswith(("C", "Z")) else letter for letter in hidden)
    words = " ".join(words.split())
    short = words if len(words) <= LONGEST_QUOTE else words[:LONGEST_QUOTE] + "…"
    return f" It said: “{short}”"
