"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding
from tools.lint.actions import DropConstraint, SetNotNull, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule

PROOF_COUNTS = 12
"""First major version where SET NOT NULL takes a validated CHECK for a proof."""


class SetNotNullScan(Rule):
    """SET NOT NULL reads the whole table under ACCESS EXCLUSIVE, unless a constraint has proved it before.

    The proof is a CHECK that says `column IS NOT NULL`, alone or with AND, validated by the time SET NOT NULL runs.
    One that is still NOT VALID proves nothing.
    DROP CONSTRAINT of the proof in the same ALTER TABLE makes the server scan after all (measured on PostgreSQL 15, 16
    and 18), so it comes in a statement of its own.

    PostgreSQL 18 has a shorter way without SET NOT NULL: `ADD CONSTRAINT … NOT NULL column NOT VALID`, then VALIDATE.
    Before PostgreSQL 12 there is no proof: keep the validated CHECK instead.
    What earlier files of the same run prove counts too; a proof that only the database holds is seen with `--dsn`.

    Unsafe:

    ```sql
    ALTER TABLE users ALTER COLUMN role SET NOT NULL;
    ```

    Safe:

    ```sql
    SET lock_timeout = '2s';
    ALTER TABLE users ADD CONSTRAINT users_role_not_null CHECK (role IS NOT NULL) NOT VALID;
    ALTER TABLE users VALIDATE CONSTRAINT users_role_not_null;
    ALTER TABLE users ALTER COLUMN role SET NOT NULL;
    ALTER TABLE users DROP CONSTRAINT users_role_not_null;
    ```
    """

    looks_at = (SetNotNull,)
    also_known_as = (
        *("adding-not-nullable-field", "change_column_null", "E2", "PG303", "MF104", "MP002", "MP018", "MP081"),
        *("STATEMENT_DISALLOW_ADD_NOT_NULL", "alter-column-set-not-null"),
    )
    recipe = (
        "ADD CONSTRAINT … CHECK (column IS NOT NULL) NOT VALID; fill what is NULL; VALIDATE CONSTRAINT;\n"
        "SET NOT NULL; DROP CONSTRAINT: each in a transaction of its own."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        dropped = frozenset(action.name for action in statement.actions if isinstance(action, DropConstraint))
        for action in statement.actions:
            if isinstance(action, SetNotNull) and not context.is_quick(action.table):
                reason = _reason(action, context, dropped)
                if reason:
                    message = f"SET NOT NULL on `{action.column}` reads all of `{action.table}` under lock: {reason}"
                    yield self.finding(statement, message)


def _reason(action: SetNotNull, context: Context, dropped: frozenset[str]) -> str:
    if context.major < PROOF_COUNTS:
        return f"before PostgreSQL {PROOF_COUNTS} nothing spares it that"
    if not context.proves_not_null(action.table, action.column):
        return "no validated constraint proves it"
    if not context.proves_not_null(action.table, action.column, without=dropped):
        return "the constraint that proves it is dropped in the same statement"
    return ""
