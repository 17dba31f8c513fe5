"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import Action, AddColumn, AddConstraint, Statement, ValidateConstraint
from tools.lint.context import Context
from tools.lint.rule import Rule

LOCKS = {
    "check": "under ACCESS EXCLUSIVE",
    "not null": "under ACCESS EXCLUSIVE",
    "foreign key": "while writes to both tables wait",
}
"""Kinds that can be added NOT VALID, and what their check of every row does to others (lock matrix)."""

EVERY_ROW = "checked against every row"

UNLESS = ", unless it is partitioned and each partition has it already, proved"
"""A foreign key of the whole then takes over those of the partitions without reading a row (measured on 15 and 16)."""


class ConstraintNotValid(Rule):
    """A constraint that is checked against every row while the table is locked.

    ADD CONSTRAINT with CHECK or NOT NULL reads the table under ACCESS EXCLUSIVE.
    A foreign key reads both tables under SHARE ROW EXCLUSIVE: reads pass, writes to either table wait.
    The same holds for a CHECK written at a new column, with or without a default, for NOT NULL at a virtual generated
    one, and for REFERENCES at a new column with a default (measured on PostgreSQL 18).

    With NOT VALID new and changed rows obey from that moment, and existing ones are not looked at: an instant.
    VALIDATE CONSTRAINT then reads them while others write, under SHARE UPDATE EXCLUSIVE; the referenced table is held
    under ROW SHARE.
    It has to come in a later transaction: in the same one the strong lock is held all through the scan.
    NOT VALID also holds for every UPDATE of an old row that breaks it, so clean such rows first.
    NOT NULL … NOT VALID needs PostgreSQL 18.

    Unsafe:

    ```sql
    ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id);
    ```

    Safe:

    ```sql
    SET lock_timeout = '2s';
    ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;
    ALTER TABLE orders VALIDATE CONSTRAINT orders_user_id_fkey;
    ```
    """

    looks_at = (AddColumn, AddConstraint, ValidateConstraint)
    also_known_as = (
        *("constraint-missing-not-valid", "adding-foreign-key-constraint", "add_check_constraint", "add_foreign_key"),
        *("add_reference", "validate_check_constraint", "validate_foreign_key", "E1", "PG305", "MP005", "MP030"),
        *("STATEMENT_ADD_CHECK_NOT_VALID", "STATEMENT_ADD_FK_NOT_VALID", "add-constraint-check-no-not-valid"),
        *("add-constraint-fk-no-not-valid", "not-valid-validate-same-tx"),
    )
    recipe = (
        "ADD CONSTRAINT … NOT VALID in one transaction, an instant;\n"
        "VALIDATE CONSTRAINT in a later one, which reads the table while others write."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        added = {action.name for action in statement.actions if isinstance(action, AddConstraint)}
        for action in statement.actions:
            reason = _reason(action, context, added)
            if reason:
                joined = isinstance(action, AddConstraint) and context.stands_on_another(action)
                yield self._of(statement, reason, joined)

    def _of(self, statement: Statement, reason: str, joined: bool) -> Finding:
        if joined:
            return self.finding(statement, reason + UNLESS, Severity.WARNING)
        return self.finding(statement, reason)


def _reason(action: Action, context: Context, added: set[str]) -> str:
    match action:
        case AddConstraint(table=table, kind=kind, not_valid=False) if kind in LOCKS and not context.is_quick(table):
            if not (kind == "not null" and all(context.proves_not_null(table, column) for column in action.proves)):
                return f"`{action.name or kind}` is {EVERY_ROW} of `{table}` {LOCKS[kind]}"
        case AddColumn(table=table, column=column) if not context.is_quick(table):
            of = _of_column(action)
            return f"the {of.upper()} of `{column}` is {EVERY_ROW} of `{table}` {LOCKS[of]}" if of else ""
        case ValidateConstraint(table=table, name=name) if not context.is_quick(table):
            if name in added or context.unproved_in_transaction(table, name):
                return f"`{name}` is validated in the transaction that added it and locks `{table}` until its end"
    return ""


def _of_column(added: AddColumn) -> str:
    """Return the kind of constraint that a new column is scanned for, if any."""
    if added.check:
        return "check"
    if added.generated == "virtual" and added.not_null:
        return "not null"
    return "foreign key" if added.references and added.default else ""
