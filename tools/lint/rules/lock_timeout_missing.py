"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint import under_lock
from tools.lint.actions import Statement
from tools.lint.context import Context
from tools.lint.rule import Rule


class LockTimeoutMissing(Rule):
    """A file that waits for ACCESS EXCLUSIVE with no limit to its waiting.

    One session that is idle in a transaction keeps the lock from it; and while it waits, every later SELECT of the
    table queues behind it (measured on PostgreSQL 18).
    With a short lock_timeout it fails instead, nothing is changed, and it is tried again.
    lock_timeout counts for each lock by itself. Said once a file, at its first such statement.
    A role or a tool that sets it outside the file is not seen. Through a pooler that shares sessions use SET LOCAL.

    Unsafe:

    ```sql
    ALTER TABLE users ADD COLUMN role text;
    ```

    Safe:

    ```sql
    SET lock_timeout = '2s';
    ALTER TABLE users ADD COLUMN role text;
    ```
    """

    severity = Severity.WARNING
    also_known_as = ("require-lock-timeout", "require-statement-timeout", "E9", "MP004", "missing-lock-timeout")
    recipe = "SET lock_timeout = '2s' before it, and try again with growing pauses when it fails with 55P03."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        if not context.is_file or context.has_said(self.id) or context.setting("lock_timeout") is not None:
            return
        table = under_lock.waited_for(statement, context)
        if table and context.first_time(self.id):
            message = f"it waits for ACCESS EXCLUSIVE on `{table}` without limit, and readers queue behind it"
            yield self.finding(statement, message)
