"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import AlterExtension, Opaque, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule


class NotUnderstood(Rule):
    """A statement that was not read.

    A linter that passes what it cannot read is worse than none.
    What a function called by a query does to the schema is not told by the statement, nor what a DO block does with a
    text that it puts together when it runs; the script of ALTER EXTENSION … UPDATE is a warning.
    A syntax error is reported here too, with the place where PostgreSQL's grammar gives up.

    Unsafe:

    ```sql
    DO $$ BEGIN EXECUTE format('ALTER TABLE %I ADD COLUMN role text', current_setting('app.table')); END $$;
    ```

    Safe:

    ```sql
    SET lock_timeout = '2s';
    ALTER TABLE users ADD COLUMN role text;
    ```
    """

    recipe = "Write its statements out one by one, or rehearse it on a copy: PostgreSQL itself then says what it does."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:  # noqa: ARG002 - unread anywhere
        for action in statement.actions:
            if isinstance(action, Opaque) and action.broken:
                message = f"PostgreSQL refuses this: {action.reason}"
                yield self.finding(statement, message, recipe="Correct it; nothing of it was judged.", at=action.at)
            elif isinstance(action, Opaque):
                yield self.finding(statement, f"not understood: {action.reason}")
            elif isinstance(action, AlterExtension):
                message = f"not read: the script that brings `{action.name}` to another version"
                yield self.finding(statement, message, Severity.WARNING)
