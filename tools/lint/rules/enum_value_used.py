"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding
from tools.lint.actions import AddEnumValue, Comment, CreateFunction, RenameEnumValue, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule

NOT_USED_YET = (AddEnumValue, Comment, CreateFunction, RenameEnumValue)
"""What may say the value without making one of it."""


class EnumValueUsed(Rule):
    """A new value of an enum that is used in the transaction which adds it.

    The server answers `unsafe use of new value` until the transaction has ended, in a condition and in a default too
    (measured on PostgreSQL 18). It is free to use where the same transaction created the type.
    A value cannot be removed again.

    Unsafe:

    ```sql
    BEGIN;
    ALTER TYPE order_state ADD VALUE 'returned';
    UPDATE orders SET state = 'returned' WHERE id = 7;
    COMMIT;
    ```

    Safe:

    ```sql
    ALTER TYPE order_state ADD VALUE 'returned';
    UPDATE orders SET state = 'returned' WHERE id = 7;
    ```
    """

    also_known_as = ("MP012", "MP024", "MP054", "alter-enum-add-value", "W13")
    recipe = "ADD VALUE in a transaction of its own; use it in the next one."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        added = context.added_in_transaction()
        if not added or any(isinstance(action, NOT_USED_YET) for action in statement.actions):
            return
        for value in sorted(added):
            quoted = "'" + value.replace("'", "''") + "'"
            if quoted in statement.text:
                yield self.finding(statement, f"{quoted} cannot be used before the transaction that adds it has ended")
