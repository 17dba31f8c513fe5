"""What is done to views, domains, types, sequences, publications and the rest."""

from tools.lint.actions import (
    AddDomainConstraint,
    AlterExtension,
    AlterObject,
    AlterPublication,
    AlterSequence,
    AlterType,
    Comment,
    CreateObject,
    CreatePublication,
    CreateSubscription,
    CreateView,
    DropObject,
    DropView,
    Opaque,
    RefreshView,
    Relation,
    RenameView,
    SetDomainNotNull,
    ValidateDomainConstraint,
)
from tools.locks.weigh import Weighing

ALONE = {"DATABASE", "SUBSCRIPTION", "SYSTEM", "TABLESPACE"}

HOLDERS = {"SCHEMA", "EXTENSION", "TYPE", "DOMAIN", "SEQUENCE"}
"""Kinds whose DROP … CASCADE takes tables or columns along."""

LOCKED_BY_COMMENT = {"TABLE", "VIEW", "MATERIALIZED VIEW", "INDEX", "FOREIGN TABLE", "COLUMN"}


def opaque(action: Opaque, weigh: Weighing) -> None:
    if action.broken:
        weigh.refuse(f"PostgreSQL refuses this: {action.reason}.")
    else:
        weigh.doubt(f"It is not understood: {action.reason}.")


# --- views ---------------------------------------------------------------------------------------------------------


def create_view(action: CreateView, weigh: Weighing) -> None:
    for table in action.reads:
        weigh.lock_family(table, "ACCESS SHARE", f"`{action.view}` reads it")
    if action.replace:
        weigh.lock(action.view, "ACCESS EXCLUSIVE", "it is replaced, if it is there")
    if action.materialized and action.with_data:
        weigh.rows(action.view, "it is filled by its query")


def drop_view(action: DropView, weigh: Weighing) -> None:
    weigh.lock(action.view, "ACCESS EXCLUSIVE", "it is dropped")


def rename_view(action: RenameView, weigh: Weighing) -> None:
    weigh.lock(action.view, "ACCESS EXCLUSIVE", "it is renamed")


def refresh(action: RefreshView, weigh: Weighing) -> None:
    view = action.view
    if action.concurrently:
        weigh.lock(view, "EXCLUSIVE", "what differs in it is changed, while others read")
        known = weigh.known.find(view)
        if known and not any(index.unique for index in known.indexes):
            weigh.refuse(f"REFRESH … CONCURRENTLY needs a unique index on `{view}`.")
        weigh.rows(view, "its query runs, and what differs is changed")
    else:
        weigh.lock(view, "ACCESS EXCLUSIVE", "it is filled anew")
        weigh.rewrite(view, "its query runs")


# --- domains and types ---------------------------------------------------------------------------------------------


def add_domain_constraint(action: AddDomainConstraint, weigh: Weighing) -> None:
    if not action.not_valid:
        _scan_users(action.name, weigh)


def check_domain(action: ValidateDomainConstraint | SetDomainNotNull, weigh: Weighing) -> None:
    _scan_users(action.name, weigh)


def _scan_users(domain: str, weigh: Weighing) -> None:
    """Every table with a column of the domain is read under SHARE; the server says nothing of it at DEBUG1."""
    users = [
        known.table
        for tables in weigh.known.tables.values()
        for known in tables
        if any(column.type == domain for column in known.columns)
    ]
    for table in users:
        weigh.lock(table, "SHARE", f"it has a column of `{domain}`")
        weigh.scan(table, f"the rule of `{domain}` must hold for each")
    if not users:
        weigh.doubt(f"Every table with a column of `{domain}` is locked SHARE and read; none is known.")


def alter_type(action: AlterType, weigh: Weighing) -> None:
    weigh.lock(Relation(name=action.name), "ACCESS EXCLUSIVE", "its attributes change")
    if action.cascade:
        weigh.doubt(f"Tables made OF `{action.name}` are locked ACCESS EXCLUSIVE; they are not known.")


# --- the rest ------------------------------------------------------------------------------------------------------


def alter_sequence(action: AlterSequence, weigh: Weighing) -> None:
    weigh.lock(action.sequence, "SHARE ROW EXCLUSIVE", "it changes")


def comment(action: Comment, weigh: Weighing) -> None:
    if action.table and action.kind in LOCKED_BY_COMMENT:
        weigh.lock(action.table, "SHARE UPDATE EXCLUSIVE", "a comment is written")


def publication(action: CreatePublication | AlterPublication, weigh: Weighing) -> None:
    for table in action.tables:
        weigh.lock(table, "SHARE UPDATE EXCLUSIVE", f"`{action.name}` publishes it, or no longer")


def subscription(action: CreateSubscription, weigh: Weighing) -> None:
    if not {"create_slot", "connect"} & set(action.options):
        weigh.alone("CREATE SUBSCRIPTION with a slot")


def simple_object(action: CreateObject | AlterObject, weigh: Weighing) -> None:
    if action.kind in ALONE and not (isinstance(action, AlterObject) and action.kind == "DATABASE"):
        weigh.alone(f"{'CREATE' if isinstance(action, CreateObject) else 'ALTER'} {action.kind}")


def drop_object(action: DropObject, weigh: Weighing) -> None:
    if action.kind in ALONE:
        weigh.alone(f"DROP {action.kind}")
    if action.kind == "SEQUENCE":
        *schema, name = action.name.split(".")
        weigh.lock(Relation(schema_name=".".join(schema), name=name), "ACCESS EXCLUSIVE", "it is dropped")
    if action.kind in HOLDERS and action.cascade:
        weigh.doubt(f"Everything that depends on `{action.name}` is dropped, and locked ACCESS EXCLUSIVE before.")


def alter_extension(action: AlterExtension, weigh: Weighing) -> None:
    weigh.doubt(f"The script of `{action.name}` is not read.")
