"""See the class."""

from collections.abc import Iterator

from protocol.findings import Finding, Severity
from protocol.steps import LockMode
from tools.lint import rows_touched, under_lock
from tools.lint.actions import Action, AddConstraint, Relation, Select, Statement, ValidateConstraint
from tools.lint.context import Context
from tools.lint.moment import Held
from tools.lint.rule import Rule
from tools.locks.effect import STRENGTH


class WorkWhileLocked(Rule):
    """Work that takes time in a transaction that has locked a table before.

    A lock is held until the transaction ends, so an ALTER TABLE of an instant blocks for as long as what follows it
    takes: a backfill, an index, a scan, a query over the whole table.
    The same holds for CREATE TABLE with REFERENCES, which locks the table it points to against writes.

    Unsafe:

    ```sql
    BEGIN;
    SET LOCAL lock_timeout = '2s';
    ALTER TABLE users ADD COLUMN handle text;
    UPDATE users SET handle = nickname WHERE handle IS NULL;
    COMMIT;
    ```

    Safe:

    ```sql
    BEGIN;
    SET LOCAL lock_timeout = '2s';
    ALTER TABLE users ADD COLUMN handle text;
    COMMIT;
    UPDATE users SET handle = nickname WHERE id > 0 AND id <= 5000 AND handle IS NULL;
    ```
    """

    also_known_as = ("statement-after-access-exclusive", "wide-lock-window", "E4", "W12", "MP008", "MP053", "MP058")
    recipe = (
        "End the transaction right after the statement that takes the lock;\n"
        "do the long work in transactions of its own, before or after."
    )

    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        if not context.held:
            return
        held = max(context.held, key=lambda each: STRENGTH[each.mode])
        work = next(iter(under_lock.of_kind(statement, context, "rewrite", "scan", "index build")), None)
        if work and _adds_to_it(statement, context, held):
            message = f"{_since(held)} while this {under_lock.VERBS[work.kind]} `{work.relation}`"
            yield self.finding(statement, message)
            return
        if not work:
            yield from self._rows(statement, context, held)

    def _rows(self, statement: Statement, context: Context, held: Held) -> Iterator[Finding]:
        for action in statement.actions:
            table = rows_touched.read_at_length(action, context)
            if table:
                severity = Severity.WARNING if isinstance(action, Select) else Severity.ERROR
                yield self.finding(statement, f"{_since(held)} while this goes through `{table}`", severity)
                return


def _since(held: Held) -> str:
    return f"an earlier statement of the transaction holds {held.mode}: {under_lock.waiting(*held)}"


def _adds_to_it(statement: Statement, context: Context, held: Held) -> bool:
    """Tell whether the earlier lock stops more than the statement itself does, and another rule does not say it."""
    if any(_is_told(action, context) for action in statement.actions):
        return False
    itself = under_lock.own(statement, context)
    return itself is None or _more(held, itself.relation, itself.mode)


def _is_told(action: Action, context: Context) -> bool:
    """What `constraint-not-valid` says: that the transaction validates what it has added."""
    match action:
        case ValidateConstraint(table=table, name=name):
            return context.unproved_in_transaction(table, name)
        case AddConstraint(kind="check" | "not null" | "foreign key"):
            return True
        case _:
            return False


def _more(held: Held, relation: Relation, mode: LockMode) -> bool:
    return STRENGTH[held.mode] > STRENGTH[mode] or (held.relation != relation and held.mode == "ACCESS EXCLUSIVE")
