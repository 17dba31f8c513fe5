"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import DropConstraint, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule


class DropPrimaryKey(Rule):
    """A table that loses its primary key.

    Logical replication tells rows apart by it: while the table is published and has no other replica identity,
    UPDATE and DELETE fail.
    Foreign keys that point to it make the statement fail, and ON CONFLICT on its columns finds no index.
    Known by its definition in an earlier statement, or by its name, `…_pkey`.

    Unsafe:

    ```sql
    ALTER TABLE orders DROP CONSTRAINT orders_pkey;
    ```

    Safe:

    ```sql
    CREATE UNIQUE INDEX CONCURRENTLY orders_id_key ON orders (id);
    BEGIN;
    SET LOCAL lock_timeout = '2s';
    ALTER TABLE orders DROP CONSTRAINT orders_pkey;
    ALTER TABLE orders ADD CONSTRAINT orders_id_key UNIQUE USING INDEX orders_id_key;
    ALTER TABLE orders REPLICA IDENTITY USING INDEX orders_id_key;
    COMMIT;
    ```
    """

    severity = Severity.WARNING
    looks_at = (DropConstraint,)
    also_known_as = ("MP055",)
    recipe = "Replace it in the same transaction, by a unique index built CONCURRENTLY before."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if isinstance(action, DropConstraint) and _is_key(action, context):
                yield self.finding(statement, f"`{action.table}` has no primary key from now on")


def _is_key(dropped: DropConstraint, context: Context) -> bool:
    if context.is_new(dropped.table) or context.ahead.key_comes_back(dropped.table.name):
        return False
    known = context.known.find(dropped.table)
    constraint = known.constraint(dropped.name) if known else None
    return constraint.kind == "primary key" if constraint else dropped.name.endswith("_pkey")
