"""Read the commands of one ALTER TABLE, and of its kin for indexes, views and types."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tools.lint.actions import (
    Action,
    AddColumn,
    AddConstraint,
    AlterColumnType,
    AlterConstraint,
    AlterType,
    AttachIndex,
    AttachPartition,
    ChangeTableOwner,
    DetachPartition,
    DropColumn,
    DropConstraint,
    DropExpression,
    DropIdentity,
    DropNotNull,
    Inherit,
    NoInherit,
    Opaque,
    Relation,
    SetAccessMethod,
    SetCluster,
    SetDefault,
    SetExpression,
    SetLogged,
    SetNotNull,
    SetOfType,
    SetOptions,
    SetTablespace,
    ValidateConstraint,
)
from tools.lint.grammar import name_of, options, relation, text_of, text_or_none, type_text, word
from tools.lint.read import columns
from tools.lint.read.partitions import bound
from tools.lint.read.switches import SWITCHES

Command = Callable[[Relation, Any, Any], Action]
"""Takes the table, the command's node, and what it defines."""


def alter_table(node: Any) -> Iterator[Action]:
    """Yield what each command does to the table, in the order written."""
    kind = word(node, "objtype").removeprefix("OBJECT_")
    table = relation(node.relation)
    if kind == "TYPE":
        cascade = any(word(each.alter_table_cmd, "behavior") == "DROP_CASCADE" for each in node.cmds)
        yield AlterType(name=str(table), cascade=cascade)
        return
    for each in node.cmds:
        command = each.alter_table_cmd
        if kind == "INDEX" and word(command, "subtype") == "AT_AttachPartition":
            yield AttachIndex(index=table, partition=relation(getattr(command, "def").partition_cmd.name))
        else:
            yield from (_alone(action) if not node.relation.inh else action for action in _command(table, command))


def _command(table: Relation, command: Any) -> Iterable[Action]:
    subtype = word(command, "subtype")
    reader = COMMANDS.get(subtype) or SWITCHES.get(subtype)
    if reader is None:
        return (Opaque(reason=f"ALTER TABLE … {_spoken(subtype)} is not known"),)
    return (reader(table, command, getattr(command, "def")),)


def _alone(action: Action) -> Action:
    return action.model_copy(update={"only": True}) if isinstance(action, AddConstraint) else action


def _spoken(subtype: str) -> str:
    """Write `AT_AlterColumnType` as `ALTER COLUMN TYPE`."""
    name = subtype.removeprefix("AT_")
    return "".join(f" {letter}" if letter.isupper() else letter for letter in name).strip().upper()


def _cascades(command: Any) -> bool:
    return word(command, "behavior") == "DROP_CASCADE"


def _add_column(table: Relation, command: Any, definition: Any) -> Action:
    declared = columns.declared(definition.column_def)
    return AddColumn(table=table, if_not_exists=command.missing_ok, **declared)


def _drop_column(table: Relation, command: Any, _: Any) -> Action:
    return DropColumn(table=table, column=command.name, if_exists=command.missing_ok, cascade=_cascades(command))


def _column_type(table: Relation, command: Any, definition: Any) -> Action:
    declared = definition.column_def
    return AlterColumnType(
        table=table,
        column=command.name,
        type=type_text(declared.type_name),
        collation=name_of(declared.coll_clause.collname),
        using=text_or_none(declared.raw_default),
    )


def _add_constraint(table: Relation, _: Any, definition: Any) -> Action:
    found = columns.constraint(table, definition.constraint)
    if found is None:
        return Opaque(reason=f"ADD {word(definition.constraint, 'contype')} is not known")
    return found


def _alter_constraint(table: Relation, _: Any, definition: Any) -> Action:
    change = definition.atalter_constraint
    enforced = change.is_enforced if change.alter_enforceability else None
    return AlterConstraint(table=table, name=change.conname, enforced=enforced)


def _drop_constraint(table: Relation, command: Any, _: Any) -> Action:
    return DropConstraint(table=table, name=command.name, if_exists=command.missing_ok, cascade=_cascades(command))


def _attach(table: Relation, _: Any, definition: Any) -> Action:
    part = definition.partition_cmd
    return AttachPartition(table=table, partition=relation(part.name), bound=bound(part.bound))


def _detach(table: Relation, command: Any, definition: Any) -> Action:
    part = definition.partition_cmd
    finalize = word(command, "subtype") == "AT_DetachPartitionFinalize"
    return DetachPartition(table=table, partition=relation(part.name), concurrently=part.concurrent, finalize=finalize)


def _set_options(table: Relation, command: Any, definition: Any) -> Action:
    reset = word(command, "subtype") == "AT_ResetRelOptions"
    return SetOptions(table=table, options=options(definition.list.items), reset=reset)


COMMANDS: dict[str, Command] = {
    "AT_AddColumn": _add_column,
    "AT_AddConstraint": _add_constraint,
    "AT_AddInherit": lambda table, _, parent: Inherit(table=table, parent=relation(parent.range_var)),
    "AT_AddOf": lambda table, _, of: SetOfType(table=table, type=type_text(of.type_name)),
    "AT_AlterColumnType": _column_type,
    "AT_AlterConstraint": _alter_constraint,
    "AT_AttachPartition": _attach,
    "AT_ChangeOwner": lambda table, command, _: ChangeTableOwner(table=table, owner=command.newowner.rolename),
    "AT_ClusterOn": lambda table, command, _: SetCluster(table=table, index=command.name),
    "AT_ColumnDefault": lambda table, command, value: SetDefault(
        table=table, column=command.name, default=text_or_none(value)
    ),
    "AT_DetachPartition": _detach,
    "AT_DetachPartitionFinalize": _detach,
    "AT_DropCluster": lambda table, *_: SetCluster(table=table, index=""),
    "AT_DropColumn": _drop_column,
    "AT_DropConstraint": _drop_constraint,
    "AT_DropExpression": lambda table, command, _: DropExpression(
        table=table, column=command.name, if_exists=command.missing_ok
    ),
    "AT_DropIdentity": lambda table, command, _: DropIdentity(
        table=table, column=command.name, if_exists=command.missing_ok
    ),
    "AT_DropInherit": lambda table, _, parent: NoInherit(table=table, parent=relation(parent.range_var)),
    "AT_DropNotNull": lambda table, command, _: DropNotNull(table=table, column=command.name),
    "AT_DropOf": lambda table, *_: SetOfType(table=table, type=""),
    "AT_ResetRelOptions": _set_options,
    "AT_SetAccessMethod": lambda table, command, _: SetAccessMethod(table=table, method=command.name),
    "AT_SetExpression": lambda table, command, value: SetExpression(
        table=table, column=command.name, expression=text_of(value)
    ),
    "AT_SetLogged": lambda table, *_: SetLogged(table=table, logged=True),
    "AT_SetNotNull": lambda table, command, _: SetNotNull(table=table, column=command.name),
    "AT_SetRelOptions": _set_options,
    "AT_SetTableSpace": lambda table, command, _: SetTablespace(table=table, tablespace=command.name),
    "AT_SetUnLogged": lambda table, *_: SetLogged(table=table, logged=False),
    "AT_ValidateConstraint": lambda table, command, _: ValidateConstraint(table=table, name=command.name),
}
