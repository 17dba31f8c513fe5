"""Say what a statement does to others: `effect_of`."""

from collections.abc import Callable, Sequence
from typing import Any

from tools.lint import actions as a
from tools.lint.actions import Action, Statement
from tools.lint.parse import parse
from tools.lint.volatility import VolatilityOf
from tools.locks import on_columns, on_constraints, on_indexes, on_objects, on_rows, on_tables, on_type, partitions
from tools.locks.effect import Effect
from tools.locks.known import Known
from tools.locks.on_tables import catalog_only
from tools.locks.weigh import Weighing

Handler = Callable[[Any, Weighing], None]

NOTHING_KNOWN = Known()


def effect_of(
    statement: str | Statement | Sequence[Action],
    major: int,
    schema: Known = NOTHING_KNOWN,
    *,
    volatility: VolatilityOf | None = None,
    in_transaction: bool = False,
) -> Effect:
    """Return what one statement locks, rewrites, scans and builds on a server of version `major`.

    `schema` is how things stand before it. `in_transaction` says that it runs inside one, which some statements refuse.
    Text that holds several statements is weighed as if they were one. Raises nothing.
    """
    actions = _actions(statement)
    weigh = Weighing(actions, schema, major, volatility)
    for action in actions:
        handler = HANDLERS.get(type(action))
        if handler:
            handler(action, weigh)
        elif type(action) not in HARMLESS:
            weigh.doubt(f"What {type(action).__name__} locks is not known.")
    return weigh.effect(in_transaction=in_transaction)


def _actions(statement: str | Statement | Sequence[Action]) -> tuple[Action, ...]:
    match statement:
        case str():
            return tuple(action for each in parse(statement) for action in each.actions)
        case Statement():
            return statement.actions
        case _:
            return tuple(statement)


ALTERED = catalog_only("ACCESS EXCLUSIVE", "it is altered")
COLUMN = catalog_only("ACCESS EXCLUSIVE", "a column of it is altered", family=True)
RENAMED = catalog_only("ACCESS EXCLUSIVE", "it is renamed or moved")
POLICY = catalog_only("ACCESS EXCLUSIVE", "a policy of it changes")
RULE = catalog_only("ACCESS EXCLUSIVE", "a rule of it changes")

