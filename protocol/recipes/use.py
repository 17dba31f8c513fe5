"""The gate at which the application lets go of what is to go."""

from protocol import rates
from protocol.situation import Situation
from protocol.steps import Gate


def gate(id_: str, title: str, why: str, waits_for: str) -> Gate:
    return Gate(
        id=id_,
        title=title,
        why=why,
        lock="none",
        held=rates.NO_LOCK,
        duration=rates.INSTANT,
        waits_for=waits_for,
    )


def code_may_run(situation: Situation) -> bool:
    """Somebody may use the schema as it is: what nobody denied counts as true."""
    return situation.yes("old_code") is not False
