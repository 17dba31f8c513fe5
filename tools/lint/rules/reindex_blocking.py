"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding
from tools.lint.actions import Reindex, Relation, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule

CONCURRENT_REINDEX = 12


class ReindexBlocking(Rule):
    """REINDEX without CONCURRENTLY, which stops writes to the table, and reads that would use the index.

    It holds SHARE on the table and ACCESS EXCLUSIVE on each index while that is built (measured on PostgreSQL 15, 16
    and 18). CONCURRENTLY came with PostgreSQL 12.

    Unsafe:

    ```sql
    REINDEX INDEX orders_user_id_idx;
    ```

    Safe:

    ```sql
    REINDEX INDEX CONCURRENTLY orders_user_id_idx;
    ```
    """

    looks_at = (Reindex,)
    also_known_as = ("require-concurrent-reindex", "MP021")
    recipe = (
        "REINDEX … CONCURRENTLY, outside a transaction; before PostgreSQL 12 CREATE INDEX CONCURRENTLY under another\n"
        "name, and DROP INDEX CONCURRENTLY the old one."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if isinstance(action, Reindex) and not action.concurrently:
                if not (action.relation and context.is_quick(_table(action.relation, context))):
                    what = action.relation or f"the {action.kind}"
                    yield self.finding(
                        statement, f"writes wait while `{what}` is indexed anew, and reads by that index"
                    )
            elif isinstance(action, Reindex) and context.major < CONCURRENT_REINDEX:
                yield self.finding(statement, f"REINDEX CONCURRENTLY needs PostgreSQL {CONCURRENT_REINDEX}")


def _table(relation: Relation, context: Context) -> Relation:
    found = context.known.find_index(relation)
    return found[0].table if found else relation
