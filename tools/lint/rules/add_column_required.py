"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding
from tools.lint.actions import AddColumn, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule


class AddColumnRequired(Rule):
    """A new column that must have a value, and has none for the rows that exist.

    On a table with rows the statement fails: `column "role" of relation "users" contains null values`.
    On an empty one it works, and then every INSERT of the application that does not name the column fails.
    With a default that is the same for all rows, NOT NULL costs nothing: no existing row can be NULL, none is read.

    Unsafe:

    ```sql
    ALTER TABLE users ADD COLUMN role text NOT NULL;
    ```

    Safe:

    ```sql
    SET lock_timeout = '2s';
    ALTER TABLE users ADD COLUMN role text NOT NULL DEFAULT 'user';
    ```
    """

    looks_at = (AddColumn,)
    also_known_as = ("adding-required-field", "MF103", "MP084", "add-column-not-null-no-default")
    recipe = (
        "Give it a default; or add it nullable, let the application write it,\n"
        "fill the existing rows in batches, and only then prove NOT NULL."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if isinstance(action, AddColumn) and _lacks_a_value(action) and not context.is_new(action.table):
                message = f"`{action.column}` must not be NULL, but the rows of `{action.table}` get no value for it"
                yield self.finding(statement, message)


def _lacks_a_value(added: AddColumn) -> bool:
    if not (added.not_null or added.primary):
        return False
    if added.identity or added.generated or added.type.lower().endswith("serial"):
        return False
    return added.default is None or added.default.upper() == "NULL"
