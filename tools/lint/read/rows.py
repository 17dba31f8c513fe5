"""Read queries, and statements that change rows."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

from tools.lint import volatility
from tools.lint.actions import (
    Action,
    Copy,
    Delete,
    Insert,
    LockTable,
    Merge,
    Opaque,
    Relation,
    RowLock,
    Select,
    SetSetting,
    Update,
)
from tools.lint.grammar import function_name, relation, relations, strings, text_or_none, under, word

LOCKS: dict[str, RowLock] = {
    "LCS_FORKEYSHARE": "key share",
    "LCS_FORSHARE": "share",
    "LCS_FORNOKEYUPDATE": "no key update",
    "LCS_FORUPDATE": "update",
}

MODES = (
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)
"""Table locks in the order in which the server numbers them from 1."""


def query(node: Any) -> Iterator[Action]:
    """A SELECT, VALUES or TABLE, without its INTO."""
    yield from in_with(node)
    parts = list(under(node, "RangeVar", "CommonTableExpr", "FuncCall", "RangeFunction", "LockingClause"))
    calls = [part for part in parts if part.DESCRIPTOR.name == "FuncCall"]
    unread = _unread(node, parts, calls)
    if unread:
        yield Opaque(reason=f"it calls `{unread}`, and what that does is not read")
        return
    yield from _settings(calls)
    locking = [part for part in parts if part.DESCRIPTOR.name == "LockingClause"]
    tables = _tables(parts, but=node.into_clause.rel.location if node.HasField("into_clause") else None)
    strongest = max((each.strength for each in locking), default=0)
    yield Select(
        tables=tables,
        functions=tuple(dict.fromkeys(function_name(call) for call in calls)),
        star=_is_star(node.target_list),
        locking=LOCKS[word(next(each for each in locking if each.strength == strongest), "strength")]
        if locking
        else "",
        locked=_locked(locking, tables),
        where=text_or_none(node.where_clause),
        limited=not tables or node.HasField("limit_count"),
    )


def _is_star(targets: Any) -> bool:
    if len(targets) != 1:
        return False
    fields = targets[0].res_target.val.column_ref.fields
    return len(fields) == 1 and fields[0].WhichOneof("node") == "a_star"


def _unread(node: Any, parts: list[Any], calls: list[Any]) -> str:
    """Name a function whose doings matter and are not known: one that is called by itself, or stands for a table."""
    if node.from_clause:
        calls = [call for part in parts if part.DESCRIPTOR.name == "RangeFunction" for call in under(part, "FuncCall")]
    return next((name for name in map(function_name, calls) if volatility.of_function(name) is None), "")


def _settings(calls: list[Any]) -> Iterator[Action]:
    """What `set_config` sets, where it is called with constants; pg_dump writes it so."""
    for call in calls:
        if function_name(call) != "set_config" or len(call.args) != 3:
            continue
        name, value, local = (arg.a_const for arg in call.args)
        if name.WhichOneof("val") == "sval" and value.WhichOneof("val") == "sval":
            yield SetSetting(name=name.sval.sval, value=value.sval.sval, local=local.boolval.boolval)


def _locked(locking: list[Any], tables: tuple[Relation, ...]) -> tuple[Relation, ...]:
    """The tables whose rows FOR … locks: those it names (their aliases are not resolved), or all."""
    named = tuple(relation(each.range_var) for clause in locking for each in clause.locked_rels)
    found = tuple(table for table in tables if table in named)
    return (found or tables) if locking else ()


def tables_read(node: Any, but: int | None = None) -> tuple[Relation, ...]:
    """Return every table under a node, WITH queries left out; `but` is the position of one that is not read."""
    return _tables(under(node, "RangeVar", "CommonTableExpr"), but)


def _tables(parts: Iterable[Any], but: int | None = None) -> tuple[Relation, ...]:
    parts = list(parts)
    with_queries = {part.ctename for part in parts if part.DESCRIPTOR.name == "CommonTableExpr"}
    named = (part for part in parts if part.DESCRIPTOR.name == "RangeVar" and part.location != but)
    found = (relation(part) for part in named if part.schemaname or part.relname not in with_queries)
    return tuple(dict.fromkeys(found))


# --- rows that change ----------------------------------------------------------------------------------------------


def insert(node: Any) -> Iterator[Action]:
    yield from in_with(node)
    source = node.select_stmt.select_stmt
    conflict = word(node.on_conflict_clause, "action") if node.HasField("on_conflict_clause") else ""
    on_conflict: Literal["", "nothing", "update"] = ""
    if conflict:
        on_conflict = "update" if conflict == "ONCONFLICT_UPDATE" else "nothing"
    yield Insert(
        table=relation(node.relation),
        columns=tuple(column.res_target.name for column in node.cols),
        rows=len(source.values_lists) if node.HasField("select_stmt") else 1,
        on_conflict=on_conflict,
        reads=tables_read(node, but=node.relation.location),
        returning=_returns(node),
    )


def update(node: Any) -> Iterator[Action]:
    yield from in_with(node)
    yield Update(
        table=relation(node.relation),
        has_where=_looks_at_rows(node),
        columns=tuple(column.res_target.name for column in node.target_list),
        where=_where(node.where_clause),
        reads=tables_read(node, but=node.relation.location),
        returning=_returns(node),
    )


def delete(node: Any) -> Iterator[Action]:
    yield from in_with(node)
    yield Delete(
        table=relation(node.relation),
        has_where=_looks_at_rows(node),
        where=_where(node.where_clause),
        reads=tables_read(node, but=node.relation.location),
        returning=_returns(node),
    )


def merge(node: Any) -> Iterator[Action]:
    yield from in_with(node)
    clauses = (word(clause.merge_when_clause, "command_type") for clause in node.merge_when_clauses)
    yield Merge(
        table=relation(node.relation),
        actions=tuple(dict.fromkeys(each.removeprefix("CMD_").lower() for each in clauses)),
        reads=tables_read(node, but=node.relation.location),
        returning=_returns(node),
    )


def _where(condition: Any) -> str | None:
    """Return the text of a condition; the grammar's own writer does not know CURRENT OF."""
    if condition.WhichOneof("node") == "current_of_expr":
        return f"CURRENT OF {condition.current_of_expr.cursor_name}"
    return text_or_none(condition)


