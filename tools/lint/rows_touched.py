"""How many rows a statement may touch, as far as its condition tells."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from tools.lint.actions import Action, Copy, CreateTable, Delete, Insert, Merge, Relation, Select, Update
from tools.lint.context import Context
from tools.lint.grammar import NotRead, columns_of, tree, under, word

BELOW, ABOVE = {"<", "<="}, {">", ">="}


class Condition(NamedTuple):
    """`bounded` says that it holds for a stretch of a key, or for listed values; `equal` are columns set equal."""

    bounded: bool = False
    equal: frozenset[str] = frozenset()


def is_bounded(action: Update | Delete | Select) -> bool:
    """Tell whether the condition keeps the rows few: a range with two ends, listed values, a LIMIT, an equality.

    An equality with what the statement itself changes is none: such a condition says which rows are still to be done.
    """
    if action.where is None:
        return isinstance(action, Select) and action.limited
    told = _condition(action.where)
    assigned = set(action.columns) if isinstance(action, Update) else set()
    return told.bounded or bool(told.equal - assigned) or (isinstance(action, Select) and action.limited)


def read_at_length(action: Action, context: Context) -> Relation | None:
    """Return the table whose rows an action reads or changes in no small number, None where there is none."""
    return next((table for table in _at_length(action) if not context.is_quick(table)), None)


def _at_length(action: Action) -> Iterator[Relation]:
    match action:
        case Update() | Delete() if not is_bounded(action):
            yield action.table
        case Select(tables=tables) if not is_bounded(action):
            yield from tables
        case Insert(rows=0, reads=reads):
            yield from reads
        case Merge(table=table):
            yield table
        case Copy(table=table, reads=reads):
            yield from ([table] if table else reads)
        case CreateTable():
            return  # what CREATE TABLE AS reads stands beside it as a Select


@lru_cache(maxsize=4096)
def _condition(where: str) -> Condition:
    try:
        node = tree(f"SELECT WHERE {where}").select_stmt.where_clause
    except NotRead:
        return Condition()
    parts = list(_conjuncts(node))
    ends = {side for part in parts for side in _ends(part)}
    equal = frozenset(column for part in parts for column in _equal(part))
    return Condition(bounded=ends == {"below", "above"} or any(map(_lists, parts)), equal=equal)


def _conjuncts(node: Any) -> Iterator[Any]:
    if node.WhichOneof("node") == "bool_expr" and word(node.bool_expr, "boolop") == "AND_EXPR":
        for part in node.bool_expr.args:
            yield from _conjuncts(part)
    else:
        yield node


def _ends(part: Any) -> Iterator[str]:
    """The sides on which a part bounds a column, or a row of columns, by something that is no column.

    A parameter bounds both: a statement with one is a step of somebody's walk along a key.
    """
    expression = part.a_expr
    if word(expression, "kind") == "AEXPR_BETWEEN":
        yield from ("below", "above")
    if word(expression, "kind") != "AEXPR_OP" or not expression.name or columns_of(expression.rexpr):
        return
    sign = expression.name[0].string.sval
    if columns_of(expression.lexpr) and sign in BELOW | ABOVE:
        yield "below" if sign in BELOW else "above"
        if next(under(expression.rexpr, "ParamRef"), None) is not None:
            yield from ("below", "above")


def _lists(part: Any) -> bool:
    """Tell whether a part lists its values, or takes them from a query with a LIMIT."""
    match part.WhichOneof("node"):
        case "a_expr" if word(part.a_expr, "kind") in {"AEXPR_IN", "AEXPR_OP_ANY"}:
            return not columns_of(part.a_expr.rexpr)
        case "sub_link":
            return any(query.HasField("limit_count") for query in under(part.sub_link.subselect, "SelectStmt"))
        case "current_of_expr":
            return True
        case _:
            return False


def _equal(part: Any) -> Iterator[str]:
    expression = part.a_expr
    if part.WhichOneof("node") != "a_expr" or word(expression, "kind") != "AEXPR_OP":
        return
    if expression.name[0].string.sval == "=" and not columns_of(expression.rexpr):
        yield from columns_of(expression.lexpr)
