"""See the class."""

import re
from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import AddColumn, Statement
from tools.lint.context import Context
from tools.lint.rule import Rule
from tools.locks import types

FAST_DEFAULT = 11
"""First major version where a default that is not volatile touches no row."""

NUMBER = re.compile(r"[-+]?[\d.]+")

SERIAL = {"serial", "serial2", "serial4", "serial8", "smallserial", "bigserial"}


class AddColumnRewrite(Rule):
    """A new column that makes the server write the whole table again.

    ADD COLUMN changes the catalogue only, also with a default, as long as every existing row gets the same value:
    a constant, `now()`, CURRENT_TIMESTAMP.
    A value that differs from row to row has to be written to each row: a volatile function such as `random()`,
    `clock_timestamp()`, `gen_random_uuid()` or `nextval()`, a serial, an identity, a stored generated column.
    A domain with a CHECK or NOT NULL is checked row by row in the same way, even without a default.
    The table and all its indexes are then written anew under ACCESS EXCLUSIVE: nobody reads or writes meanwhile.

    Measured on PostgreSQL 15, 16 and 18 (lock matrix).
    A virtual generated column (PostgreSQL 18) is stored nowhere and is instant.
    Before PostgreSQL 11 every default rewrites the table.
    What a function of your own is stands in the file that makes it; where none does and there is no `--dsn`, this is a
    warning. So it is for a type that must be a domain, for its default is a number and nothing tells of it.

    Unsafe:

    ```sql
    ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid();
    ```

    Safe:

    ```sql
    SET lock_timeout = '2s';
    ALTER TABLE users ADD COLUMN token uuid;
    ALTER TABLE users ALTER COLUMN token SET DEFAULT gen_random_uuid();
    ```
    """

    looks_at = (AddColumn,)
    also_known_as = (
        *("adding-field-with-default", "adding-serial-primary-key-field", "add_column_default"),
        *("add_column_generated_stored", "add_column_auto_incrementing", "add_column_with_default", "E11", "PG302"),
        *("COLUMN_DEFAULT_DISALLOW_VOLATILE", "MP003", "MP015", "MP062", "add-column-non-constant-default"),
    )
    recipe = (
        "Add the column without it, then set the default: rows to come have it at once.\n"
        "Fill the rows that exist in batches along a key; then prove NOT NULL where it is wanted."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            if isinstance(action, AddColumn) and not context.is_quick(action.table):
                yield from self._check(action, statement, context)

    def _check(self, added: AddColumn, statement: Statement, context: Context) -> Iterator[Finding]:
        reason = _certain(added, context)
        if reason:
            message = f"adding `{added.column}` rewrites `{added.table}` under ACCESS EXCLUSIVE: {reason}"
            yield self.finding(statement, message)
        elif added.default and context.volatility_of(added.default) is None:
            message = f"only a server knows whether `{added.default}` is volatile; if so, `{added.table}` is rewritten"
            yield self.finding(statement, message, Severity.WARNING)
        elif _may_be_checked(added, context):
            message = f"`{added.type}` looks like a domain; if it has a rule, `{added.table}` is rewritten to check it"
            yield self.finding(statement, message, Severity.WARNING)


def _certain(added: AddColumn, context: Context) -> str:
    """Say why the table is rewritten; nothing where that is not certain."""
    if added.type.lower() in SERIAL:
        return f"`{added.type}` fills it from a sequence"
    if added.identity:
        return "an identity column is filled from a sequence"
    if added.generated == "stored":
        return "a stored generated column is computed for every row"
    if context.is_constrained_domain(added.type):
        return f"`{added.type}` is a domain whose rule is checked for every row"
    if added.default and added.default.upper() != "NULL":
        return _of_default(added.default, context)
    return ""


def _may_be_checked(added: AddColumn, context: Context) -> bool:
    """A type that nothing tells of, with a number for a default, is a domain: an enum takes no number."""
    if added.type in context.known.domains or types.is_built_in(added.type) or context.has_server:
        return False
    return added.default is not None and NUMBER.fullmatch(added.default) is not None


def _of_default(default: str, context: Context) -> str:
    if context.major < FAST_DEFAULT:
        return f"before PostgreSQL {FAST_DEFAULT} every default does"
    if context.volatility_of(default) == "volatile":
        return f"`{default}` is volatile, so every row gets a value of its own"
    return ""
