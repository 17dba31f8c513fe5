"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint import under_lock
from tools.lint.actions import AlterColumnType, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule
from tools.locks import types


class AlterType(Rule):
    """Another type for a column: the table is rewritten or read under ACCESS EXCLUSIVE, or who uses it is surprised.

    Free of any row are, among others, a longer varchar, varchar to text, more digits of a numeric with the same scale,
    cidr to inet, and timestamp to timestamptz where the session's time zone is UTC.
    Rewritten are integer to bigint, text to varchar(n), another scale, an enum to text, anything with USING that
    computes, a domain with a CHECK.
    A CHECK on the column is verified again, an index on it built again where its order changes; a view on it forbids
    the change (all measured on PostgreSQL 15, 16 and 18).
    Which it is depends on the old type: where no file tells it and there is no `--dsn`, this is a warning.

    Unsafe:

    ```sql
    ALTER TABLE users ALTER COLUMN legacy_id TYPE bigint;
    ```

    Safe:

    ```sql
    SET lock_timeout = '2s';
    ALTER TABLE users ADD COLUMN legacy_number bigint;
    ```
    """

    looks_at = (AlterColumnType,)
    also_known_as = (
        *("changing-column-type", "change_column", "change_column_constraint", "E5", "E10", "PG301", "MP007", "MP044"),
        *("COLUMN_DISALLOW_CHANGE_TYPE", "alter-column-type"),
    )
    recipe = (
        "Add a column of the new type; keep it in step by a BEFORE INSERT OR UPDATE trigger; fill it in batches;\n"
        "copy indexes and constraints; change the names in one short transaction; drop the old one later."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if isinstance(action, AlterColumnType) and not context.is_new(action.table):
                yield from self._check(action, statement, context)

    def _check(self, change: AlterColumnType, statement: Statement, context: Context) -> Iterator[Finding]:
        if context.effect_of(statement).refused:
            return  # `refused` says why
        old = context.type_of(change.table, change.column)
        work = next(under_lock.of_kind(statement, context, "rewrite", "scan", "index build"), None)
        if old is None and not _computes(change):
            message = (
                f"the type of `{change.column}` is not known: `{change.table}` may be rewritten as `{change.type}`"
            )
            yield self.finding(statement, message, Severity.WARNING)
        elif work:
            message = f"`{change.table}` is locked ACCESS EXCLUSIVE while this {under_lock.VERBS[work.kind]} it"
            yield self.finding(statement, f"{message}: {work.because.partition(': ')[2].rstrip('.')}")
        elif old is None or types.parsed(old).name not in {types.parsed(change.type).name, "varchar", "text"}:
            message = f"who reads or writes `{change.column}` of `{change.table}` gets `{change.type}`"
            yield self.finding(statement, message, Severity.WARNING)


def _computes(change: AlterColumnType) -> bool:
    return not types.keeps_value(change.using, change.column, change.type)
