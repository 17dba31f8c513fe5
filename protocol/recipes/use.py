"""Who still uses what is to go: what the server would refuse, and the gate at which the application lets go of it."""

from protocol import rates
from protocol.facts import TableFacts
from protocol.situation import Situation
from protocol.standing import Standing
from protocol.steps import Gate


def refusing(facts: TableFacts, column: str | None = None) -> tuple[Standing, ...]:
    """What makes the server refuse to drop the column without CASCADE, or without one the table."""
    if column is not None:
        return tuple(one for one in facts.standing if one.column == column and not one.goes_along)
    along = {(one.kind, one.name) for one in facts.standing if one.goes_along}
    refused = {(one.kind, one.name): one for one in facts.standing if (one.kind, one.name) not in along}
    return tuple(refused.values())


def named(standing: tuple[Standing, ...]) -> str:
    return ", ".join(dict.fromkeys(one.name for one in standing))


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
