"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding
from tools.lint.actions import RefreshView, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule


class RefreshViewBlocking(Rule):
    """REFRESH MATERIALIZED VIEW, during which nobody reads the view.

    It holds ACCESS EXCLUSIVE while its query runs.
    CONCURRENTLY lets readers pass; it needs a unique index on plain columns of all rows, and WITH DATA before.

    Unsafe:

    ```sql
    REFRESH MATERIALIZED VIEW daily_sales;
    ```

    Safe:

    ```sql
    CREATE UNIQUE INDEX CONCURRENTLY daily_sales_id_key ON daily_sales (id);
    REFRESH MATERIALIZED VIEW CONCURRENTLY daily_sales;
    ```
    """

    looks_at = (RefreshView,)
    also_known_as = ("MP047",)
    recipe = "A unique index on the view, once; then REFRESH MATERIALIZED VIEW CONCURRENTLY."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if isinstance(action, RefreshView) and not action.concurrently and not context.is_quick(action.view):
                yield self.finding(statement, f"readers of `{action.view}` wait while its query runs")
