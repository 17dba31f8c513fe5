"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import AddColumn, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule
from tools.locks.types import parsed


class JsonColumn(Rule):
    """A column of type json in a table that queries read already.

    json has no equality: SELECT DISTINCT, UNION and GROUP BY over all columns fail once the column is there.
    jsonb has one, and can be indexed.

    Unsafe:

    ```sql
    ALTER TABLE users ADD COLUMN settings json;
    ```

    Safe:

    ```sql
    SET lock_timeout = '2s';
    ALTER TABLE users ADD COLUMN settings jsonb;
    ```
    """

    severity = Severity.WARNING
    looks_at = (AddColumn,)
    also_known_as = ("add_column_json", "E3", "add-column-json")
    recipe = "Use jsonb."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if (
                isinstance(action, AddColumn)
                and parsed(action.type).name == "json"
                and not context.is_new(action.table)
            ):
                yield self.finding(statement, f"SELECT DISTINCT over `{action.table}` fails on `{action.column}`")
