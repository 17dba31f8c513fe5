"""What a table is once one of its columns has another name or type."""

from protocol.foreign_key import ForeignKey
from protocol.names import quoted
from protocol.recipes.shadow import key_with
from protocol.respelling import index_parts, pointing, respelled
from protocol.schema import Column, Constraint, Index
from protocol.table_facts import TableFacts


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

    def definition_of(definition: str, key: ForeignKey | None) -> str:
        if key is not None and key.parent == facts.name and column in key.referenced:
            definition = pointing(definition, column, quoted(name)) or definition
        if key is not None and key.child != facts.name:
            return definition
        here, points, there = definition.partition(" REFERENCES ")
        return (respelled(here, column, quoted(name)) or here) + points + there

    def foreign_key_of(key: ForeignKey) -> ForeignKey:
        own, pointed = key.child == facts.name, key.parent == facts.name
        columns = tuple(
            one.model_copy(update={"name": name}) if own and one.name == column else one for one in key.columns
        )
        referenced = follows(key.referenced) if pointed else key.referenced
        definition = definition_of(key.definition, key)
        return key.model_copy(update={"columns": columns, "referenced": referenced, "definition": definition})

    own = {key.name: key for key in facts.outgoing}

    def constraint_of(one: Constraint) -> Constraint:
        definition = definition_of(one.definition, own.get(one.name))
        return one.model_copy(update={"columns": follows(one.columns), "definition": definition})

    table = table.model_copy(
        update={
            "columns": tuple(map(column_of, table.columns)),
            "indexes": tuple(map(index_of, table.indexes)),
            "constraints": tuple(map(constraint_of, table.constraints)),
        }
    )
    details = tuple(of.model_copy(update={"name": name}) if of.name == column else of for of in facts.columns)
    key = facts.key and key_with(facts.key, column, name=name)
    keys = tuple(map(foreign_key_of, facts.foreign_keys))
    uses = tuple(of.model_copy(update={"columns": follows(of.columns)}) for of in facts.dependants)
    return facts.model_copy(
        update={"table": table, "key": key, "columns": details, "foreign_keys": keys, "dependants": uses}
    )


def retyped(facts: TableFacts, column: str, type_: str) -> TableFacts:
    """The column, and the key where it is part of it, have the other type."""
    columns = tuple(
        one.model_copy(update={"type": type_}) if one.name == column else one for one in facts.table.columns
    )
    key = facts.key and key_with(facts.key, column, type_=type_)
    table = facts.table.model_copy(update={"columns": columns})
    return facts.model_copy(update={"table": table, "key": key})
