"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint import under_lock
from tools.lint.actions import Action, SetSetting, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule
from tools.lint.timeouts import milliseconds

LONG = 10_000
"""Milliseconds; readers that queue for longer give up or pile up."""


class LockTimeoutUnfit(Rule):
    """A lock_timeout that is switched off, or so long that it spares nobody.

    0 means no limit; it is said where a statement then waits for ACCESS EXCLUSIVE on a table in use, once a file.
    While a statement waits for its lock, all that come after it wait too, so the limit is what the
    application's requests can bear: a second or two.

    Unsafe:

    ```sql
    SET lock_timeout = 0;
    ALTER TABLE users ADD COLUMN role text;
    ```

    Safe:

    ```sql
    SET lock_timeout = '2s';
    ALTER TABLE users ADD COLUMN role text;
    ```
    """

    severity = Severity.WARNING
    also_known_as = ("lock-timeout-zero", "lock-timeout-too-long", "MP020", "MP076")
    recipe = "SET lock_timeout = '2s', and try again when it fails; RESET lock_timeout before CONCURRENTLY."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            limit = milliseconds(action.value) if isinstance(action, SetSetting) else None
            if limit and limit > LONG and context.is_file and _of_locks(action):
                yield self.finding(statement, f"{limit / 1000:g} s are long for all that queue behind the wait")
        if context.is_file and not context.has_said(self.id) and milliseconds(context.setting("lock_timeout")) == 0:
            yield from self._unlimited(statement, context)

    def _unlimited(self, statement: Statement, context: Context) -> Iterator[Finding]:
        table = under_lock.waited_for(statement, context)
        if table and context.first_time(self.id):
            message = f"a lock_timeout of 0 lets it wait for `{table}` without limit, and readers queue behind it"
            yield self.finding(statement, message)


def _of_locks(action: Action) -> bool:
    return isinstance(action, SetSetting) and action.name == "lock_timeout"
