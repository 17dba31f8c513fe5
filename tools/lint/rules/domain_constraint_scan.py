"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from tools.lint.actions import Action, AddDomainConstraint, SetDomainNotNull, Statement, ValidateDomainConstraint
from tools.lint.context import Context
from tools.lint.rule import Rule


class DomainConstraintScan(Rule):
    """A rule for a domain that is checked in every table that uses it, while writes to them wait.

    Each of these tables is read under SHARE, one after the other, and stays locked until the transaction ends
    (measured on PostgreSQL 15, 16 and 18).
    NOT VALID looks at no table. VALIDATE CONSTRAINT later reads them all under SHARE too, hence a warning.

    Unsafe:

    ```sql
    ALTER DOMAIN label ADD CONSTRAINT label_short CHECK (length(VALUE) < 200);
    ```

    Safe:

    ```sql
    ALTER DOMAIN label ADD CONSTRAINT label_short CHECK (length(VALUE) < 200) NOT VALID;
    ```
    """

    looks_at = (AddDomainConstraint, SetDomainNotNull, ValidateDomainConstraint)
    also_known_as = ("ban-alter-domain-with-add-constraint", "ban-create-domain-with-constraint", "MP043")
    recipe = (
        "ALTER DOMAIN … ADD CONSTRAINT … NOT VALID, which new values obey; validate it in a window.\n"
        "Or put the CHECK on each table instead, NOT VALID, and validate these one by one while others write."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        for action in statement.actions:
            name = _checked(action)
            if name and not context.is_new_name(name):
                severity = Severity.WARNING if isinstance(action, ValidateDomainConstraint) else None
                message = f"writes to every table with a column of `{name}` wait while all their rows are read"
                yield self.finding(statement, message, severity)


def _checked(action: Action) -> str:
    match action:
        case AddDomainConstraint(name=name, not_valid=False) | SetDomainNotNull(name=name):
            return name
        case ValidateDomainConstraint(name=name):
            return name
        case _:
            return ""
