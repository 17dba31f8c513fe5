"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding
from tools.lint import under_lock
from tools.lint.actions import Statement
from tools.lint.context import Context
from tools.lint.rule import Rule


class WorkUnderLock(Rule):
    """A statement that reads, rewrites or indexes a table while others wait for it.

    This is the rule for what has none of its own: what the statement locks and does is known for every statement
    (`tools/locks`, measured on PostgreSQL 15, 16 and 18), so nothing passes because nobody thought of it.
    ACCESS EXCLUSIVE stops reads and writes; SHARE, SHARE ROW EXCLUSIVE and EXCLUSIVE stop writes.

    Unsafe:

    ```sql
    ALTER TABLE orders ALTER COLUMN total SET EXPRESSION AS (price * quantity);
    ```

    Safe:

    ```sql
    SET lock_timeout = '2s';
    ALTER TABLE orders ADD COLUMN total_new numeric GENERATED ALWAYS AS (price * quantity) VIRTUAL;
    ```
    """

    also_known_as = ("MP047", "wide-lock-window")
    recipe = (
        "Split it: what changes the catalogue in one short transaction, what reads or writes the rows\n"
        "in another way that lets others through; where there is none, in a window."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        if any(isinstance(action, under_lock.HAVE_A_RULE) for action in statement.actions):
            return
        found = under_lock.own(statement, context)
        if found:
            verb = under_lock.VERBS[found.work.kind]
            message = f"{found.waiting} while the statement {verb} `{found.work.relation}` ({found.mode})"
            yield self.finding(statement, message)
