"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import Action, DropFunction, DropObject, DropView, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule

NAMED_BY_CODE = {"SEQUENCE", "TYPE", "AGGREGATE", "OPERATOR", "EXTENSION", "COLLATION", "FOREIGN TABLE", "SERVER"}


class DropObjectUsed(Rule):
    """A view, a function, a sequence, a type that code may still name.

    Queries that name it fail from that moment; what only a text names, such as the body of a function, is not listed
    as depending on it and fails when it runs.
    Made again in the same transaction, nobody misses it.

    Unsafe:

    ```sql
    DROP VIEW active_users;
    ```

    Safe:

    ```sql
    BEGIN;
    DROP VIEW active_users;
    CREATE VIEW active_users AS SELECT id, email FROM users WHERE status = 'active';
    COMMIT;
    ```
    """

    severity = Severity.WARNING
    looks_at = (DropFunction, DropObject, DropView)
    also_known_as = ("ban-drop-view", "ban-drop-function", "ban-drop-sequence", "ban-drop-type", "MP029", "MP035")
    recipe = "Let no code name it first, and look for some days that nobody does; or replace it in one transaction."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            gone = _gone(action, context)
            if gone:
                yield self.finding(statement, f"code that says `{gone}` fails once this is done")


def _gone(action: Action, context: Context) -> str:
    match action:
        case DropView(view=view):
            return "" if context.is_new(view) or context.ahead.comes_back(view.name) else str(view)
        case DropFunction(name=name):
            return "" if context.is_new_name(name) or context.ahead.comes_back(name) else name
        case DropObject(kind=kind, name=name) if kind in NAMED_BY_CODE or action.cascade:
            taken = context.is_new_name(name) or context.ahead.comes_back(name)
            return "" if taken or kind in {"SCHEMA", "DATABASE"} else name
        case _:
            return ""
