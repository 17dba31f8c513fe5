"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding
from tools.lint.actions import Delete, Statement, Update
from tools.lint.context import Context
from tools.lint.rule import Rule


class UpdateWholeTable(Rule):
    """An UPDATE or DELETE of all rows in one transaction.

    Every row stays locked until the end, so each writer waits for the whole of it.
    Every row is written a second time before the first can be vacuumed: one UPDATE of all rows doubled the table
    (measured). Replicas and replication slots get the whole of it at once.
    A condition that looks at no column, such as `WHERE true`, is none.

    Unsafe:

    ```sql
    UPDATE users SET role = 'user';
    ```

    Safe:

    ```sql
    UPDATE users SET role = 'user' WHERE id > 0 AND id <= 5000 AND role IS NULL;
    ```
    """

    looks_at = (Update, Delete)
    also_known_as = ("MP011", "MP036", "update-in-migration", "delete-without-where")
    recipe = (
        "Walk along a key in batches of some thousand rows, each a transaction of its own that notes where it got to."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if isinstance(action, Update | Delete) and not action.has_where and not context.is_quick(action.table):
                verb = "updates" if isinstance(action, Update) else "deletes"
                yield self.finding(statement, f"{verb} every row of `{action.table}` in one transaction")
