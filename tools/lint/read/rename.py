"""Read what gets another name, another schema or another owner."""

from collections.abc import Iterable
from typing import Any

from tools.lint.actions import (
    Action,
    AlterType,
    ChangeObjectOwner,
    ChangeTableOwner,
    RenameColumn,
    RenameConstraint,
    RenameIndex,
    RenameObject,
    RenamePolicy,
    RenameRule,
    RenameTable,
    RenameTrigger,
    RenameView,
    SetObjectSchema,
    SetTableSchema,
)
from tools.lint.grammar import relation, word
from tools.lint.read.names import named, spoken

TABLES = {"TABLE", "FOREIGN_TABLE", "VIEW", "MATVIEW", "INDEX", "SEQUENCE"}


def rename(node: Any) -> Iterable[Action]:
    kind = word(node, "rename_type").removeprefix("OBJECT_")
    table, to = relation(node.relation), node.newname
    match kind:
        case "ATTRIBUTE":
            return (AlterType(name=str(table), cascade=word(node, "behavior") == "DROP_CASCADE"),)
        case "COLUMN":
            return (RenameColumn(table=table, column=node.subname, to=to),)
        case "TABLE" | "FOREIGN_TABLE":
            return (RenameTable(table=table, to=to),)
        case "INDEX":
            return (RenameIndex(index=table, to=to),)
        case "VIEW" | "MATVIEW":
            return (RenameView(view=table, to=to, materialized=kind == "MATVIEW"),)
        case "TABCONSTRAINT":
            return (RenameConstraint(table=table, name=node.subname, to=to),)
        case "TRIGGER":
            return (RenameTrigger(table=table, name=node.subname, to=to),)
        case "POLICY":
            return (RenamePolicy(table=table, name=node.subname, to=to),)
        case "RULE":
            return (RenameRule(table=table, name=node.subname, to=to),)
        case "SEQUENCE":
            return (RenameObject(kind="SEQUENCE", name=str(table), to=to),)
        case "DOMCONSTRAINT":
            return (RenameObject(kind="DOMAIN CONSTRAINT", name=f"{named(node.object)}.{node.subname}", to=to),)
        case _:
            return (RenameObject(kind=spoken(kind), name=named(node.object) or node.subname, to=to),)


def set_schema(node: Any) -> Iterable[Action]:
    kind = word(node, "object_type").removeprefix("OBJECT_")
    if kind in TABLES:
        return (SetTableSchema(table=relation(node.relation), schema_name=node.newschema),)
    return (SetObjectSchema(kind=spoken(kind), name=named(node.object), schema_name=node.newschema),)


def change_owner(node: Any) -> Iterable[Action]:
    kind, owner = word(node, "object_type").removeprefix("OBJECT_"), node.newowner.rolename
    if node.HasField("relation"):
        return (ChangeTableOwner(table=relation(node.relation), owner=owner),)
    return (ChangeObjectOwner(kind=spoken(kind), name=named(node.object), owner=owner),)
