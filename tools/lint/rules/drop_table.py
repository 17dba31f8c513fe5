"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import Action, DropObject, DropTable, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule


class DropTableLoses(Rule):
    """A table, or a schema with what is in it, that goes with its data.

    It cannot be undone.
    The tables that its foreign keys point to are locked ACCESS EXCLUSIVE as well (measured on PostgreSQL 15, 16, 18):
    drop these keys first, one a transaction.
    CASCADE takes along what nobody has listed.

    Unsafe:

    ```sql
    DROP TABLE sessions;
    ```

    Safe:

    ```sql
    CREATE TABLE staging (id integer);
    DROP TABLE staging;
    ```
    """

    severity = Severity.WARNING
    looks_at = (DropTable, DropObject)
    also_known_as = (
        *("ban-drop-table", "ban-drop-schema", "ban-drop-database", "drop_table", "drop_table_multiple_foreign_keys"),
        *("DS101", "DS102", "MP026", "drop-table", "drop-schema"),
    )
    recipe = (
        "First let no code use it; rename it away for some days and look whether anything fails;\n"
        "keep a dump that has been restored once; drop its foreign keys, then the table."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            lost = _lost(action, context)
            if lost:
                yield self.finding(statement, f"{lost} is lost with its data")


def _lost(action: Action, context: Context) -> str:
    match action:
        case DropTable(table=table) if not context.is_new(table):
            return f"`{table}`"
        case DropObject(kind="SCHEMA" | "DATABASE" as kind, name=name, cascade=cascade):
            whole = kind == "DATABASE" or cascade
            return f"the {kind.lower()} `{name}`" if whole and not context.is_new_name(name) else ""
        case _:
            return ""
