"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import Statement, Truncate
from tools.lint.context import Context
from tools.lint.rule import Rule


class TruncateLoses(Rule):
    """TRUNCATE of a table in use: all its rows are gone, for every session.

    It takes an instant under ACCESS EXCLUSIVE; a transaction with an older snapshot finds the table empty.
    CASCADE empties every table with a foreign key to it, and theirs.

    Unsafe:

    ```sql
    TRUNCATE sessions;
    ```

    Safe:

    ```sql
    CREATE TABLE staging (id integer);
    TRUNCATE staging;
    ```
    """

    severity = Severity.WARNING
    looks_at = (Truncate,)
    also_known_as = ("ban-truncate-cascade", "MP036", "truncate-table")
    recipe = "Keep a copy that has been restored once. What is only old goes in batches, by DELETE with a bounded key."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if isinstance(action, Truncate):
                lost = [f"`{table}`" for table in action.tables if not context.is_new(table)]
                along = " and of every table with a foreign key to it" if action.cascade else ""
                if lost:
                    yield self.finding(statement, f"all rows of {', '.join(lost)}{along} are lost")
