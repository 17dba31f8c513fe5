"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import Relation, Statement
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
        table = _waited_for(statement, context)
        if table and context.first_time(self.id):
            message = f"it waits for ACCESS EXCLUSIVE on `{table}` without limit, and readers queue behind it"
            yield self.finding(statement, message)


def _waited_for(statement: Statement, context: Context) -> Relation | None:
    """Return a table in use; what runs CONCURRENTLY is better off without a limit."""
    effect = context.effect_of(statement)
    locks = (lock.relation for lock in effect.locks if lock.mode == "ACCESS EXCLUSIVE" and effect.transactional)
    used = (each for each in locks if context.is_table(each) and not context.is_new(each))
    return next((each for each in used if not context.makes(statement, each)), None)
