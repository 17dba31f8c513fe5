"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import SetDefault, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule


class DropDefaultRequired(Rule):
    """A default that goes from a column that must have a value.

    Every INSERT of running code that does not name the column fails from then on.
    Some frameworks add a column with a default and drop that in the same migration; the old version of the application,
    which runs until the deployment is done, does not know the column.

    Unsafe:

    ```sql
    ALTER TABLE users ADD COLUMN newsletter boolean DEFAULT false NOT NULL;
    ALTER TABLE users ALTER COLUMN newsletter DROP DEFAULT;
    ```

    Safe:

    ```sql
    SET lock_timeout = '2s';
    ALTER TABLE users ADD COLUMN newsletter boolean DEFAULT false NOT NULL;
    ```
    """

    severity = Severity.WARNING
    looks_at = (SetDefault,)
    also_known_as = ("ban-drop-default",)
    recipe = "Keep the default until all running code writes the column (Django: `db_default`)."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if isinstance(action, SetDefault) and _is_needed(action, context):
                message = f"INSERTs into `{action.table}` without `{action.column}` fail once it has no default"
                yield self.finding(statement, message)


def _is_needed(change: SetDefault, context: Context) -> bool:
    if change.default is not None or context.is_new(change.table):
        return False
    return context.proves_not_null(change.table, change.column)
