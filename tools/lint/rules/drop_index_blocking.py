"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import DropIndex, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule


class DropIndexBlocking(Rule):
    """DROP INDEX without CONCURRENTLY, which stops reads and writes of the table for a moment.

    It holds ACCESS EXCLUSIVE on the table, not only on the index, and queues for it behind the longest reader.
    Look first whether any replica uses it: to bring an index back takes as long as to build it.

    Unsafe:

    ```sql
    DROP INDEX orders_user_id_idx;
    ```

    Safe:

    ```sql
    DROP INDEX CONCURRENTLY orders_user_id_idx;
    ```
    """

    severity = Severity.ADVICE
    looks_at = (DropIndex,)
    also_known_as = ("require-concurrent-index-deletion", "remove_index", "PG102", "MP009")
    recipe = (
        "DROP INDEX CONCURRENTLY, outside a transaction; not for the index of a constraint, nor a partitioned one.\n"
        "Look at pg_stat_user_indexes.idx_scan on every replica before."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if isinstance(action, DropIndex) and not action.concurrently:
                found = context.known.find_index(action.index)
                if not (found and context.is_new(found[0].table)):
                    yield self.finding(statement, f"reads and writes of the table wait while `{action.index}` goes")
