"""What happens to rows."""

from typing import Literal

from tools.lint.actions.base import Action, Relation

RowLock = Literal["", "key share", "share", "no key update", "update"]


class Select(Action):
    """A query; `tables` are all it names, `functions` what it calls, `locking` its strongest FOR ….

    `star` says that its list is `*` and nothing else. `where` is the text of its condition, `limited` says that a LIMIT
    or the lack of any table keeps it short.
    """

    tables: tuple[Relation, ...] = ()
    functions: tuple[str, ...] = ()
    star: bool = False
    locking: RowLock = ""
    locked: tuple[Relation, ...] = ()
    where: str | None = None
    limited: bool = False


class RowAction(Action):
    """Rows of `table` change; `reads` are the other tables that the statement looks at."""

    table: Relation
    reads: tuple[Relation, ...] = ()
    returning: bool = False


class Insert(RowAction):
    """`columns` as listed, empty where none are; `rows` counts those of VALUES, 0 where a query gives them."""

    columns: tuple[str, ...] = ()
    rows: int = 0
    on_conflict: Literal["", "nothing", "update"] = ""


class Update(RowAction):
    """`has_where` is true where a condition looks at the row; `where` is its text."""

    has_where: bool
    columns: tuple[str, ...] = ()
    where: str | None = None


class Delete(RowAction):
    has_where: bool
    where: str | None = None


class Merge(RowAction):
    """`actions` are what it may do to a row, of insert, update and delete."""

    actions: tuple[str, ...] = ()


class Copy(Action):
    """`table` is None where a query is copied out; `endpoint` is a file, a program, or empty for the client."""

    table: Relation | None = None
    direction: Literal["from", "to"]
    columns: tuple[str, ...] = ()
    program: bool = False
    endpoint: str = ""
    reads: tuple[Relation, ...] = ()
