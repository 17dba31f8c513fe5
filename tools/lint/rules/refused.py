"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding
from tools.lint.actions import CreateIndex, Do, Opaque, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule


class Refused(Rule):
    """A statement that the server will not do, for all that is known of version and schema.

    It needs a newer version; or a view, a foreign key, a partition stands against it; or the file itself has made
    something that excludes it.
    What the files do not tell is seen with `--dsn` in part, and in whole by a rehearsal.

    Unsafe:

    ```sql
    CREATE VIEW names AS SELECT id, name FROM users;
    ALTER TABLE users DROP COLUMN name;
    ```

    Safe:

    ```sql
    CREATE VIEW names AS SELECT id, name FROM users;
    ```
    """

    also_known_as = ("MP082",)
    recipe = "Remove what stands against it first, in the same transaction where readers must not miss it."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        effect = context.effect_of(statement)
        if not effect.refused or any(isinstance(action, Do | Opaque) for action in statement.actions):
            return
        said_elsewhere = context.in_transaction and not effect.transactional
        if not said_elsewhere and not any(isinstance(action, CreateIndex) for action in statement.actions):
            yield self.finding(statement, effect.refused.rstrip("."))
