"""A foreign key, as both of its tables see it."""

from protocol.key import KeyColumn
from protocol.names import TableName
from protocol.schema import Constraint
from protocol.value import Value


class ForeignKey(Value):
    """`columns` are the child's, `referenced` the parent's; `index` is the parent's unique index that it rests on."""

    name: str
    child: TableName
    parent: TableName
    columns: tuple[KeyColumn, ...] = ()
    referenced: tuple[str, ...] = ()
    definition: str = ""
    validated: bool = True
    index: str = ""

    @property
    def constraint(self) -> Constraint:
        """What it is among the constraints of the child."""
        return Constraint(
            name=self.name,
            kind="f",
            definition=self.definition,
            columns=tuple(column.name for column in self.columns),
            validated=self.validated,
        )

    def with_table(self, old: TableName, new: TableName) -> "ForeignKey":
        """The same where a table has another name."""
        ends = {"child": new if self.child == old else self.child, "parent": new if self.parent == old else self.parent}
        return self.model_copy(update=ends)
