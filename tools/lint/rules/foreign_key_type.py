"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import AddConstraint, CreateTable, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule
from tools.locks.types import parsed


class ForeignKeyType(Rule):
    """A foreign key whose column has another type than the one it points to.

    An integer that points to a bigint overflows one day; other pairs compare with a cast at each check, or fail.
    Found where files or a server tell both types.

    Unsafe:

    ```sql
    CREATE TABLE plans (id bigint PRIMARY KEY);
    CREATE TABLE users (id bigint PRIMARY KEY, plan_id integer, FOREIGN KEY (plan_id) REFERENCES plans (id));
    CREATE INDEX users_plan_id_idx ON users (plan_id);
    ```

    Safe:

    ```sql
    CREATE TABLE plans (id bigint PRIMARY KEY);
    CREATE TABLE users (id bigint PRIMARY KEY, plan_id bigint, FOREIGN KEY (plan_id) REFERENCES plans (id));
    CREATE INDEX users_plan_id_idx ON users (plan_id);
    ```
    """

    severity = Severity.WARNING
    looks_at = (AddConstraint, CreateTable)
    also_known_as = ("mismatched_foreign_key_type",)
    recipe = "Give the column the type of the one it points to."

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            own = {column.column: column.type for column in action.columns} if isinstance(action, CreateTable) else {}
            keys = action.constraints if isinstance(action, CreateTable) else (action,)
            for key in keys:
                if isinstance(key, AddConstraint) and key.references:
                    yield from self._check(key, own, statement, context)

    def _check(
        self, key: AddConstraint, own: dict[str, str], statement: Statement, context: Context
    ) -> Iterator[Finding]:
        assert key.references
        for column, target in zip(key.columns, key.referenced_columns, strict=False):
            here = own.get(column) or context.type_of(key.table, column)
            there = context.type_of(key.references, target)
            if here and there and _differ(here, there):
                message = f"`{column}` is {here}, and `{key.references}.{target}` is {there}"
                yield self.finding(statement, message)


def _differ(one: str, other: str) -> bool:
    names = {SERIES.get(parsed(each).name, parsed(each).name) for each in (one, other)}
    return len(names - {"text", "varchar"}) == len(names) and len(names) > 1


SERIES = {"smallserial": "int2", "serial": "int4", "bigserial": "int8"}
