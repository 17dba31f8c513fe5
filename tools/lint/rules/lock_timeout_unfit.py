"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import SetSetting, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule
from tools.lint.timeouts import milliseconds

LONG = 10_000
"""Milliseconds; readers that queue for longer give up or pile up."""


class LockTimeoutUnfit(Rule):
    """A lock_timeout that is switched off, or so long that it spares nobody.

    0 means no limit. While a statement waits for its lock, all that come after it wait too, so the limit is what the
    application's requests can bear: a second or two.

    Unsafe:

    ```sql
    SET lock_timeout = 0;
    ```

    Safe:

    ```sql
    SET lock_timeout = '2s';
    ```
    """

    severity = Severity.WARNING
    looks_at = (SetSetting,)
    also_known_as = ("lock-timeout-zero", "lock-timeout-too-long", "MP020", "MP076")
    recipe = "SET lock_timeout = '2s', and try again when it fails; RESET lock_timeout before CONCURRENTLY."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if not context.is_file or not isinstance(action, SetSetting) or action.name != "lock_timeout":
                continue
            limit = milliseconds(action.value)
            if limit == 0 and context.setting("lock_timeout") is None:
                yield self.finding(statement, "a lock_timeout of 0 waits without limit")
            elif limit is not None and limit > LONG:
                yield self.finding(statement, f"{limit / 1000:g} s are long for all that queue behind the wait")
