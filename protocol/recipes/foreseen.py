"""What the next change of a request finds in a table that this one alters."""

from protocol.facts import Facts, TableFacts
from protocol.names import TableName
from protocol.schema import Column, Constraint, Index, Table


def with_column(facts: Facts, table: TableName, column: Column) -> Facts:
    """The same column, changed; a new one comes last."""
    there = facts.of(table).table
    others = tuple(column if old.name == column.name else old for old in there.columns)
    known = there.column(column.name) is not None
    return _with(facts, there.model_copy(update={"columns": others if known else (*others, column)}))


def with_index(facts: Facts, table: TableName, index: Index) -> Facts:
    there = facts.of(table).table
    return _with(facts, there.model_copy(update={"indexes": (*there.indexes, index)}))


def with_constraint(facts: Facts, table: TableName, constraint: Constraint) -> Facts:
    there = facts.of(table).table
    return _with(facts, there.model_copy(update={"constraints": (*there.constraints, constraint)}))


def without(facts: Facts, table: TableName, name: str) -> Facts:
    """Without the constraint or index of that name, and without what it stood on."""
    there = facts.of(table).table
    return _with(
        facts,
        there.model_copy(
            update={
                "indexes": tuple(index for index in there.indexes if index.name != name),
                "constraints": tuple(one for one in there.constraints if one.name != name),
            }
        ),
    )


def _with(facts: Facts, table: Table) -> Facts:
    there: TableFacts = facts.of(table.name)
    return facts.with_table(there.model_copy(update={"table": table}))