def _returns(node: Any) -> bool:
    return bool(node.HasField("returning_clause"))


def _looks_at_rows(node: Any) -> bool:
    return next(under(node.where_clause, "ColumnRef", "CurrentOfExpr"), None) is not None


CHANGES: dict[str, Callable[[Any], Iterable[Action]]] = {
    "delete_stmt": delete,
    "insert_stmt": insert,
    "merge_stmt": merge,
    "update_stmt": update,
}


def in_with(node: Any) -> Iterator[Action]:
    """What the WITH queries of a statement do; only there can a query change rows."""
    for each in node.with_clause.ctes:
        inner = each.common_table_expr.ctequery
        kind = inner.WhichOneof("node")
        if kind in CHANGES:
            yield from CHANGES[kind](getattr(inner, kind))
        elif kind == "select_stmt":
            yield from in_with(inner.select_stmt)


def copy(node: Any) -> Iterator[Action]:
    inner = node.query.WhichOneof("node")
    if inner in CHANGES:
        yield from CHANGES[inner](getattr(node.query, inner))
    elif inner == "select_stmt":
        yield from in_with(node.query.select_stmt)
    yield Copy(
        table=relation(node.relation) if node.HasField("relation") else None,
        direction="from" if node.is_from else "to",
        columns=strings(node.attlist),
        program=node.is_program,
        endpoint=node.filename,
        reads=tables_read(node.query),
    )


def lock(node: Any) -> Iterable[Action]:
    return (LockTable(tables=relations(node.relations), mode=MODES[node.mode - 1], nowait=node.nowait),)
