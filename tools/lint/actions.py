"""What a statement does, as values: the words that rules are written in."""

from typing import Literal

from protocol.value import Value

ConstraintKind = Literal["check", "foreign key", "not null", "unique", "primary key", "exclude"]


class Relation(Value):
    """A table or an index as the statement names it; `schema_name` is empty where it does not say."""

    schema_name: str = ""
    name: str

    def __str__(self) -> str:
        return f"{self.schema_name}.{self.name}" if self.schema_name else self.name


class AddColumn(Value):
    """`default` is an expression's text; `references` is the table a foreign key on the column points to."""

    table: Relation
    column: str
    type: str
    default: str | None = None
    not_null: bool = False
    unique: bool = False
    primary: bool = False
    identity: bool = False
    generated: Literal["", "stored", "virtual"] = ""
    check: bool = False
    references: Relation | None = None


class DropColumn(Value):
    table: Relation
    column: str


class SetNotNull(Value):
    table: Relation
    column: str


class DropNotNull(Value):
    table: Relation
    column: str


class SetDefault(Value):
    """`default` is an expression's text, None where the default is dropped."""

    table: Relation
    column: str
    default: str | None


class AddConstraint(Value):
    """`proves` are the columns that cannot be NULL once it is validated; `using_index` names the index it adopts."""

    table: Relation
    name: str
    kind: ConstraintKind
    not_valid: bool = False
    using_index: str = ""
    proves: tuple[str, ...] = ()
    references: Relation | None = None


class ValidateConstraint(Value):
    table: Relation
    name: str


class DropConstraint(Value):
    table: Relation
    name: str


class CreateIndex(Value):
    """`only` leaves a partitioned table's partitions out."""

    table: Relation
    name: str = ""
    concurrently: bool = False
    if_not_exists: bool = False
    unique: bool = False
    only: bool = False


class DropIndex(Value):
    index: Relation
    concurrently: bool = False


class CreateTable(Value):
    table: Relation
    if_not_exists: bool = False


class CreateDomain(Value):
    """`constrained` tells whether values of the domain are checked."""

    name: str
    constrained: bool


class Update(Value):
    """`has_where` is true where a condition looks at the row."""

    table: Relation
    has_where: bool


class Delete(Value):
    table: Relation
    has_where: bool


class SetSetting(Value):
    """`value` is None where the setting goes back to what it was; `name` is `all` for RESET ALL."""

    name: str
    value: str | None
    local: bool = False


class Begin(Value):
    pass


class Commit(Value):
    pass


class Rollback(Value):
    pass


class CreateFunction(Value):
    """The function's body is not read; it changes nothing until something calls it."""

    name: str


class CreateTrigger(Value):
    table: Relation
    name: str


class DropTrigger(Value):
    table: Relation
    name: str


class DropFunction(Value):
    name: str


class Harmless(Value):
    """Read, and nothing in it to judge: a query, a comment, a new schema …; `kind` is its SQL name."""

    kind: str


class Opaque(Value):
    """Not understood; `at` counts characters from the statement's start, `broken` says that the server refuses it."""

    reason: str
    at: int = 0
    broken: bool = False


Action = (
    AddColumn
    | DropColumn
    | SetNotNull
    | DropNotNull
    | SetDefault
    | AddConstraint
    | ValidateConstraint
    | DropConstraint
    | CreateIndex
    | DropIndex
    | CreateTable
    | CreateDomain
    | Update
    | Delete
    | SetSetting
    | Begin
    | Commit
    | Rollback
    | CreateFunction
    | CreateTrigger
    | DropTrigger
    | DropFunction
    | Harmless
    | Opaque
)


class Statement(Value):
    """One statement of a file; line and column count from 1, in characters."""

    text: str
    line: int = 1
    column: int = 1
    actions: tuple[Action, ...]

    def position(self, at: int) -> tuple[int, int]:
        """Return line and column, in the file, of the character `at` of the statement."""
        before = self.text[:at]
        newlines = before.count("\n")
        if not newlines:
            return self.line, self.column + len(before)
        return self.line + newlines, len(before) - before.rindex("\n")
