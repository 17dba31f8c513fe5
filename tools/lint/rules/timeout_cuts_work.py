"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import Action, CreateIndex, DropIndex, Reindex, Statement, ValidateConstraint
from tools.lint.context import Context
from tools.lint.rule import Rule
from tools.lint.timeouts import milliseconds

SHORT = 60_000
"""Milliseconds that a wait for old snapshots, or a scan, may well take."""


class TimeoutCutsWork(Rule):
    """A short timeout before work that is meant to take long.

    An index built CONCURRENTLY waits for every older snapshot in the database, of other tables too; lock_timeout
    cancels that wait, and an invalid index is left behind (measured on PostgreSQL 18).
    statement_timeout cuts the build itself, and the scan of VALIDATE CONSTRAINT. Neither blocks anybody.

    Unsafe:

    ```sql
    SET lock_timeout = '2s';
    CREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id);
    ```

    Safe:

    ```sql
    SET lock_timeout = '2s';
    ALTER TABLE orders ADD COLUMN note text;
    RESET lock_timeout;
    CREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id);
    ```
    """

    severity = Severity.WARNING
    looks_at = (CreateIndex, DropIndex, Reindex, ValidateConstraint)
    also_known_as = ("timeout-before-concurrently",)
    recipe = "RESET lock_timeout and statement_timeout before it, and set them again after."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            for name in _cutting(action):
                limit = milliseconds(context.setting(name))
                if limit and limit < SHORT:
                    yield self.finding(statement, f"a {name} of {limit / 1000:g} s may cut this short")


def _cutting(action: Action) -> tuple[str, ...]:
    match action:
        case CreateIndex(concurrently=True) | Reindex(concurrently=True):
            return ("lock_timeout", "statement_timeout")
        case DropIndex(concurrently=True) | ValidateConstraint():
            return ("statement_timeout",)
        case _:
            return ()
