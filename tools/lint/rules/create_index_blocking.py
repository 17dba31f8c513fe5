"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import CreateIndex, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule
from tools.locks.names import index_name


class CreateIndexBlocking(Rule):
    """An index that is built while writes to the table wait.

    CREATE INDEX holds SHARE on the table until the index stands: reads pass, writes wait.
    CREATE INDEX CONCURRENTLY holds SHARE UPDATE EXCLUSIVE, which lets both pass; it takes longer, and leaves an invalid
    index behind when it fails.
    ON ONLY is instant for a partitioned table, and builds the index for any other, hence a warning, unless the file
    attaches the indexes of partitions to it.

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
        *("require-concurrent-index-creation", "add_index", "E6", "PG101", "INDEX_CREATE_CONCURRENTLY", "MP001"),
        "create-index-not-concurrent",
    )
    recipe = (
        "CREATE INDEX CONCURRENTLY, outside a transaction and without a short lock_timeout;\n"
        "then look at pg_index.indisvalid, and where it is false drop the index concurrently and build it again."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if isinstance(action, CreateIndex) and not action.concurrently and not context.is_quick(action.table):
                yield from self._check(action, statement, context)

    def _check(self, index: CreateIndex, statement: Statement, context: Context) -> Iterator[Finding]:
        known = context.known.find(index.table)
        if known and known.kind == "partitioned table":
            return  # that is `index-on-partitioned`'s
        if not index.only:
            yield self.finding(statement, f"writes to `{index.table}` wait while the index is built")
        elif not context.ahead.is_attached_to(index_name(index)):
            message = f"writes to `{index.table}` wait while the index is built, unless the table is partitioned"
            yield self.finding(statement, message, Severity.WARNING)
