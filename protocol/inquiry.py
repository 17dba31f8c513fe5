"""What the server is asked about a type or an expression before a plan is made; nothing of it is run for a row."""

from typing import Literal

from protocol.names import Expression, SqlType, TableName
from protocol.value import Value


class Inquiry(Value):
    """`type` is the type that the value must have; without it the expression's own is told.

    `table` is the table whose columns the expression may use; None for one that stands alone.
    `use` says where it goes: into a DEFAULT, into a row as its value, into a USING that converts it by
    a cast if need be, or into a condition. Two uses ask of a name, `table`: that it is free, or that a table goes by it.
    `type_question` names the question to blame when the type is not known.
    """

    question: str
    type: SqlType | None = None
    expression: Expression | None = None
    table: TableName | None = None
    use: Literal["default", "value", "using", "condition", "free name", "table there"] = "value"
    type_question: str = "type"
