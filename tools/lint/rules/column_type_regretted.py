"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import Action, AddColumn, Column, CreateTable, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule
from tools.locks.types import parsed

SERIAL = {"serial", "serial2", "serial4", "serial8", "smallserial", "bigserial"}

SAID = {
    "bpchar": "pads with blanks and is no faster than text",
    "timestamp": "has no time zone: two servers may read two moments in it; timestamptz keeps one",
    "money": "depends on the locale of the server; numeric does not",
}


class ColumnTypeRegretted(Rule):
    """A type for a new column that is often regretted, and slow to change later.

    `char(n)` pads; `timestamp` without time zone is no moment; `serial` leaves a sequence with its own rights and
    dependencies where an identity has none; an integer key ends at 2,147,483,647, and to make it bigint on a large
    table is a project.

    Unsafe:

    ```sql
    CREATE TABLE logins (id serial PRIMARY KEY, at timestamp NOT NULL, country char(2));
    ```

    Safe:

    ```sql
    CREATE TABLE logins (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL, country text);
    ```
    """

    severity = Severity.ADVICE
    looks_at = (AddColumn, CreateTable)
    also_known_as = (
        *("prefer-bigint-over-int", "prefer-bigint-over-smallint", "prefer-identity", "prefer-text-field"),
        *("prefer-timestamp-tz", "ban-char-field", "short_primary_key_type"),
    )
    recipe = "bigint GENERATED ALWAYS AS IDENTITY for keys, timestamptz for moments, text with a CHECK for words."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:  # noqa: ARG002 - of new columns too
        for action in statement.actions:
            for column in _columns(action):
                said = _said(column, action)
                if said:
                    yield self.finding(statement, f"`{column.column}` {column.type}: {said}")


def _columns(action: Action) -> tuple[Column, ...]:
    match action:
        case CreateTable(persistence=kept, columns=columns):
            return () if kept == "temporary" else columns
        case AddColumn():
            return (action,)
        case _:
            return ()


def _said(column: Column, action: Action) -> str:
    if column.type.lower() in SERIAL:
        return "an identity column is the same without a sequence of its own rights"
    name = parsed(column.type).name
    keys = [each for each in getattr(action, "constraints", ()) if each.kind == "primary key"]
    is_key = column.primary or any(each.columns == (column.column,) for each in keys)
    if is_key and name in {"int2", "int4"}:
        return "a key of this type ends at 2,147,483,647; bigint does not"
    return SAID.get(name, "")
