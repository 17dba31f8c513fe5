"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding
from tools.lint.actions import AddConstraint, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule


class ExcludeConstraint(Rule):
    """An EXCLUDE constraint on a table in use, for which there is no online way.

    Its index is built under ACCESS EXCLUSIVE.
    There is no NOT VALID for it and no USING INDEX, in no version.

    Unsafe:

    ```sql
    ALTER TABLE bookings ADD CONSTRAINT bookings_apart EXCLUDE USING gist (room WITH =, during WITH &&);
    ```

    Safe:

    ```sql
    CREATE TABLE bookings_new (
        room integer NOT NULL,
        during tstzrange NOT NULL,
        CONSTRAINT bookings_apart EXCLUDE USING gist (room WITH =, during WITH &&)
    );
    ```
    """

    looks_at = (AddConstraint,)
    also_known_as = ("add_exclusion_constraint", "E8", "MP031", "add-constraint-exclude")
    recipe = (
        "Do it in a window; or make a new table with the constraint, keep it in step by triggers,\n"
        "copy in batches, and change names in one short transaction."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if isinstance(action, AddConstraint) and action.kind == "exclude" and not context.is_quick(action.table):
                message = f"reads and writes of `{action.table}` wait while the index of `{action.name}` is built"
                yield self.finding(statement, message)
