"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import Statement
from tools.lint.context import Context
from tools.lint.rule import Rule
from tools.lint.suppressions import RECIPE


class SuppressionUnfounded(Rule):
    """A comment that is meant to silence a rule, and gives no reason, names no rule or silences nothing.

    A finding that somebody has looked into is silenced where it stands: `-- whimbrel: ignore rule-name: the reason`,
    with several rules separated by commas.
    The comment stands in the statement, on its line, or on the line before.
    `-- whimbrel: ignore-file rule-name: the reason`, before the first statement, holds for the whole file.
    A reason is what tells the next reader whether it still holds, so without one the comment does nothing.
    This rule itself cannot be silenced.

    Unsafe:

    ```sql
    -- whimbrel: ignore create-index-blocking
    CREATE INDEX plans_name_idx ON plans (name);
    ```

    Safe:

    ```sql
    -- whimbrel: ignore create-index-blocking: twelve rows, written by nobody but us
    CREATE INDEX plans_name_idx ON plans (name);
    ```
    """

    severity = Severity.WARNING
    recipe = RECIPE

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:  # noqa: ARG002 - comments, not SQL
        """Find nothing: comments are read where findings are silenced, in `tools/lint/suppressions.py`."""
        return iter(())
