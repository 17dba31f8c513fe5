"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import Action, AddColumn, AddConstraint, Relation, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule

KEYS = {"unique", "primary key"}


class AddKeyBlocking(Rule):
    """A UNIQUE constraint or a primary key whose index is built under ACCESS EXCLUSIVE.

    Nobody reads or writes the table meanwhile, and one duplicate makes the statement fail after the wait.
    Built before, with CREATE UNIQUE INDEX CONCURRENTLY, the index is adopted in an instant by USING INDEX.
    A primary key needs its columns NOT NULL before that: where one is nullable, USING INDEX still reads the table
    under ACCESS EXCLUSIVE (measured on PostgreSQL 15, 16 and 18).
    A partitioned table takes no USING INDEX: add the constraint to each partition so, then to ONLY the parent, which
    takes an instant (measured on PostgreSQL 15, 16 and 18), and attach the partitions' indexes to its index.

    Unsafe:

    ```sql
    ALTER TABLE invoices ADD CONSTRAINT invoices_number_key UNIQUE (number);
    ```

    Safe:

    ```sql
    CREATE UNIQUE INDEX CONCURRENTLY invoices_number_key ON invoices (number);
    SET lock_timeout = '2s';
    ALTER TABLE invoices ADD CONSTRAINT invoices_number_key UNIQUE USING INDEX invoices_number_key;
    ```
    """

    looks_at = (AddColumn, AddConstraint)
    also_known_as = (
        *("disallowed-unique-constraint", "adding-serial-primary-key-field", "add_unique_constraint", "E7", "W14"),
        *("PG104", "PG105", "MF101", "MP027", "add-constraint-unique", "add-pk-without-using-index"),
    )
    recipe = (
        "CREATE UNIQUE INDEX CONCURRENTLY, outside a transaction; look that it is valid;\n"
        "then ADD CONSTRAINT … USING INDEX, an instant. For a primary key prove NOT NULL first (`set-not-null-scan`)."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            kind, table = _key(action)
            if table is None or context.is_quick(table) or _of_the_whole(action, context):
                continue
            if isinstance(action, AddConstraint) and action.using_index:
                yield from self._adopted(action, statement, context)
            else:
                message = f"reads and writes of `{table}` wait while the index of its {kind} is built"
                yield self.finding(statement, message)

    def _adopted(self, key: AddConstraint, statement: Statement, context: Context) -> Iterator[Finding]:
        found = context.known.find_index(Relation(schema_name=key.table.schema_name, name=key.using_index))
        if key.kind != "primary key" or found is None:
            return
        known, index = found
        open_ = [name for name in index.columns if not context.proves_not_null(key.table, name)]
        if open_:
            sure = known.column(open_[0]) is not None
            message = f"all of `{key.table}` is read under ACCESS EXCLUSIVE, unless `{open_[0]}` is NOT NULL already"
            yield self.finding(statement, message, None if sure else Severity.WARNING)


def _of_the_whole(action: Action, context: Context) -> bool:
    """Tell whether only a partitioned table gets the constraint, which holds no row itself."""
    if not isinstance(action, AddConstraint) or not action.only:
        return False
    known = context.known.find(action.table)
    return known is not None and known.kind == "partitioned table"


def _key(action: Action) -> tuple[str, Relation | None]:
    match action:
        case AddConstraint(kind=kind, table=table) if kind in KEYS:
            return kind, table
        case AddColumn(table=table) if action.primary or action.unique:
            return "primary key" if action.primary else "unique", table
        case _:
            return "", None
