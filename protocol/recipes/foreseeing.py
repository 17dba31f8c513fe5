"""What a table is once one of its columns has another name or type."""

from protocol.facts import Referencing, TableFacts
from protocol.names import quoted
from protocol.recipes.shadow import key_with
from protocol.respelling import index_parts, pointing, respelled
from protocol.schema import Column, Constraint, Index


def renamed(facts: TableFacts, column: str, name: str) -> TableFacts:
    """Everything that names the column follows; a definition that cannot be respelled for certain stays."""
    table = facts.table

    def follows(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name if one == column else one for one in names)

    def column_of(one: Column) -> Column:
        return one.model_copy(update={"name": name}) if one.name == column else one

    def index_of(one: Index) -> Index:
        head, keys = index_parts(one.definition)
        keys = respelled(keys, column, quoted(name)) or keys
        return one.model_copy(update={"columns": follows(one.columns), "definition": head + keys})

    def referencing_of(one: Referencing) -> Referencing:
        spelled = pointing(one.constraint.definition, column, quoted(name)) if column in one.referenced else None
        constraint = one.constraint.model_copy(update={"definition": spelled or one.constraint.definition})
        return one.model_copy(update={"constraint": constraint, "referenced": follows(one.referenced)})

    referencing = tuple(map(referencing_of, facts.referencing))
    to_itself = {
        one.constraint.name: one.constraint.definition.partition(" REFERENCES ")[2]
        for one in referencing
        if one.table == facts.name
    }

    def constraint_of(one: Constraint) -> Constraint:
        here, points, there = one.definition.partition(" REFERENCES ")
        here = respelled(here, column, quoted(name)) or here
        there = to_itself.get(one.name, there)
        return one.model_copy(update={"columns": follows(one.columns), "definition": here + points + there})

    table = table.model_copy(
        update={
            "columns": tuple(map(column_of, table.columns)),
            "indexes": tuple(map(index_of, table.indexes)),
            "constraints": tuple(map(constraint_of, table.constraints)),
        }
    )
    details = tuple(of.model_copy(update={"name": name}) if of.name == column else of for of in facts.columns)
    key = facts.key and key_with(facts.key, column, name=name)
    return facts.model_copy(update={"table": table, "key": key, "columns": details, "referencing": referencing})


def retyped(facts: TableFacts, column: str, type_: str) -> TableFacts:
    """The column, and the key where it is part of it, have the other type."""
    columns = tuple(
        one.model_copy(update={"type": type_}) if one.name == column else one for one in facts.table.columns
    )
    key = facts.key and key_with(facts.key, column, type_=type_)
    table = facts.table.model_copy(update={"columns": columns})
    return facts.model_copy(update={"table": table, "key": key})
