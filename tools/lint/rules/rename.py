"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import (
    Action,
    RenameColumn,
    RenameEnumValue,
    RenameObject,
    RenameTable,
    RenameView,
    SetObjectSchema,
    SetTableSchema,
    Statement,
)
from tools.lint.context import Context
from tools.lint.rule import Rule

UNSEEN = {"POLICY", "RULE", "TRIGGER", "ROLE", "CONSTRAINT", "INDEX", "STATISTICS", "EVENT TRIGGER", "TABLESPACE"}
"""Kinds that no query of an application names."""


class Rename(Rule):
    """A new name for something that running code knows by the old one.

    The change takes an instant, and every statement that says the old name fails from then on: the application's,
    prepared ones, bodies of functions. Views and foreign keys follow by themselves.
    A table can be renamed with a view of the old name in the same transaction, which serves SELECT, INSERT, UPDATE and
    DELETE; COPY, TRUNCATE, a foreign key to it and CREATE INDEX fail, and row security is that of the view's owner
    unless it is made `security_invoker` (measured; PostgreSQL 15 and later).

    Unsafe:

    ```sql
    ALTER TABLE users RENAME COLUMN nickname TO handle;
    ```

    Safe:

    ```sql
    BEGIN;
    SET LOCAL lock_timeout = '2s';
    ALTER TABLE invoices RENAME TO bills;
    CREATE VIEW invoices WITH (security_invoker = true) AS SELECT * FROM bills;
    COMMIT;
    ```
    """

    severity = Severity.WARNING
    looks_at = (
        *(RenameColumn, RenameTable, RenameView, RenameObject, RenameEnumValue, SetTableSchema, SetObjectSchema),
    )
    also_known_as = (
        *("renaming-column", "renaming-table", "renaming-object", "rename_column", "rename_table", "rename_schema"),
        *("BC101", "BC102", "SCHEMA_BACKWARD_COMPATIBILITY", "MP010", "MP028", "MP060", "MP071"),
        *("rename-column", "rename-table"),
    )
    recipe = (
        "A table: rename it and create a view of the old name in one transaction, drop the view when nobody uses it.\n"
        "A column: add the new one, keep both in step by a trigger in both directions, move the code, drop the old one."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            gone = _gone(action, context)
            if gone:
                yield self.finding(statement, f"code that says `{gone}` fails once this is done")


def _gone(action: Action, context: Context) -> str:
    """Return the name that is no more, nothing where nobody can miss it."""
    match action:
        case RenameColumn(table=table, column=column):
            fresh = context.is_new(table) or _just_added(action, context)
            return "" if fresh else f"{table}.{column}"
        case RenameTable(table=table) | SetTableSchema(table=table):
            return "" if context.is_new(table) or context.ahead.comes_back(table.name) else str(table)
        case RenameView(view=view):
            return "" if context.is_new(view) or context.ahead.comes_back(view.name) else str(view)
        case RenameEnumValue(name=name, value=value):
            return "" if context.is_new_name(name) else value
        case RenameObject(name=name, kind=kind) | SetObjectSchema(name=name, kind=kind):
            known = context.is_new_name(name) or context.ahead.comes_back(name)
            return "" if known or kind in UNSEEN else name
        case _:
            return ""


def _just_added(action: RenameColumn, context: Context) -> bool:
    return context.is_new_column(action.table, action.column)
