"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import SetTrigger, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule


class TriggerAllDisabled(Rule):
    """DISABLE TRIGGER ALL, which switches the foreign keys off too.

    Foreign keys are enforced by triggers of the system; ALL includes them, for every session, and what is written
    meanwhile is never checked afterwards.

    Unsafe:

    ```sql
    ALTER TABLE orders DISABLE TRIGGER ALL;
    ```

    Safe:

    ```sql
    SET lock_timeout = '2s';
    ALTER TABLE orders DISABLE TRIGGER orders_stamp;
    ```
    """

    severity = Severity.WARNING
    looks_at = (SetTrigger,)
    also_known_as = ("MP064",)
    recipe = "Name the trigger, or DISABLE TRIGGER USER; for one session alone, SET session_replication_role."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            disabled = isinstance(action, SetTrigger) and action.scope == "all" and not action.enabled
            if isinstance(action, SetTrigger) and disabled and not context.is_new(action.table):
                yield self.finding(statement, f"the foreign keys of `{action.table}` are not enforced from now on")
