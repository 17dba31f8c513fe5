"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint import under_lock
from tools.lint.actions import Action, AttachPartition, CreateTable, Relation, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule


class AttachPartitionScan(Rule):
    """A partition that is read row by row while it, or the default partition, is locked.

    ATTACH PARTITION proves that each row belongs there, under ACCESS EXCLUSIVE on the new partition, unless a valid
    CHECK says so already and the key cannot be NULL.
    A DEFAULT partition is locked and read too, unless a CHECK of its own excludes the new values; CREATE TABLE …
    PARTITION OF does the same to it (measured on PostgreSQL 15, 16 and 18).
    What is not known of the tables is a warning.

    Unsafe:

    ```sql
    ALTER TABLE events ATTACH PARTITION events_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
    ```

    Safe:

    ```sql
    SET lock_timeout = '2s';
    ALTER TABLE events_2027 ADD CONSTRAINT events_2027_bound
        CHECK (at IS NOT NULL AND at >= '2027-01-01' AND at < '2028-01-01') NOT VALID;
    ALTER TABLE events_2027 VALIDATE CONSTRAINT events_2027_bound;
    ALTER TABLE events ATTACH PARTITION events_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
    ```
    """

    looks_at = (AttachPartition, CreateTable)
    also_known_as = ("MP046", "MP093", "MP110", "attach-partition")
    recipe = (
        "Give the new partition a CHECK of its bounds, NOT VALID, and validate it; give the default partition one\n"
        "that excludes them, in the same way; then ATTACH, and drop both checks."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if not _is_asked(action):
                continue
            read = next(under_lock.of_kind(statement, context, "scan", "index build"), None)
            if read and not _is_checked(action, read.relation, context):
                message = f"reads and writes of `{read.relation}` wait while all its rows are read"
                yield self.finding(statement, message, _severity(action, context))


def _is_asked(action: Action) -> bool:
    return isinstance(action, AttachPartition) or (isinstance(action, CreateTable) and action.partition_of is not None)


def _is_checked(action: Action, read: Relation, context: Context) -> bool:
    """Tell whether a valid CHECK stands on the partition, where the parent's key is not known to say otherwise."""
    known = context.known.find(read)
    parent = context.known.find(action.table) if isinstance(action, AttachPartition) else None
    if known is None or (parent is not None and parent.partition_by):
        return False
    return any(each.kind == "check" and not each.not_valid for each in known.constraints)


def _severity(action: Action, context: Context) -> Severity | None:
    partition = context.known.find(action.partition) if isinstance(action, AttachPartition) else None
    unknown = isinstance(action, AttachPartition) and (partition is None or not partition.complete)
    return Severity.WARNING if unknown else None
