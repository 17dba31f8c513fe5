"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import CreateIndex, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule


class CreateIndexBlocking(Rule):
    """An index that is built while writes to the table wait, or that cannot be built at all.

    CREATE INDEX holds SHARE on the table until the index stands: reads pass, writes wait.
    CREATE INDEX CONCURRENTLY holds SHARE UPDATE EXCLUSIVE, which lets both pass; it takes longer, and leaves an invalid
    index behind when it fails.
    It cannot run inside a transaction: the server answers 25001.
    No short lock_timeout for it: it waits for old snapshots of any table, and cancelled there it leaves that invalid
    index (measured on PostgreSQL 18).

    A partitioned table takes no CONCURRENTLY.
    Create the index ON ONLY the parent, concurrently on each partition, and attach these one by one; ON ONLY is instant
    for a partitioned table and builds the index for any other, hence a warning.

    Unsafe:

    ```sql
    CREATE INDEX orders_user_id_idx ON orders (user_id);
    ```

    Safe:

    ```sql
    CREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id);
    ```
    """

    looks_at = (CreateIndex,)
    also_known_as = (
        *("require-concurrent-index-creation", "ban-concurrent-index-creation-in-transaction", "add_index", "E6"),
        *("PG101", "PG103", "INDEX_CREATE_CONCURRENTLY", "STATEMENT_NON_TRANSACTIONAL", "MP001", "MP025"),
        *("create-index-not-concurrent", "concurrent-in-transaction"),
    )
    recipe = (
        "CREATE INDEX CONCURRENTLY, outside a transaction and without a short lock_timeout;\n"
        "then look at pg_index.indisvalid, and where it is false drop the index concurrently and build it again."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if isinstance(action, CreateIndex):
                yield from self._check(action, statement, context)

    def _check(self, index: CreateIndex, statement: Statement, context: Context) -> Iterator[Finding]:
        if index.concurrently and context.in_transaction:
            message = "CREATE INDEX CONCURRENTLY cannot run inside a transaction (25001)"
            yield self.finding(statement, message)
        elif index.only and not context.is_quick(index.table):
            message = f"writes to `{index.table}` wait while the index is built, unless the table is partitioned"
            yield self.finding(statement, message, Severity.WARNING)
        elif not index.concurrently and not context.is_quick(index.table):
            yield self.finding(statement, f"writes to `{index.table}` wait while the index is built")
