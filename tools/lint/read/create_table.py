"""Read how tables come to be."""

from collections.abc import Iterable, Iterator
from typing import Any

from tools.lint.actions import Action, AddConstraint, CreateTable, CreateView, Persistence, Relation
from tools.lint.grammar import columns_of, relation, relations
from tools.lint.read import columns, partitions
from tools.lint.read.rows import query, tables_read

PERSISTENCE: dict[str, Persistence] = {"p": "permanent", "t": "temporary", "u": "unlogged"}


def create_table(node: Any) -> Iterable[Action]:
    return (_table(node, foreign=False),)


def create_foreign_table(node: Any) -> Iterable[Action]:
    return (_table(node.base_stmt, foreign=True),)


def _table(node: Any, *, foreign: bool) -> CreateTable:
    table = relation(node.relation)
    parents = relations(node.inh_relations)
    is_partition = node.HasField("partbound")
    return CreateTable(
        table=table,
        if_not_exists=node.if_not_exists,
        columns=tuple(columns.column(part.column_def) for part in _elements(node, "column_def")),
        constraints=tuple(_constraints(table, node)),
        persistence=PERSISTENCE[node.relation.relpersistence],
        partition_by=partitions.key(node.partspec) if node.HasField("partspec") else "",
        partition_of=parents[0] if is_partition else None,
        bound=partitions.bound(node.partbound) if is_partition else "",
        inherits=() if is_partition else parents,
        like=tuple(relation(part.table_like_clause.relation) for part in _elements(node, "table_like_clause")),
        foreign=foreign,
    )


def _elements(node: Any, kind: str) -> Iterator[Any]:
    return (part for part in node.table_elts if part.WhichOneof("node") == kind)


def _constraints(table: Relation, node: Any) -> Iterator[AddConstraint]:
    for part in node.table_elts:
        match part.WhichOneof("node"):
            case "column_def":
                yield from columns.foreign_keys(table, part.column_def)
            case "constraint":
                found = columns.constraint(table, part.constraint)
                if found:
                    yield found


def create_table_as(node: Any) -> Iterator[Action]:
    """A table, or a materialized view, with the rows of a query."""
    target = relation(node.into.rel)
    yield from _of_query(node.query)
    if node.DESCRIPTOR.fields_by_name["objtype"].enum_type.values_by_name["OBJECT_MATVIEW"].number == node.objtype:
        yield CreateView(
            view=target,
            materialized=True,
            with_data=not node.into.skip_data,
            reads=tables_read(node.query),
            columns=columns_of(node.query),
        )
    else:
        yield _from_query(node.into, if_not_exists=node.if_not_exists)


def select_into(into: Any) -> CreateTable:
    return _from_query(into, if_not_exists=False)


def _from_query(into: Any, *, if_not_exists: bool) -> CreateTable:
    persistence = PERSISTENCE[into.rel.relpersistence]
    return CreateTable(table=relation(into.rel), if_not_exists=if_not_exists, persistence=persistence, as_query=True)


def _of_query(node: Any) -> Iterator[Action]:
    """What the query does besides; EXECUTE of a prepared statement is read where it was prepared."""
    if node.WhichOneof("node") == "select_stmt":
        yield from query(node.select_stmt)
