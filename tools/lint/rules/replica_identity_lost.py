"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import SetReplicaIdentity, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule


class ReplicaIdentityLost(Rule):
    """A replica identity with which logical replication fails, or grows heavy.

    With NOTHING, UPDATE and DELETE of a published table fail.
    With FULL every old row is logged whole, and the subscriber looks each up by all its columns: that is an advice.

    Unsafe:

    ```sql
    ALTER TABLE orders REPLICA IDENTITY NOTHING;
    ```

    Safe:

    ```sql
    SET lock_timeout = '2s';
    ALTER TABLE orders REPLICA IDENTITY USING INDEX orders_number_key;
    ```
    """

    severity = Severity.WARNING
    looks_at = (SetReplicaIdentity,)
    also_known_as = ("MP099",)
    recipe = "A primary key, or REPLICA IDENTITY USING INDEX of a unique index on NOT NULL columns."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if not isinstance(action, SetReplicaIdentity) or context.is_new(action.table):
                continue
            if action.identity == "nothing":
                yield self.finding(statement, f"UPDATE and DELETE of `{action.table}` fail where it is published")
            elif action.identity == "full":
                message = f"every row changed in `{action.table}` is logged whole, and looked up by all its columns"
                yield self.finding(statement, message, Severity.ADVICE)
