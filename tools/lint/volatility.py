"""What is known of a function's volatility without a server: pg_catalog's, and that of common extensions."""

from collections.abc import Callable
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, cast

from tools.lint import grammar
from tools.lint.grammar import NotRead

Volatility = Literal["immutable", "stable", "volatile"]

VolatilityOf = Callable[[str], Volatility | None]
"""Tells the strongest volatility in an expression, None where it does not know."""

FROM_EXTENSIONS: dict[str, Volatility] = {
    "gen_random_bytes": "volatile",  # pgcrypto
    "gen_salt": "volatile",
    "uuid_generate_v1": "volatile",  # uuid-ossp
    "uuid_generate_v1mc": "volatile",
    "uuid_generate_v4": "volatile",
}

STRENGTH: tuple[Volatility, ...] = ("immutable", "stable", "volatile")


@cache
def _known() -> dict[str, Volatility]:
    lines = files("tools.lint").joinpath("functions.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split() for line in lines)
    return {name: cast(Volatility, volatility) for name, volatility in pairs} | FROM_EXTENSIONS


def of_function(name: str) -> Volatility | None:
    """Return what is known of a function named without its schema; one in a schema of its own is not known."""
    return _known().get(name)


@lru_cache(maxsize=1024)
def of_expression(expression: str) -> Volatility | None:
    """Return the strongest volatility of the functions called, None where one of them is not known and none volatile.

    Operators, casts and CURRENT_TIMESTAMP with its kin are never volatile in pg_catalog (PostgreSQL 18).
    """
    try:
        found = [of_function(name) for name in grammar.functions_in(expression)]
    except NotRead:
        return None
    if "volatile" in found:
        return "volatile"
    if None in found:
        return None
    return max((known for known in found if known), key=STRENGTH.index, default="immutable")
