"""Read the commands of ALTER TABLE that switch something: identity, storage, triggers, rules, row security."""

from collections.abc import Callable
from typing import Any, Literal

from tools.lint.actions import (
    Action,
    AddIdentity,
    Relation,
    SetColumnOptions,
    SetCompression,
    SetIdentity,
    SetOptions,
    SetReplicaIdentity,
    SetRowSecurity,
    SetRule,
    SetStatistics,
    SetStorage,
    SetTrigger,
)
from tools.lint.grammar import options, word

Switch = Callable[[Relation, Any, Any], Action]

IDENTITY: dict[str, Literal["default", "full", "nothing", "index"]] = {
    "d": "default",
    "f": "full",
    "i": "index",
    "n": "nothing",
}


def _add_identity(table: Relation, command: Any, definition: Any) -> Action:
    always = definition.constraint.generated_when == "a"
    return AddIdentity(table=table, column=command.name, always=always)


def _statistics(table: Relation, command: Any, definition: Any) -> Action:
    target = definition.integer.ival if definition.WhichOneof("node") else None
    return SetStatistics(table=table, column=command.name or str(command.num), target=target)


def _column_options(table: Relation, command: Any, definition: Any) -> Action:
    return SetColumnOptions(table=table, column=command.name, options=options(definition.list.items))


def _foreign_options(table: Relation, _: Any, definition: Any) -> Action:
    return SetOptions(table=table, options=options(definition.list.items))


def _replica_identity(table: Relation, _: Any, definition: Any) -> Action:
    chosen = definition.replica_identity_stmt
    return SetReplicaIdentity(table=table, identity=IDENTITY[chosen.identity_type], index=chosen.name)


def _trigger(table: Relation, command: Any, _: Any) -> Action:
    subtype = word(command, "subtype")
    scope: Literal["one", "all", "user"] = "one"
    if subtype.endswith(("TrigAll", "TrigUser")):
        scope = "all" if subtype.endswith("All") else "user"
    return SetTrigger(table=table, enabled=subtype.startswith("AT_Enable"), name=command.name, scope=scope)


def _rule(table: Relation, command: Any, _: Any) -> Action:
    return SetRule(table=table, name=command.name, enabled=word(command, "subtype").startswith("AT_Enable"))


TRIGGERS = (
    "AT_EnableTrig",
    "AT_EnableAlwaysTrig",
    "AT_EnableReplicaTrig",
    "AT_EnableTrigAll",
    "AT_EnableTrigUser",
    "AT_DisableTrig",
    "AT_DisableTrigAll",
    "AT_DisableTrigUser",
)
RULES = ("AT_EnableRule", "AT_EnableAlwaysRule", "AT_EnableReplicaRule", "AT_DisableRule")

SWITCHES: dict[str, Switch] = {
    "AT_AddIdentity": _add_identity,
    "AT_AlterColumnGenericOptions": _column_options,
    "AT_DisableRowSecurity": lambda table, *_: SetRowSecurity(table=table, change="disable"),
    "AT_EnableRowSecurity": lambda table, *_: SetRowSecurity(table=table, change="enable"),
    "AT_ForceRowSecurity": lambda table, *_: SetRowSecurity(table=table, change="force"),
    "AT_GenericOptions": _foreign_options,
    "AT_NoForceRowSecurity": lambda table, *_: SetRowSecurity(table=table, change="no force"),
    "AT_ReplicaIdentity": _replica_identity,
    "AT_ResetOptions": _column_options,
    "AT_SetCompression": lambda table, command, method: SetCompression(
        table=table, column=command.name, method=method.string.sval
    ),
    "AT_SetIdentity": lambda table, command, _: SetIdentity(table=table, column=command.name),
    "AT_SetOptions": _column_options,
    "AT_SetStatistics": _statistics,
    "AT_SetStorage": lambda table, command, kind: SetStorage(
        table=table, column=command.name, storage=kind.string.sval
    ),
    **dict.fromkeys(TRIGGERS, _trigger),
    **dict.fromkeys(RULES, _rule),
}
