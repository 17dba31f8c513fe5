"""Read how a column and a constraint are declared."""

from collections.abc import Iterable, Iterator
from typing import Any

from tools.lint.actions import AddConstraint, Column, ConstraintKind, Relation
from tools.lint.grammar import name_of, relation, strings, text_of, text_or_none, type_text, word

KINDS: dict[str, ConstraintKind] = {
    "CONSTR_CHECK": "check",
    "CONSTR_EXCLUSION": "exclude",
    "CONSTR_FOREIGN": "foreign key",
    "CONSTR_NOTNULL": "not null",
    "CONSTR_PRIMARY": "primary key",
    "CONSTR_UNIQUE": "unique",
}


def declared(node: Any) -> dict[str, Any]:
    """Return the fields of a Column, by name, of a ColumnDef."""
    parts = {word(part.constraint, "contype"): part.constraint for part in node.constraints}
    default, generated = parts.get("CONSTR_DEFAULT"), parts.get("CONSTR_GENERATED")
    foreign = parts.get("CONSTR_FOREIGN")
    return {
        "column": node.colname,
        "type": type_text(node.type_name),
        "collation": name_of(node.coll_clause.collname),
        "default": text_of(default.raw_expr) if default else None,
        "not_null": "CONSTR_NOTNULL" in parts,
        "unique": "CONSTR_UNIQUE" in parts,
        "primary": "CONSTR_PRIMARY" in parts,
        "identity": "CONSTR_IDENTITY" in parts,
        "generated": ("virtual" if generated.generated_kind == "v" else "stored") if generated else "",
        "expression": text_of(generated.raw_expr) if generated else None,
        "check": any(_enforced(part.constraint, "CONSTR_CHECK") for part in node.constraints),
        "references": relation(foreign.pktable) if foreign and not foreign.skip_validation else None,
    }


def column(node: Any) -> Column:
    return Column(**declared(node))


def foreign_keys(table: Relation, node: Any) -> Iterator[AddConstraint]:
    """Yield the foreign keys written at a column."""
    for part in node.constraints:
        if word(part.constraint, "contype") == "CONSTR_FOREIGN":
            found = constraint(table, part.constraint, (node.colname,))
            if found:
                yield found


def _enforced(node: Any, contype: str) -> bool:
    return word(node, "contype") == contype and not node.skip_validation


def constraint(table: Relation, node: Any, columns: tuple[str, ...] = ()) -> AddConstraint | None:
    """Return the constraint of a table, None where the node is none; `columns` is where it was written, if anywhere."""
    kind = KINDS.get(word(node, "contype"))
    if kind is None:
        return None
    return AddConstraint(
        table=table,
        name=node.conname,
        kind=kind,
        not_valid=node.skip_validation,
        enforced=node.is_enforced or kind not in {"check", "foreign key"},
        using_index=node.indexname,
        proves=tuple(_proved(kind, node)),
        columns=columns or tuple(_columns(kind, node)),
        references=relation(node.pktable) if kind == "foreign key" else None,
        referenced_columns=strings(node.pk_attrs),
        expression=text_or_none(node.raw_expr),
        deferrable=node.deferrable,
        initially_deferred=node.initdeferred,
        nulls_not_distinct=node.nulls_not_distinct,
        no_inherit=node.is_no_inherit,
    )


def _columns(kind: ConstraintKind, node: Any) -> Iterable[str]:
    if kind == "foreign key":
        return strings(node.fk_attrs)
    if kind == "exclude":
        elements = [pair.list.items[0].index_elem for pair in node.exclusions]
        return (element.name for element in elements if element.name)
    return strings(node.keys)


def _proved(kind: ConstraintKind, node: Any) -> Iterator[str]:
    """The columns that cannot be NULL where the constraint holds for every row."""
    if kind in {"not null", "primary key"}:
        yield from strings(node.keys)
    if kind == "check" and not (node.is_no_inherit or (node.skip_validation and not node.is_enforced)):
        yield from _not_null_in(node.raw_expr)


def _not_null_in(condition: Any) -> Iterator[str]:
    """Find `a IS NOT NULL` in a condition or in its AND; a CHECK so composed proves it too (measured, R8)."""
    match condition.WhichOneof("node"):
        case "null_test" if word(condition.null_test, "nulltesttype") == "IS_NOT_NULL":
            fields = condition.null_test.arg.column_ref.fields
            if len(fields) == 1:
                yield name_of(fields)
        case "bool_expr" if word(condition.bool_expr, "boolop") == "AND_EXPR":
            for part in condition.bool_expr.args:
                yield from _not_null_in(part)
