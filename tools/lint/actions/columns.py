"""What happens to a column."""

from typing import Literal

from protocol.value import Value
from tools.lint.actions.base import Action, Relation

Generated = Literal["", "stored", "virtual"]


class Column(Value):
    """A column as it is declared; `default` and `expression` (of a generated one) are texts.

    `references` is the table an enforced foreign key on the column points to. `check` says that rows are checked.
    """

    column: str
    type: str
    collation: str = ""
    default: str | None = None
    not_null: bool = False
    unique: bool = False
    primary: bool = False
    identity: bool = False
    generated: Generated = ""
    expression: str | None = None
    check: bool = False
    references: Relation | None = None


class AddColumn(Column, Action):
    table: Relation
    if_not_exists: bool = False


class ColumnAction(Action):
    """What is done to one column of a table."""

    table: Relation
    column: str


class DropColumn(ColumnAction):
    if_exists: bool = False
    cascade: bool = False


class RenameColumn(ColumnAction):
    """`table` may be a view."""

    to: str


class AlterColumnType(ColumnAction):
    """`using` is an expression's text, None where the old value is cast; `collation` is empty where none is named."""

    type: str
    collation: str = ""
    using: str | None = None


class SetNotNull(ColumnAction):
    pass


class DropNotNull(ColumnAction):
    pass


class SetDefault(ColumnAction):
    """`default` is an expression's text, None where the default is dropped."""

    default: str | None


class SetExpression(ColumnAction):
    """Another expression for a generated column: a stored one is computed anew for every row."""

    expression: str


class DropExpression(ColumnAction):
    if_exists: bool = False


class AddIdentity(ColumnAction):
    always: bool = False


class SetIdentity(ColumnAction):
    pass


class DropIdentity(ColumnAction):
    if_exists: bool = False


class SetStatistics(ColumnAction):
    """`target` is None where it goes back to the default; of an index, `column` may be a number."""

    target: int | None


class SetStorage(ColumnAction):
    storage: str


class SetCompression(ColumnAction):
    method: str


class SetColumnOptions(ColumnAction):
    options: tuple[str, ...]
