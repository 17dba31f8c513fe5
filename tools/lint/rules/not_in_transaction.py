"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding
from tools.lint.actions import AddEnumValue, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule

ENUM_IN_TRANSACTION = 12
"""First major version where ALTER TYPE … ADD VALUE may stand in a transaction."""


class NotInTransaction(Rule):
    """A statement inside a transaction that the server refuses there (25001).

    CREATE INDEX, DROP INDEX, REINDEX and DETACH PARTITION with CONCURRENTLY, VACUUM, CLUSTER of all tables,
    REINDEX of a schema or a database, CREATE DATABASE, ALTER SYSTEM and their kin run alone.
    A migration tool that wraps a file in a transaction has to be told not to; several statements sent as one query are
    a transaction too.

    Unsafe:

    ```sql
    BEGIN;
    CREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id);
    COMMIT;
    ```

    Safe:

    ```sql
    CREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id);
    ```
    """

    also_known_as = (
        *("ban-concurrent-index-creation-in-transaction", "PG103", "STATEMENT_NON_TRANSACTIONAL", "MP025"),
        "concurrent-in-transaction",
    )
    recipe = "Give it a file of its own that runs outside a transaction, or end the transaction before it."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        if not context.in_transaction:
            return
        if not context.effect_of(statement).transactional:
            words = " ".join(statement.text.split()[:3]).upper().rstrip(";")
            yield self.finding(statement, f"`{words} …` cannot run inside a transaction (25001)")
        elif context.major < ENUM_IN_TRANSACTION and any(isinstance(each, AddEnumValue) for each in statement.actions):
            yield self.finding(statement, f"ADD VALUE runs in no transaction before PostgreSQL {ENUM_IN_TRANSACTION}")