HANDLERS: dict[type[Action], Handler] = {
    a.AddColumn: on_columns.add_column,
    a.AddConstraint: on_constraints.add_constraint,
    a.AddDomainConstraint: on_objects.add_domain_constraint,
    a.AddIdentity: on_columns.add_identity,
    a.AlterColumnType: on_type.alter_type,
    a.AlterConstraint: on_constraints.alter_constraint,
    a.AlterExtension: on_objects.alter_extension,
    a.AlterObject: on_objects.simple_object,
    a.AlterPolicy: POLICY,
    a.AlterPublication: on_objects.publication,
    a.AlterSequence: on_objects.alter_sequence,
    a.AlterType: on_objects.alter_type,
    a.Analyze: on_tables.analyze,
    a.AttachIndex: on_indexes.attach_index,
    a.AttachPartition: partitions.attach,
    a.ChangeTableOwner: catalog_only("ACCESS EXCLUSIVE", "it gets another owner"),
    a.Cluster: on_tables.cluster,
    a.Comment: on_objects.comment,
    a.Copy: on_rows.copy,
    a.CreateIndex: on_indexes.create_index,
    a.CreateObject: on_objects.simple_object,
    a.CreatePolicy: POLICY,
    a.CreatePublication: on_objects.publication,
    a.CreateRule: RULE,
    a.CreateStatistics: catalog_only("SHARE UPDATE EXCLUSIVE", "statistics on its columns are created"),
    a.CreateSubscription: on_objects.subscription,
    a.CreateTable: on_tables.create_table,
    a.CreateTrigger: on_tables.create_trigger,
    a.CreateView: on_objects.create_view,
    a.Delete: on_rows.delete,
    a.DetachPartition: partitions.detach,
    a.DropColumn: on_columns.drop_column,
    a.DropConstraint: on_constraints.drop_constraint,
    a.DropExpression: COLUMN,
    a.DropIdentity: COLUMN,
    a.DropIndex: on_indexes.drop_index,
    a.DropNotNull: on_columns.drop_not_null,
    a.DropObject: on_objects.drop_object,
    a.DropPolicy: POLICY,
    a.DropRule: RULE,
    a.DropTable: on_tables.drop_table,
    a.DropTrigger: catalog_only("ACCESS EXCLUSIVE", "a trigger of it is dropped", family=True),
    a.DropView: on_objects.drop_view,
    a.Inherit: on_tables.inherit,
    a.Insert: on_rows.insert,
    a.LockTable: on_tables.lock_table,
    a.Merge: on_rows.merge,
    a.NoInherit: ALTERED,
    a.Opaque: on_objects.opaque,
    a.RefreshView: on_objects.refresh,
    a.Reindex: on_indexes.reindex,
    a.RenameColumn: on_columns.rename_column,
    a.RenameConstraint: on_constraints.rename_constraint,
    a.RenameIndex: on_indexes.rename_index,
    a.RenamePolicy: POLICY,
    a.RenameRule: RULE,
    a.RenameTable: RENAMED,
    a.RenameTrigger: catalog_only("ACCESS EXCLUSIVE", "a trigger of it is renamed", family=True),
    a.RenameView: on_objects.rename_view,
    a.Select: on_rows.select,
    a.SetAccessMethod: on_tables.set_access_method,
    a.SetCluster: on_tables.set_cluster,
    a.SetColumnOptions: on_columns.set_column_options,
    a.SetCompression: COLUMN,
    a.SetDefault: COLUMN,
    a.SetDomainNotNull: on_objects.check_domain,
    a.SetExpression: on_columns.set_expression,
    a.SetIdentity: on_columns.set_identity,
    a.SetLogged: on_tables.set_logged,
    a.SetNotNull: on_columns.set_not_null,
    a.SetOfType: ALTERED,
    a.SetOptions: on_tables.set_options,
    a.SetReplicaIdentity: on_tables.set_replica_identity,
    a.SetRowSecurity: catalog_only("ACCESS EXCLUSIVE", "row level security is switched"),
    a.SetRule: RULE,
    a.SetStatistics: on_columns.set_statistics,
    a.SetStorage: on_columns.set_storage,
    a.SetTableSchema: RENAMED,
    a.SetTablespace: on_tables.set_tablespace,
    a.SetTablespaceAll: on_tables.set_tablespace_all,
    a.SetTrigger: catalog_only("SHARE ROW EXCLUSIVE", "a trigger is switched", family=True),
    a.Truncate: on_tables.truncate,
    a.Update: on_rows.update,
    a.Vacuum: on_tables.vacuum,
    a.ValidateConstraint: on_constraints.validate,
    a.ValidateDomainConstraint: on_objects.check_domain,
}

HARMLESS: frozenset[type[Action]] = frozenset(
    {
        a.AddEnumValue,
        a.AlterDefaultPrivileges,
        a.AlterSubscription,
        a.Begin,
        a.ChangeObjectOwner,
        a.Commit,
        a.CreateDomain,
        a.CreateEnum,
        a.CreateExtension,
        a.CreateFunction,
        a.CreateSequence,
        a.CreateType,
        a.Do,
        a.DropDomainConstraint,
        a.DropDomainNotNull,
        a.DropFunction,
        a.Grant,
        a.Harmless,
        a.ReleaseSavepoint,
        a.RenameEnumValue,
        a.RenameObject,
        a.Rollback,
        a.RollbackTo,
        a.Savepoint,
        a.SetDomainDefault,
        a.SetObjectSchema,
        a.SetSetting,
    }
)
"""What locks no table, and touches no row."""
