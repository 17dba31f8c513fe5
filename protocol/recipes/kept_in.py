"""Names for what a run keeps in schema `whimbrel`, so that it can be put back."""

from itertools import count

from protocol.facts import Facts
from protocol.names import TableName, derived_name

SCHEMA = "whimbrel"


def free_name(facts: Facts, *parts: str) -> TableName:
    """A name that no earlier run has taken; the first free number is put behind it where one has."""
    names = (derived_name(*parts, *(() if number == 1 else (str(number),))) for number in count(1))
    return TableName(schema_name=SCHEMA, name=next(name for name in names if name not in facts.kept))
