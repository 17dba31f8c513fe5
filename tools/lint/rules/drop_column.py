"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import DropColumn, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule
from tools.locks.weigh import touches


class DropColumnLoses(Rule):
    """A column that goes with its data, while code may still use it.

    It takes an instant and cannot be undone.
    Indexes and CHECK constraints that use the column go without a word, those over several columns too; views,
    policies and BEGIN ATOMIC functions make it fail; PL/pgSQL breaks when it runs (measured on PostgreSQL 18).
    Until the drop, INSERTs of the new code must pass without the column: drop its NOT NULL or keep its default.

    Unsafe:

    ```sql
    ALTER TABLE users DROP COLUMN bio;
    ```

    Safe:

    ```sql
    SET lock_timeout = '2s';
    ALTER TABLE users ALTER COLUMN bio SET DEFAULT '';
    ```
    """

    severity = Severity.WARNING
    looks_at = (DropColumn,)
    also_known_as = ("ban-drop-column", "remove_column", "DS103", "MP017", "MP022", "drop-column")
    recipe = (
        "First let no code read or write it, and look for some days that no query names it;\n"
        "copy its values out with the key (`COPY (SELECT id, bio FROM users) TO …`), the only way back; then drop it."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if not isinstance(action, DropColumn) or context.is_new_column(action.table, action.column):
                continue
            along = ", ".join(f"`{name}`" for name in _along(action, context))
            more = f", and {along} with it" if along else ""
            yield self.finding(statement, f"the values of `{action.column}` of `{action.table}` are lost{more}")


def _along(dropped: DropColumn, context: Context) -> Iterator[str]:
    """Yield the indexes and constraints that vanish with the column."""
    known = context.known.find(dropped.table)
    if known:
        yield from (index.name for index in known.indexes if dropped.column in index.uses)
        yield from (each.name for each in known.constraints if each.kind == "check" and touches(each, dropped.column))
