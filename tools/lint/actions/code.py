"""Code kept in the database, code run in passing; and the statement as a whole."""

from protocol.value import Value
from tools.lint.actions.base import Action


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


class CreateFunction(Action):
    """`arguments` are their types; `body` its text. `statements` are read from the body and run by nobody yet.

    Their lines and columns count within the body. A body in another language than SQL and PL/pgSQL is not read.
    `volatility` is what it declares, `volatile` where it says nothing.
    """

    name: str
    procedure: bool = False
    replace: bool = False
    language: str = ""
    arguments: tuple[str, ...] = ()
    returns: str = ""
    volatility: str = "volatile"
    body: str = ""
    statements: tuple[Statement, ...] = ()


class DropFunction(Action):
    name: str
    if_exists: bool = False
    cascade: bool = False


class Do(Action):
    """A block of code run at once. What its statements do stands as well, in order, after it among its statement's
    actions; they may run never, once or often.
    """

    language: str = "plpgsql"
    body: str = ""
    statements: tuple[Statement, ...] = ()
