"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import CreateIndex, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule


class IndexIfNotExists(Rule):
    """CREATE INDEX CONCURRENTLY IF NOT EXISTS, which takes an invalid index for a finished one.

    A concurrent build that fails or is cancelled leaves its index behind, invalid: no query uses it, every write pays.
    IF NOT EXISTS then says `already exists, skipping`, succeeds, and the index stays invalid (measured on PostgreSQL
    18).

    Unsafe:

    ```sql
    CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_user_id_idx ON orders (user_id);
    ```

    Safe:

    ```sql
    DROP INDEX CONCURRENTLY IF EXISTS orders_user_id_idx;
    CREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id);
    ```
    """

    severity = Severity.WARNING
    looks_at = (CreateIndex,)
    also_known_as = ("MP070",)
    recipe = (
        "Leave IF NOT EXISTS out; to try again, look at pg_index.indisvalid,\n"
        "and where it is false DROP INDEX CONCURRENTLY first."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if isinstance(action, CreateIndex) and _may_skip(action, context):
                yield self.finding(statement, f"an invalid `{action.name}` of an earlier try would count as built")


def _may_skip(index: CreateIndex, context: Context) -> bool:
    return index.concurrently and index.if_not_exists and not context.is_new(index.table)
