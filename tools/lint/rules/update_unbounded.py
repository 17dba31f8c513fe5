"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint import rows_touched
from tools.lint.actions import Action, Delete, Merge, Relation, Statement, Update
from tools.lint.context import Context
from tools.lint.rule import Rule


class UpdateUnbounded(Rule):
    """An UPDATE, DELETE or MERGE whose condition sets no bound to the rows it touches.

    `WHERE role IS NULL`, `WHERE seen < now()` or a join may hold for every row: all of them then stay locked until the
    end, and are written a second time (`update-whole-table`).
    A bound is a range of a key with both ends, a list of values, a LIMIT, or an equality with a column that the
    statement leaves as it is.

    Unsafe:

    ```sql
    UPDATE users SET status = 'inactive' WHERE last_seen < now() - interval '1 year';
    ```

    Safe:

    ```sql
    UPDATE users SET status = 'inactive'
    WHERE id > 5000 AND id <= 10000 AND last_seen < now() - interval '1 year';
    ```
    """

    severity = Severity.WARNING
    looks_at = (Delete, Merge, Update)
    also_known_as = ("MP067", "MP080", "update-in-migration")
    recipe = (
        "Walk along a key in batches of some thousand rows, each a transaction of its own that notes where it got to."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        if context.held:
            return  # `work-while-locked` says it, and what it does to others
        for action in statement.actions:
            table = _unbounded(action)
            if table and not context.is_quick(table) and not _is_listed(action, context):
                yield self.finding(statement, f"how many rows of `{table}` this locks and writes is not bounded")


def _unbounded(action: Action) -> Relation | None:
    match action:
        case Update(has_where=True, table=table) | Delete(has_where=True, table=table):
            return None if rows_touched.is_bounded(action) else table
        case Merge(table=table):
            return table
        case _:
            return None


def _is_listed(action: Action, context: Context) -> bool:
    """Tell whether the rows are chosen by tables that the file itself has filled."""
    reads = getattr(action, "reads", ())
    return bool(reads) and all(context.is_new(table) for table in reads)
