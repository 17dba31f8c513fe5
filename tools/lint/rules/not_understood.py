"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import Action, AddColumn, AddConstraint, DropColumn, DropIndex, Opaque, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule

BUILD_INDEXES = {"unique", "primary key", "exclude"}


class NotUnderstood(Rule):
    """A statement that was not read, or that no rule judges yet.

    A linter that passes what it cannot read is worse than none.
    What a DO block, a function called by a query, or EXPLAIN ANALYZE does to the schema is not told by the statement.
    Other statements say in full what they do, and no rule knows them yet.
    Where the harm is known and only its rule is missing (DROP COLUMN, ADD UNIQUE), this is a warning.
    A syntax error is reported here too, with the place where PostgreSQL's grammar gives up.

    Unsafe:

    ```sql
    DO $$ BEGIN ALTER TABLE users ADD COLUMN role text; END $$;
    ```

    Safe:

    ```sql
    ALTER TABLE users ADD COLUMN role text;
    ```
    """

    recipe = "Write its statements out one by one, or rehearse it on a copy: PostgreSQL itself then says what it does."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if isinstance(action, Opaque) and action.broken:
                message = f"PostgreSQL refuses this: {action.reason}"
                yield self.finding(statement, message, recipe="Correct it; nothing of it was judged.", at=action.at)
            elif isinstance(action, Opaque):
                yield self.finding(statement, f"not understood: {action.reason}")
            elif unjudged := _unjudged(action, context):
                yield self.finding(statement, f"read, but no rule judges {unjudged} yet", Severity.WARNING)


def _unjudged(action: Action, context: Context) -> str:
    """Name what is read and can do harm, as long as it has no rule of its own."""
    match action:
        case DropColumn(table=table) if not context.is_new(table):
            return "DROP COLUMN"
        case DropIndex(concurrently=False):
            return "DROP INDEX without CONCURRENTLY"
        case AddConstraint(table=table, kind=kind, using_index="") if kind in BUILD_INDEXES:
            return "" if context.is_new(table) else f"ADD {kind.upper()}, which builds an index under lock"
        case AddColumn(table=table) if (action.unique or action.primary) and not context.is_new(table):
            return "ADD COLUMN with an index of its own, which is built under lock"
    return ""
