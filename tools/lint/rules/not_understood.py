"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import (
    Action,
    AddColumn,
    AddConstraint,
    AddDomainConstraint,
    AlterColumnType,
    AlterExtension,
    AlterType,
    AttachPartition,
    Cluster,
    CreateRule,
    CreateTable,
    DetachPartition,
    DropColumn,
    DropIndex,
    DropObject,
    DropTable,
    DropView,
    Inherit,
    LockTable,
    Merge,
    NoInherit,
    Opaque,
    RefreshView,
    Reindex,
    RenameColumn,
    RenameEnumValue,
    RenameObject,
    RenameTable,
    RenameView,
    SetAccessMethod,
    SetDomainNotNull,
    SetExpression,
    SetLogged,
    SetObjectSchema,
    SetReplicaIdentity,
    SetRowSecurity,
    SetTableSchema,
    SetTablespace,
    SetTablespaceAll,
    SetTrigger,
    Statement,
    Truncate,
    Vacuum,
)
from tools.lint.context import Context
from tools.lint.rule import Rule

BUILD_INDEXES = {"unique", "primary key", "exclude"}

UNJUDGED: dict[type[Action], str] = {
    AddDomainConstraint: "ALTER DOMAIN … ADD CONSTRAINT",
    AlterColumnType: "ALTER COLUMN TYPE",
    AlterExtension: "ALTER EXTENSION",
    AlterType: "ALTER TYPE of a composite type",
    AttachPartition: "ATTACH PARTITION",
    Cluster: "CLUSTER",
    CreateRule: "CREATE RULE",
    DetachPartition: "DETACH PARTITION",
    DropColumn: "DROP COLUMN",
    DropObject: "DROP",
    DropTable: "DROP TABLE",
    DropView: "DROP VIEW",
    Inherit: "INHERIT",
    LockTable: "LOCK TABLE",
    Merge: "MERGE",
    NoInherit: "NO INHERIT",
    RenameColumn: "RENAME COLUMN",
    RenameEnumValue: "RENAME VALUE",
    RenameObject: "RENAME",
    RenameTable: "RENAME TABLE",
    RenameView: "RENAME VIEW",
    SetAccessMethod: "SET ACCESS METHOD",
    SetDomainNotNull: "SET NOT NULL of a domain",
    SetExpression: "SET EXPRESSION",
    SetLogged: "SET LOGGED or UNLOGGED",
    SetObjectSchema: "SET SCHEMA",
    SetReplicaIdentity: "REPLICA IDENTITY",
    SetRowSecurity: "ROW LEVEL SECURITY",
    SetTableSchema: "SET SCHEMA",
    SetTablespace: "SET TABLESPACE",
    SetTablespaceAll: "SET TABLESPACE",
    SetTrigger: "ENABLE or DISABLE TRIGGER",
    Truncate: "TRUNCATE",
}
"""Kinds of action that can do harm and have no rule of their own."""


class NotUnderstood(Rule):
    """A statement that was not read, or that no rule judges yet.

    A linter that passes what it cannot read is worse than none.
    What a function called by a query does to the schema is not told by the statement, nor what a DO block does with a
    text that it puts together when it runs.
    Other statements say in full what they do, and no rule knows them yet.
    Where the harm is known and only its rule is missing (DROP COLUMN, ADD UNIQUE), this is a warning.
    A syntax error is reported here too, with the place where PostgreSQL's grammar gives up.

    Unsafe:

    ```sql
    DO $$ BEGIN EXECUTE format('ALTER TABLE %I ADD COLUMN role text', current_setting('app.table')); END $$;
    ```

    Safe:

    ```sql
    ALTER TABLE users ADD COLUMN role text;
    ```
    """

    recipe = "Write its statements out one by one, or rehearse it on a copy: PostgreSQL itself then says what it does."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if isinstance(action, Opaque) and action.broken:
                message = f"PostgreSQL refuses this: {action.reason}"
                yield self.finding(statement, message, recipe="Correct it; nothing of it was judged.", at=action.at)
            elif isinstance(action, Opaque):
                yield self.finding(statement, f"not understood: {action.reason}")
            elif unjudged := _unjudged(action, context):
                yield self.finding(statement, f"read, but no rule judges {unjudged} yet", Severity.WARNING)


def _unjudged(action: Action, context: Context) -> str:
    """Name what is read and can do harm, as long as it has no rule of its own."""
    match action:
        case Vacuum(full=True):
            return "VACUUM FULL"
        case Reindex(concurrently=False):
            return "REINDEX without CONCURRENTLY"
        case RefreshView(concurrently=False):
            return "REFRESH MATERIALIZED VIEW without CONCURRENTLY"
        case CreateTable(partition_of=parent) if parent and not context.is_new(parent):
            return "CREATE TABLE … PARTITION OF, which locks the parent,"
        case CreateTable(constraints=constraints) if any(_locks_another(each, context) for each in constraints):
            return "CREATE TABLE with a foreign key, which locks the table it points to,"
        case DropIndex(concurrently=False):
            return "DROP INDEX without CONCURRENTLY"
        case AddConstraint(table=table, kind=kind, using_index="") if kind in BUILD_INDEXES:
            return "" if context.is_new(table) else f"ADD {kind.upper()}, which builds an index under lock"
        case AddColumn(table=table) if (action.unique or action.primary) and not context.is_new(table):
            return "ADD COLUMN with an index of its own, which is built under lock"
    touched = getattr(action, "table", None)
    return "" if touched and context.is_new(touched) else UNJUDGED.get(type(action), "")


def _locks_another(constraint: AddConstraint, context: Context) -> bool:
    target = constraint.references
    return target is not None and target != constraint.table and not context.is_new(target)
