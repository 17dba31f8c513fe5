"""Read what looks after tables: VACUUM, ANALYZE, CLUSTER, REINDEX, REFRESH, TRUNCATE; and indexes."""

from collections.abc import Iterable
from typing import Any, Literal, cast

from tools.lint.actions import (
    Action,
    Analyze,
    Cluster,
    CreateIndex,
    CreateStatistics,
    IndexKey,
    RefreshView,
    Reindex,
    Relation,
    Truncate,
    Vacuum,
)
from tools.lint.grammar import name_of, relation, relations, text_of, text_or_none, word
from tools.lint.read.session import is_on

Kind = Literal["index", "table", "schema", "database", "system"]


def index(node: Any) -> Iterable[Action]:
    action = CreateIndex(
        table=relation(node.relation),
        name=node.idxname,
        concurrently=node.concurrent,
        if_not_exists=node.if_not_exists,
        unique=node.unique,
        only=not node.relation.inh,
        method=node.access_method,
        keys=tuple(_key(part.index_elem) for part in node.index_params),
        include=tuple(part.index_elem.name for part in node.index_including_params),
        where=text_or_none(node.where_clause),
        nulls_not_distinct=node.nulls_not_distinct,
    )
    return (action,)


def _key(element: Any) -> IndexKey:
    return IndexKey(
        column=element.name,
        expression="" if element.name else text_of(element.expr),
        descending=word(element, "ordering") == "SORTBY_DESC",
        collation=name_of(element.collation),
        operator_class=name_of(element.opclass),
    )


def reindex(node: Any) -> Iterable[Action]:
    kind = cast(Kind, word(node, "kind").removeprefix("REINDEX_OBJECT_").lower())
    action = Reindex(
        kind=kind,
        relation=relation(node.relation) if node.HasField("relation") else None,
        name=node.name,
        concurrently=is_on(node.params, "concurrently"),
    )
    return (action,)


def vacuum(node: Any) -> Iterable[Action]:
    tables = tuple(relation(part.vacuum_relation.relation) for part in node.rels)
    if not node.is_vacuumcmd:
        return (Analyze(tables=tables),)
    return (Vacuum(tables=tables, full=is_on(node.options, "full"), analyze=is_on(node.options, "analyze")),)


def cluster(node: Any) -> Iterable[Action]:
    table = relation(node.relation) if node.HasField("relation") else None
    return (Cluster(table=table, index=node.indexname),)


def refresh(node: Any) -> Iterable[Action]:
    view = relation(node.relation)
    return (RefreshView(view=view, materialized=True, concurrently=node.concurrent, with_data=not node.skip_data),)


def truncate(node: Any) -> Iterable[Action]:
    cascade = word(node, "behavior") == "DROP_CASCADE"
    return (Truncate(tables=relations(node.relations), cascade=cascade, restart_identity=node.restart_seqs),)


def statistics(node: Any) -> Iterable[Action]:
    name = name_of(node.defnames)
    tables: tuple[Relation, ...] = relations(node.relations)
    return tuple(CreateStatistics(table=table, name=name) for table in tables)
