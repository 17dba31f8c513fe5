"""Names for indexes and constraints, as PostgreSQL itself would make them."""

from collections.abc import Iterable

from protocol.facts import TableFacts
from protocol.names import derived_name

AUTO = "auto"


def name_or_auto(said: str | None, facts: TableFacts, middle: Iterable[str], label: str) -> str:
    """What was said; for `auto`, table_columns_label with a number where the table has such a name already."""
    if said not in (None, AUTO):
        return str(said)
    taken, part = names_of(facts), "_".join(middle)
    parts = (facts.name.name, part) if part else (facts.name.name,)
    names = (derived_name(*parts, f"{label}{number or ''}") for number in range(len(taken) + 1))
    return next(name for name in names if name not in taken)


def names_of(facts: TableFacts) -> set[str]:
    """The names of a table's constraints and indexes."""
    return {one.name for one in facts.table.constraints} | {one.name for one in facts.table.indexes}


def taken(said: str | None, facts: TableFacts) -> str:
    """The sentence for a name that the table uses already; empty where it does not."""
    if said in (None, AUTO) or said not in names_of(facts):
        return ""
    return f"`{facts.name}` already has a constraint or an index `{said}`; say another name, or auto."


def part_name(partition: str, table: str, name: str) -> str:
    """The name of a part of an index or constraint on a partition: `t_a_idx` becomes `t_2026_a_idx`."""
    return derived_name(partition, name.removeprefix(f"{table}_"))
