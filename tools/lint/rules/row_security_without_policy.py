"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import SetRowSecurity, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule


class RowSecurityWithoutPolicy(Rule):
    """ENABLE ROW LEVEL SECURITY in a file that makes no policy for the table.

    Without a policy everybody but the owner sees no row and can write none (measured on PostgreSQL 18): the application
    finds its table empty.

    Unsafe:

    ```sql
    ALTER TABLE plans ENABLE ROW LEVEL SECURITY;
    ```

    Safe:

    ```sql
    SET lock_timeout = '2s';
    CREATE POLICY plans_of_tenant ON plans USING (tenant = current_setting('app.tenant'));
    ALTER TABLE plans ENABLE ROW LEVEL SECURITY;
    ```
    """

    severity = Severity.WARNING
    looks_at = (SetRowSecurity,)
    also_known_as = ("MP057",)
    recipe = "CREATE POLICY before, in the same file; or leave a word why the table has its policies already."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if isinstance(action, SetRowSecurity) and action.change == "enable" and _lacks(action, context):
                yield self.finding(statement, f"without a policy all but the owner find `{action.table}` empty")


def _lacks(switched: SetRowSecurity, context: Context) -> bool:
    return not context.is_new(switched.table) and not context.ahead.has_policy(switched.table.name)
