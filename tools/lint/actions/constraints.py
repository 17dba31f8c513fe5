"""What happens to a constraint of a table."""

from typing import Literal

from tools.lint.actions.base import Action, Relation

ConstraintKind = Literal["check", "foreign key", "not null", "unique", "primary key", "exclude"]


class AddConstraint(Action):
    """A constraint, added or declared with its table; `expression` is the text of a CHECK.

    `proves` are the columns that cannot be NULL once it is validated; `using_index` names the index it adopts.
    One that is not `enforced` is `not_valid` as well. `columns` and `referenced_columns` are as written.
    `only` leaves a partitioned table's partitions out, and means nothing for another table.
    """

    table: Relation
    name: str
    kind: ConstraintKind
    not_valid: bool = False
    enforced: bool = True
    using_index: str = ""
    proves: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    references: Relation | None = None
    referenced_columns: tuple[str, ...] = ()
    expression: str | None = None
    deferrable: bool = False
    initially_deferred: bool = False
    nulls_not_distinct: bool = False
    no_inherit: bool = False
    only: bool = False


class ValidateConstraint(Action):
    table: Relation
    name: str


class AlterConstraint(Action):
    """`enforced` is None where it stays as it is."""

    table: Relation
    name: str
    enforced: bool | None = None


class DropConstraint(Action):
    table: Relation
    name: str
    if_exists: bool = False
    cascade: bool = False


class RenameConstraint(Action):
    table: Relation
    name: str
    to: str
