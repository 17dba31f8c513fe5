"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import Action, CreateTable, DetachPartition, Relation, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule

CONCURRENT_DETACH = 14


class PartitionParentLocked(Rule):
    """A partition that comes or goes under ACCESS EXCLUSIVE on the whole partitioned table.

    It takes an instant, and queues behind the longest query on any partition while all others queue behind it.
    ATTACH PARTITION takes SHARE UPDATE EXCLUSIVE on the parent; DETACH … CONCURRENTLY too, since PostgreSQL 14.
    That one works neither inside a transaction nor beside a DEFAULT partition (measured on PostgreSQL 15, 16 and 18);
    after an interruption DETACH … FINALIZE completes it.

    Unsafe:

    ```sql
    ALTER TABLE events DETACH PARTITION events_2024;
    ```

    Safe:

    ```sql
    ALTER TABLE events DETACH PARTITION events_2024 CONCURRENTLY;
    ```
    """

    severity = Severity.ADVICE
    looks_at = (CreateTable, DetachPartition)
    also_known_as = ("require-concurrent-partition-detach", "MP072", "MP094")
    recipe = (
        "DETACH PARTITION … CONCURRENTLY. A new partition: CREATE TABLE by itself with the CHECK of its bounds,\n"
        "then ATTACH PARTITION."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            parent = _parent(action, context)
            if parent and not context.is_new(parent):
                yield self.finding(statement, f"reads and writes of `{parent}` wait for this, on all its partitions")


def _parent(action: Action, context: Context) -> Relation | None:
    match action:
        case CreateTable(partition_of=parent):
            return parent
        case DetachPartition(table=parent, concurrently=False, finalize=False) if context.major >= CONCURRENT_DETACH:
            return parent
        case _:
            return None
