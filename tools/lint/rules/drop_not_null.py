"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import DropNotNull, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule


class DropNotNullReaders(Rule):
    """A column that may hold NULL from now on, under readers that never met one.

    The change takes an instant, and cannot be taken back without a scan once a NULL is there.

    Unsafe:

    ```sql
    ALTER TABLE users ALTER COLUMN email DROP NOT NULL;
    ```

    Safe:

    ```sql
    SET lock_timeout = '2s';
    ALTER TABLE users ALTER COLUMN email SET DEFAULT '';
    ```
    """

    severity = Severity.ADVICE
    looks_at = (DropNotNull,)
    also_known_as = ("ban-drop-not-null",)
    recipe = "See that all code that reads the column can do with NULL before any code writes one."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if isinstance(action, DropNotNull) and not context.is_new(action.table):
                yield self.finding(statement, f"who reads `{action.column}` of `{action.table}` may get NULL")
