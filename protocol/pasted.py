"""SQL as a person pasted it, statement by statement, with what the reader could and could not make of it."""

from protocol.value import Value


class Pasted(Value):
    """`reason` says why no kind of change fits the statement; `refused` why it is not run at all, empty when it is."""

    sql: str
    reason: str = ""
    refused: str = ""
