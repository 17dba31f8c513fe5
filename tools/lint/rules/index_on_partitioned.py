"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding
from tools.lint.actions import CreateIndex, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule


class IndexOnPartitioned(Rule):
    """An index on a partitioned table, built on all its partitions at once, or refused.

    CREATE INDEX holds SHARE on the parent and every partition until all are indexed; CONCURRENTLY is an error there
    (measured on PostgreSQL 15, 16 and 18).
    That a table is partitioned is known from earlier statements, or with `--dsn`.

    Unsafe:

    ```sql
    ALTER TABLE events ATTACH PARTITION events_2027 DEFAULT;
    CREATE INDEX events_kind_idx ON events (kind);
    ```

    Safe:

    ```sql
    CREATE INDEX events_kind_idx ON ONLY events (kind);
    CREATE INDEX CONCURRENTLY events_2027_kind_idx ON events_2027 (kind);
    ALTER INDEX events_kind_idx ATTACH PARTITION events_2027_kind_idx;
    ```
    """

    looks_at = (CreateIndex,)
    also_known_as = ("MP092",)
    recipe = (
        "CREATE INDEX … ON ONLY the parent, an instant; then for each partition CREATE INDEX CONCURRENTLY\n"
        "and ALTER INDEX … ATTACH PARTITION. With the last one the parent's index turns valid."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if isinstance(action, CreateIndex) and not action.only and not context.is_new(action.table):
                known = context.known.find(action.table)
                if known and known.kind == "partitioned table":
                    yield self.finding(statement, _said(action))


def _said(index: CreateIndex) -> str:
    if index.concurrently:
        return f"`{index.table}` is partitioned, and takes no CREATE INDEX CONCURRENTLY"
    return f"writes to `{index.table}` and its partitions wait until all of them are indexed"
