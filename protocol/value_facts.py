"""What the server said of a type and of an expression."""

from typing import Literal

from protocol.value import Value


class ValueFacts(Value):
    """What the server says of a column's type and of the expression that fills it, as the answer to `question`.

    `type` is the server's own spelling. `volatility` is the strongest `pg_proc.provolatile` of the functions used.
    """

    question: str = ""
    type: str
    constrained_domain: bool = False
    expression: str | None = None
    volatility: Literal["immutable", "stable", "volatile"] = "immutable"
