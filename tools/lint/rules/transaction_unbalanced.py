"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import Begin, Commit, Do, Rollback, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule


class TransactionUnbalanced(Rule):
    """BEGIN inside a transaction, COMMIT outside one, or a file that ends before its COMMIT.

    PostgreSQL knows no nested transactions: the second BEGIN is a warning, and the first COMMIT ends the whole.
    Inside a file that its tool wraps in a transaction, a COMMIT of the file ends the tool's, and what follows stands
    alone.
    A transaction left open is rolled back when the session ends, with all that was done in it.

    Unsafe:

    ```sql
    BEGIN;
    UPDATE plans SET price = 10 WHERE id = 3;
    ```

    Safe:

    ```sql
    BEGIN;
    UPDATE plans SET price = 10 WHERE id = 3;
    COMMIT;
    ```
    """

    severity = Severity.WARNING
    looks_at = (Begin, Commit, Rollback)
    also_known_as = ("transaction-nesting", "ban-uncommitted-transaction", "unclosed-transaction")
    recipe = "One BEGIN for each COMMIT, and neither where the migration tool writes its own."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        if any(isinstance(action, Do) for action in statement.actions):
            return
        for action in statement.actions:
            match action:
                case Begin() if context.in_transaction:
                    yield self.finding(statement, "a transaction is running already, which this does not nest")
                case Commit() | Rollback() if not context.in_transaction:
                    yield self.finding(statement, "no transaction is running that this could end")
                case Commit() | Rollback() if context.is_wrapped:
                    yield self.finding(statement, "it ends the transaction of the tool that runs the file")

    def at_end(self, last: Statement, context: Context) -> Iterator[Finding]:
        if context.in_transaction and not context.is_wrapped:
            yield self.finding(last, "the file ends inside a transaction, which is rolled back")
