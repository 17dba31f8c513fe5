"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import AddConstraint, LockTable, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule
from tools.locks.effect import STRENGTH, Lock


class TwoTablesLocked(Rule):
    """A transaction that locks a second table against readers or writers while it holds the first.

    While it waits for the second, everybody waits for the first; and a session that takes both in the other order makes
    a deadlock.
    Foreign keys lock two tables each, so they come one a transaction.

    Unsafe:

    ```sql
    BEGIN;
    SET LOCAL lock_timeout = '2s';
    ALTER TABLE users ADD COLUMN note text;
    ALTER TABLE orders ADD COLUMN note text;
    COMMIT;
    ```

    Safe:

    ```sql
    SET lock_timeout = '2s';
    ALTER TABLE users ADD COLUMN note text;
    ALTER TABLE orders ADD COLUMN note text;
    ```
    """

    severity = Severity.WARNING
    also_known_as = ("MP016", "MP069", "multiple_foreign_keys", "E12")
    recipe = "One table a transaction. Where both must change together, LOCK TABLE both at its start, in a fixed order."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        held = [each for each in context.held if context.is_table(each.relation)]
        if not held or any(isinstance(action, LockTable) for action in statement.actions):
            return
        taken = {each.relation for each in held}
        second = next((lock for lock in _strong(statement, context) if lock.relation not in taken), None)
        if second:
            message = (
                f"it waits for {second.mode} on `{second.relation}` with {held[0].mode} on `{held[0].relation}` held"
            )
            yield self.finding(statement, message)


def _strong(statement: Statement, context: Context) -> Iterator[Lock]:
    """Yield the locks on tables in use that stop writers at least."""
    keys = [each for each in statement.actions if isinstance(each, AddConstraint) and each.kind == "foreign key"]
    for lock in context.effect_of(statement).locks:
        if STRENGTH[lock.mode] < STRENGTH["SHARE"] or not context.is_table(lock.relation):
            continue
        ours = context.is_new(lock.relation) or context.makes(statement, lock.relation)
        pointed_to = bool(keys) and lock.relation not in {key.table for key in keys}
        if not ours and not pointed_to:
            yield lock
