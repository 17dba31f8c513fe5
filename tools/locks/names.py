"""The names that the server gives to indexes and constraints that are not named."""

from protocol.names import derived_name
from tools.lint.actions import AddConstraint, CreateIndex

SUFFIX = {
    "check": "check",
    "exclude": "excl",
    "foreign key": "fkey",
    "not null": "not_null",
    "primary key": "pkey",
    "unique": "key",
}


def named(constraint: AddConstraint) -> AddConstraint:
    """Return the constraint with its name; where another has that name already, the server's differs by a number."""
    if constraint.name:
        return constraint
    if constraint.using_index:
        return constraint.model_copy(update={"name": constraint.using_index})
    columns = () if constraint.kind == "primary key" else constraint.columns
    name = derived_name(constraint.table.name, *columns, SUFFIX[constraint.kind])
    return constraint.model_copy(update={"name": name})


def index_name(created: CreateIndex) -> str:
    """Return the index's name, in the way the server forms it: table, keys, idx."""
    keys = (key.column or "expr" for key in created.keys)
    return created.name or derived_name(created.table.name, *keys, "idx")
