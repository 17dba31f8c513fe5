"""Read PostgreSQL's own tree of a statement: every shape that rules know, and an Opaque for each other one."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tools.lint import session, volatility
from tools.lint.actions import (
    Action,
    CreateDomain,
    CreateFunction,
    CreateIndex,
    CreateTable,
    CreateTrigger,
    Delete,
    DropFunction,
    DropIndex,
    DropTrigger,
    Harmless,
    Opaque,
    Relation,
    Update,
)
from tools.lint.alter_table import commands
from tools.lint.grammar import called, name_of, relation, tree, under, word

Reader = Callable[[Any], Iterable[Action]]


def read(text: str) -> tuple[Action, ...]:
    """Return what the one statement of `text` does; raise NotRead where the grammar has no tree for it."""
    statement = tree(text)
    kind = statement.WhichOneof("node")
    reader = READERS.get(kind)
    if reader is None:
        return (Opaque(reason=f"no rule judges {_spoken(kind)} yet"),)
    return tuple(reader(getattr(statement, kind)))


def _spoken(kind: str) -> str:
    return kind.removesuffix("_stmt").replace("_", " ").upper()


def _harmless(kind: str) -> Reader:
    action = Harmless(kind=kind)
    return lambda _: (action,)


# --- rows ----------------------------------------------------------------------------------------------------------


def _update(node: Any) -> Iterator[Action]:
    yield from _in_with(node)
    yield Update(table=relation(node.relation), has_where=_looks_at_rows(node))


def _delete(node: Any) -> Iterator[Action]:
    yield from _in_with(node)
    yield Delete(table=relation(node.relation), has_where=_looks_at_rows(node))


def _insert(node: Any) -> Iterator[Action]:
    yield from _in_with(node)
    yield Harmless(kind="INSERT")


def _select(node: Any) -> Iterator[Action]:
    yield from _in_with(node)
    if node.HasField("into_clause"):
        yield CreateTable(table=relation(node.into_clause.rel))
        return
    unread = () if node.from_clause else [name for name in called(node) if volatility.of_function(name) is None]
    if unread:
        yield Opaque(reason=f"it calls `{unread[0]}`, and what that does is not read")
    else:
        yield Harmless(kind="SELECT")


def _in_with(node: Any) -> Iterator[Action]:
    """What the WITH queries of a statement do; only there can a query change rows."""
    for query in node.with_clause.ctes:
        inner = query.common_table_expr.ctequery
        kind = inner.WhichOneof("node")
        if kind != "select_stmt":
            yield from READERS.get(kind, _no_rule)(getattr(inner, kind))


def _no_rule(node: Any) -> Iterable[Action]:
    return (Opaque(reason=f"no rule judges {node.DESCRIPTOR.name} yet"),)


def _looks_at_rows(node: Any) -> bool:
    where = node.where_clause
    return any(next(under(where, kind), None) is not None for kind in ("ColumnRef", "CurrentOfExpr"))


# --- tables, indexes, domains --------------------------------------------------------------------------------------


def _alter_table(node: Any) -> Iterable[Action]:
    if word(node, "objtype") != "OBJECT_TABLE":
        return (Opaque(reason=f"no rule judges ALTER {word(node, 'objtype').removeprefix('OBJECT_')} yet"),)
    return commands(relation(node.relation), node.cmds)


def _create_table(node: Any) -> Iterable[Action]:
    if node.HasField("partbound"):
        return (Opaque(reason="CREATE TABLE … PARTITION OF locks the parent, and no rule judges it yet"),)
    return (CreateTable(table=relation(node.relation), if_not_exists=node.if_not_exists),)


def _create_table_as(node: Any) -> Iterable[Action]:
    if word(node, "objtype") != "OBJECT_TABLE":
        return (Harmless(kind="CREATE MATERIALIZED VIEW"),)
    return (CreateTable(table=relation(node.into.rel), if_not_exists=node.if_not_exists),)


def _index(node: Any) -> Iterable[Action]:
    action = CreateIndex(
        table=relation(node.relation),
        name=node.idxname,
        concurrently=node.concurrent,
        if_not_exists=node.if_not_exists,
        unique=node.unique,
        only=not node.relation.inh,
    )
    return (action,)


def _domain(node: Any) -> Iterable[Action]:
    checks = any(word(part.constraint, "contype") in {"CONSTR_CHECK", "CONSTR_NOTNULL"} for part in node.constraints)
    return (CreateDomain(name=name_of(node.domainname), constrained=checks),)


# --- functions, triggers, what is dropped --------------------------------------------------------------------------


def _function(node: Any) -> Iterable[Action]:
    return (CreateFunction(name=name_of(node.funcname)),)


def _trigger(node: Any) -> Iterable[Action]:
    return (CreateTrigger(table=relation(node.relation), name=node.trigname),)


def _drop(node: Any) -> Iterator[Action]:
    kind = word(node, "remove_type").removeprefix("OBJECT_")
    for dropped in node.objects:
        match kind:
            case "INDEX":
                yield DropIndex(index=_named(_parts(dropped)), concurrently=node.concurrent)
            case "TRIGGER":
                *table, name = _parts(dropped)
                yield DropTrigger(table=_named(table), name=name)
            case "FUNCTION" | "PROCEDURE" | "ROUTINE":
                yield DropFunction(name=name_of(dropped.object_with_args.objname))
            case _:
                yield Opaque(reason=f"no rule judges DROP {kind} yet")


def _parts(dropped: Any) -> list[str]:
    return [part.string.sval for part in dropped.list.items]


def _named(parts: list[str]) -> Relation:
    return Relation(schema_name=".".join(parts[:-1]), name=parts[-1])


READERS: dict[str, Reader] = {
    "alter_table_stmt": _alter_table,
    "comment_stmt": _harmless("COMMENT"),
    "composite_type_stmt": _harmless("CREATE TYPE"),
    "constraints_set_stmt": _harmless("SET CONSTRAINTS"),
    "create_domain_stmt": _domain,
    "create_enum_stmt": _harmless("CREATE TYPE"),
    "create_function_stmt": _function,
    "create_schema_stmt": _harmless("CREATE SCHEMA"),
    "create_seq_stmt": _harmless("CREATE SEQUENCE"),
    "create_stmt": _create_table,
    "create_table_as_stmt": _create_table_as,
    "create_trig_stmt": _trigger,
    "delete_stmt": _delete,
    "do_stmt": session.do_block,
    "drop_stmt": _drop,
    "explain_stmt": session.explain,
    "grant_stmt": _harmless("GRANT"),
    "index_stmt": _index,
    "insert_stmt": _insert,
    "select_stmt": _select,
    "transaction_stmt": session.transaction,
    "update_stmt": _update,
    "vacuum_stmt": session.vacuum,
    "variable_set_stmt": session.setting,
    "variable_show_stmt": _harmless("SHOW"),
    "view_stmt": _harmless("CREATE VIEW"),
}
