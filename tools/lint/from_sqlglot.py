"""Read with sqlglot what is too deep for the grammar's tree, which ends at about fifty operators in a row.

A closed world: a statement with one part that is not named here is not read. Left out on purpose, because sqlglot 30.30
drops what rules need: ADD COLUMN (STORED and VIRTUAL look alike, functions are given other names) and ADD CONSTRAINT
(NOT VALID hangs on the statement, NOT ENFORCED on nothing). An action holds only what this reader vouches for: what it
leaves unset, such as the text of a condition, is unknown.
"""

import logging
import re

from sqlglot import Dialect, exp
from sqlglot.errors import SqlglotError

from protocol.names import MAX_NAME_BYTES, RESERVED
from tools.lint.actions import (
    Action,
    CreateIndex,
    Delete,
    DropColumn,
    DropConstraint,
    DropNotNull,
    Insert,
    Relation,
    Select,
    SetNotNull,
    Update,
)

POSTGRES = Dialect.get_or_raise("postgres")

NOT_FOR_US = re.compile(
    r"\A(?!ALTER|CREATE|UPDATE|DELETE|INSERT|SELECT|WITH)|\AALTER.*\b(ADD|VALIDATE)\b|U&", re.I | re.S
)
"""Spares the time of reading what would be refused below; and names written `U&"…"`, which sqlglot splits in two."""

MAX_SUBSCRIPTS = 100
"""sqlglot's time grows with the square of subscripts in a row: 1,500 took 5.6 s (measured)."""


class Unknown(Exception):
    """A part that this reader does not vouch for."""


def _says_something(record: logging.LogRecord) -> bool:
    return "Falling back to parsing as a 'Command'" not in str(record.msg)


logging.getLogger("sqlglot").addFilter(_says_something)  # what it cannot read, the grammar reads: no news for stderr


def read(text: str) -> tuple[Action, ...] | None:
    """Return what the statement does, or None where that is not certain."""
    if NOT_FOR_US.search(text) or text.count("[") > MAX_SUBSCRIPTS:
        return None
    try:
        [parsed] = POSTGRES.parse(text)
        return _actions(parsed)
    except (SqlglotError, RecursionError, ValueError, Unknown):
        return None


def _actions(node: exp.Expr | None) -> tuple[Action, ...]:
    match node:
        case exp.Alter(kind="TABLE"):
            return _alter(node)
        case exp.Create(kind="INDEX"):
            return (_index(node),)
        case exp.Update() | exp.Delete() | exp.Insert() | exp.Select():
            return (*_in_with(node), _rows(node))
        case _:
            raise Unknown


# --- rows ----------------------------------------------------------------------------------------------------------


def _rows(node: exp.Expr) -> Action:
    match node:
        case exp.Update():
            return Update(table=_relation(node.this), has_where=_looks_at_rows(node))
        case exp.Delete() if not node.args.get("tables"):
            return Delete(table=_relation(node.this), has_where=_looks_at_rows(node))
        case exp.Insert():
            return Insert(table=_inserted(node.this))
        case exp.Select() if node.args.get("from_") and not node.args.get("into"):
            return _query(node)
        case _:
            raise Unknown


def _query(node: exp.Select) -> Action:
    if node.find(exp.Anonymous):
        raise Unknown  # a function that sqlglot does not know by name, which may do anything
    return Select()


def _inserted(target: object) -> Relation:
    return _relation(target.this if isinstance(target, exp.Schema) else target)


def _in_with(node: exp.Expr) -> tuple[Action, ...]:
    """What the WITH queries of a statement do; only there can a query change rows."""
    with_ = node.args.get("with_")
    if with_ is None:
        return ()
    parts = [cte.this for cte in with_.expressions]
    return tuple(_rows(part) for part in parts if not isinstance(part, exp.Select | exp.SetOperation | exp.Values))


def _looks_at_rows(node: exp.Expr) -> bool:
    where = node.args.get("where")
    columns = list(where.find_all(exp.Column)) if where else []
    if any(column.name.lower() in RESERVED for column in columns):
        raise Unknown  # USER is a function of the session, not a column of the row
    return bool(columns)


# --- tables and indexes --------------------------------------------------------------------------------------------


def _alter(node: exp.Alter) -> tuple[Action, ...]:
    _only_known(node, {"this", "kind", "exists", "only", "actions"})
    table = _relation(node.this)
    return tuple(_subcommand(table, action) for action in node.args["actions"])


def _subcommand(table: Relation, action: exp.Expr) -> Action:
    match action:
        case exp.AlterColumn():
            return _null(table, action)
        case exp.Drop(kind="COLUMN"):
            return DropColumn(table=table, column=_dropped(action))
        case exp.Drop(kind="CONSTRAINT"):
            return DropConstraint(table=table, name=_dropped(action))
        case _:
            raise Unknown


def _null(table: Relation, action: exp.AlterColumn) -> Action:
    _only_known(action, {"this", "drop", "allow_null"})
    match action.args.get("drop"), action.args.get("allow_null"):
        case True, True:
            return DropNotNull(table=table, column=_name(action.this))
        case None, False:
            return SetNotNull(table=table, column=_name(action.this))
        case _:
            raise Unknown


def _dropped(action: exp.Drop) -> str:
    _only_known(action, {"exists", "tables", "kind", "cascade", "restrict"})
    [of] = action.args["tables"]
    if any(of.args.get(part) for part in of.args if part != "this"):
        raise Unknown
    return _name(of.this)


def _index(node: exp.Create) -> CreateIndex:
    _only_known(node, {"this", "kind", "unique", "exists", "concurrently"})
    index = node.this
    _only_known(index, {"this", "table", "params"})
    return CreateIndex(
        table=_relation(index.args["table"]),
        name=_name(index.this) if index.this else "",
        concurrently=bool(node.args.get("concurrently")),
        if_not_exists=bool(node.args.get("exists")),
        unique=bool(node.args.get("unique")),
    )


# --- names ---------------------------------------------------------------------------------------------------------


def _relation(table: object) -> Relation:
    if not isinstance(table, exp.Table):
        raise Unknown
    _only_known(table, {"this", "db", "only", "alias"})
    db = table.args.get("db")
    return Relation(schema_name=_name(db) if db else "", name=_name(table.this))


def _name(identifier: object) -> str:
    """Return a name as the server sees it: in lower case unless quoted; what it would cut is left to the grammar."""
    if not isinstance(identifier, exp.Identifier):
        raise Unknown
    name: str = identifier.this
    if len(name.encode()) > MAX_NAME_BYTES or not (identifier.quoted or name.isascii()):
        raise Unknown
    return name if identifier.quoted else name.lower()


def _only_known(node: exp.Expr, known: set[str]) -> None:
    if any(value and part not in known for part, value in node.args.items()):
        raise Unknown
