"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding
from tools.lint.actions import Statement, Update
from tools.lint.context import Context
from tools.lint.rule import Rule


class DuplicateAssignment(Rule):
    """An UPDATE that sets one column twice, which the server refuses.

    It answers `multiple assignments to same column` (42601).

    Unsafe:

    ```sql
    UPDATE plans SET price = 10, price = 12 WHERE id = 3;
    ```

    Safe:

    ```sql
    UPDATE plans SET price = 12 WHERE id = 3;
    ```
    """

    looks_at = (Update,)
    also_known_as = ("ban-duplicate-column-assignments",)
    recipe = "Keep one of the assignments."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:  # noqa: ARG002 - true of any table
        for action in statement.actions:
            columns = action.columns if isinstance(action, Update) else ()
            for column in dict.fromkeys(each for each in columns if columns.count(each) > 1):
                yield self.finding(statement, f"`{column}` is set twice, which the server refuses")
