"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding
from tools.lint.actions import (
    Action,
    Cluster,
    Relation,
    SetAccessMethod,
    SetLogged,
    SetTablespace,
    SetTablespaceAll,
    Statement,
    Vacuum,
)
from tools.lint.context import Context
from tools.lint.rule import Rule


class RewriteByMaintenance(Rule):
    """A table that is written anew, or copied elsewhere, under ACCESS EXCLUSIVE.

    VACUUM FULL, CLUSTER, SET LOGGED and SET UNLOGGED, SET ACCESS METHOD write all of it and its indexes; SET TABLESPACE
    copies its files (measured on PostgreSQL 15, 16 and 18).
    Nobody reads or writes it meanwhile, and it needs its own size once more on the disk.

    Unsafe:

    ```sql
    VACUUM FULL users;
    ```

    Safe:

    ```sql
    VACUUM (ANALYZE) users;
    ```
    """

    looks_at = (Cluster, SetAccessMethod, SetLogged, SetTablespace, SetTablespaceAll, Vacuum)
    also_known_as = ("prefer-repack", "MP006", "MP032", "MP095", "vacuum-full", "set-logged-unlogged")
    recipe = (
        "Plain VACUUM gives space back for new rows without a lock. To shrink a table use pg_repack, or copy it in\n"
        "batches to a new one and change the names. What must be rewritten in place needs a window."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            for what in _rewritten(action, context):
                yield self.finding(statement, f"reads and writes of {what} wait while all of it is written anew")


def _rewritten(action: Action, context: Context) -> Iterator[str]:
    match action:
        case Vacuum(full=True, tables=tables):
            yield from (f"`{table}`" for table in tables if not context.is_quick(table))
            yield from () if tables else ("every table",)
        case Cluster(table=None):
            yield "every table that was clustered before"
        case SetTablespaceAll(source=source):
            yield f"everything in `{source}`"
        case SetLogged(table=table) | SetAccessMethod(table=table) | SetTablespace(table=table):
            yield from _one(table, context)
        case Cluster(table=Relation() as table):
            yield from _one(table, context)


def _one(table: Relation, context: Context) -> Iterator[str]:
    if not context.is_quick(table):
        yield f"`{table}`"
