"""What the server is asked about a type or an expression before a plan is made; nothing of it is run for a row."""

from typing import Literal

from protocol.names import Expression, SqlType, TableName
from protocol.value import Value


class Inquiry(Value):
    """`type` is the type that the value must have; without it the expression's own is told.

    `table` is the table whose columns the expression may use; None for one that stands alone.
    `use` says where it goes: into a DEFAULT, into a row as its value, into a USING that converts it by
    a cast if need be, or into a condition. Two uses ask of a name, `table`: that it is free, or taken.
    `type_question` names the question to blame when the type is not known.
    """

    question: str
    type: SqlType | None = None
    expression: Expression | None = None
    table: TableName | None = None
    use: Literal["default", "value", "using", "condition", "free name", "table there"] = "value"
    type_question: str = "type"


class Trial(Value):
    """Statements tried on empty temporary copies of tables and rolled back: only the server knows whether they fit.

    `copies` give each copy's name, in schema pg_temp, and the table it is made like.
    `tries` and `free` blame a question: for a statement that the server refuses, for a name that is taken.
    `method` is the index method of whose operator classes a refusal may be about.
    """

    copies: tuple[tuple[str, TableName], ...] = ()
    tries: tuple[tuple[str, str], ...] = ()
    free: tuple[tuple[str, TableName], ...] = ()
    method: str = ""
