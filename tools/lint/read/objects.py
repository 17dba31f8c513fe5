"""Read what happens to views, sequences, rights, comments, policies, triggers, rules and replication."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tools.lint.actions import (
    Action,
    AlterDefaultPrivileges,
    AlterExtension,
    AlterObject,
    AlterPolicy,
    AlterPublication,
    AlterSequence,
    AlterSubscription,
    Comment,
    CreateExtension,
    CreateObject,
    CreatePolicy,
    CreatePublication,
    CreateRule,
    CreateSequence,
    CreateSubscription,
    CreateTrigger,
    CreateView,
    Grant,
    Relation,
    SetTablespaceAll,
)
from tools.lint.grammar import columns_of, name_of, options, relation, relation_of, word
from tools.lint.read.names import named, parts, spoken
from tools.lint.read.rows import tables_read

Reader = Callable[[Any], Iterable[Action]]

OF_A_TABLE = {"TABCONSTRAINT", "TRIGGER", "RULE", "POLICY", "COLUMN"}
RELATIONS = {"TABLE", "VIEW", "MATVIEW", "INDEX", "FOREIGN_TABLE"}

EVENTS = {4: "insert", 8: "delete", 16: "update", 32: "truncate"}
"""Bits of a trigger's events (pg_trigger.h of PostgreSQL)."""


def view(node: Any) -> Iterable[Action]:
    reads, columns = tables_read(node.query), columns_of(node.query)
    return (CreateView(view=relation(node.view), replace=node.replace, reads=reads, columns=columns),)


def sequence(node: Any) -> Iterable[Action]:
    return (CreateSequence(sequence=relation(node.sequence), owned_by=_owner(node.options)),)


def alter_sequence(node: Any) -> Iterable[Action]:
    owned_by = _owner(node.options)
    return (AlterSequence(sequence=relation(node.sequence), owned_by=owned_by, options=options(node.options)),)


def _owner(definitions: Any) -> Relation | None:
    for definition in definitions:
        if definition.def_elem.defname == "owned_by":
            *table, _ = parts(definition.def_elem.arg)
            return relation_of(table) if table else None
    return None


def comment(node: Any) -> Iterable[Action]:
    kind, name = word(node, "objtype").removeprefix("OBJECT_"), parts(node.object)
    table = None
    if kind in OF_A_TABLE:
        table = relation_of(name[:-1])
    elif kind in RELATIONS:
        table = relation_of(name)
    return (Comment(kind=spoken(kind), name=".".join(name), table=table),)


def grant(node: Any) -> Iterable[Action]:
    kind = word(node, "objtype").removeprefix("OBJECT_")
    tables = [each.range_var for each in node.objects if each.WhichOneof("node") == "range_var"]
    action = Grant(
        kind=spoken(kind),
        revoke=not node.is_grant,
        objects=tuple(named(each) for each in node.objects if each.WhichOneof("node") != "range_var"),
        relations=tuple(relation(table) for table in tables),
        every=word(node, "targtype") == "ACL_TARGET_ALL_IN_SCHEMA",
        privileges=tuple(each.access_priv.priv_name for each in node.privileges),
        grantees=tuple(each.role_spec.rolename or "PUBLIC" for each in node.grantees),
    )
    return (action,)


def grant_role(node: Any) -> Iterable[Action]:
    roles = tuple(each.access_priv.priv_name for each in node.granted_roles)
    grantees = tuple(each.role_spec.rolename for each in node.grantee_roles)
    return (Grant(kind="ROLE", revoke=not node.is_grant, objects=roles, grantees=grantees),)


def default_privileges(node: Any) -> Iterable[Action]:
    return (AlterDefaultPrivileges(revoke=not node.action.is_grant),)


def trigger(node: Any) -> Iterable[Action]:
    action = CreateTrigger(
        table=relation(node.relation),
        name=node.trigname,
        function=name_of(node.funcname),
        references=relation(node.constrrel) if node.HasField("constrrel") else None,
        events=tuple(event for bit, event in EVENTS.items() if node.events & bit),
    )
    return (action,)


def policy(node: Any) -> Iterable[Action]:
    return (CreatePolicy(table=relation(node.table), name=node.policy_name),)


def alter_policy(node: Any) -> Iterable[Action]:
    return (AlterPolicy(table=relation(node.table), name=node.policy_name),)


def rule(node: Any) -> Iterable[Action]:
    event = word(node, "event").removeprefix("CMD_").lower()
    return (CreateRule(table=relation(node.relation), name=node.rulename, event=event),)


def extension(node: Any) -> Iterable[Action]:
    return (CreateExtension(name=node.extname, if_not_exists=node.if_not_exists),)


def alter_extension(node: Any) -> Iterable[Action]:
    return (AlterExtension(name=node.extname),)


def move_all(node: Any) -> Iterable[Action]:
    kind = spoken(word(node, "objtype").removeprefix("OBJECT_"))
    return (SetTablespaceAll(kind=kind, source=node.orig_tablespacename, tablespace=node.new_tablespacename),)


# --- replication ---------------------------------------------------------------------------------------------------


def publication(node: Any) -> Iterable[Action]:
    tables, every = _published(node)
    return (CreatePublication(name=node.pubname, tables=tables, every=every),)


def alter_publication(node: Any) -> Iterable[Action]:
    tables, every = _published(node)
    return (AlterPublication(name=node.pubname, tables=tables, every=every),)


def _published(node: Any) -> tuple[tuple[Relation, ...], bool]:
    parts_ = [each.publication_obj_spec for each in node.pubobjects]
    tables = tuple(relation(part.pubtable.relation) for part in parts_ if part.HasField("pubtable"))
    return tables, node.for_all_tables or len(tables) < len(parts_)


def subscription(node: Any) -> Iterable[Action]:
    return (CreateSubscription(name=node.subname, options=options(node.options)),)


def alter_subscription(node: Any) -> Iterable[Action]:
    change = word(node, "kind").removeprefix("ALTER_SUBSCRIPTION_").replace("_", " ")
    return (AlterSubscription(name=node.subname, change=change),)


# --- what locks no table -------------------------------------------------------------------------------------------


def created(kind: str, field: str) -> Reader:
    """Build the reader of a CREATE that has a node of its own."""
    return lambda node: (CreateObject(kind=kind, name=_name(node, field)),)


def altered(kind: str, field: str) -> Reader:
    """Build the reader of an ALTER that has a node of its own."""
    return lambda node: (AlterObject(kind=kind, name=_name(node, field)),)


def _name(node: Any, field: str) -> str:
    value = getattr(node, field) if field else ""
    if isinstance(value, str):
        return value
    if hasattr(value, "objname"):
        return name_of(value.objname)
    return name_of(value)


def defined(node: Any) -> Iterator[Action]:
    """CREATE AGGREGATE, OPERATOR, TYPE, COLLATION, TEXT SEARCH …."""
    yield CreateObject(kind=spoken(word(node, "kind").removeprefix("OBJECT_")), name=name_of(node.defnames))
