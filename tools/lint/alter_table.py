"""Read the commands of one ALTER TABLE from PostgreSQL's own tree."""

from collections.abc import Iterable, Iterator
from typing import Any

from tools.lint.actions import (
    Action,
    AddColumn,
    AddConstraint,
    ConstraintKind,
    DropColumn,
    DropConstraint,
    DropNotNull,
    Opaque,
    Relation,
    SetDefault,
    SetNotNull,
    ValidateConstraint,
)
from tools.lint.grammar import name_of, relation, text_of, type_text, word

KINDS: dict[str, ConstraintKind] = {
    "CONSTR_CHECK": "check",
    "CONSTR_EXCLUSION": "exclude",
    "CONSTR_FOREIGN": "foreign key",
    "CONSTR_NOTNULL": "not null",
    "CONSTR_PRIMARY": "primary key",
    "CONSTR_UNIQUE": "unique",
}


def commands(table: Relation, nodes: Iterable[Any]) -> tuple[Action, ...]:
    """Return what each command does to the table, in the order written."""
    return tuple(_command(table, node.alter_table_cmd) for node in nodes)


def _command(table: Relation, command: Any) -> Action:
    definition = getattr(command, "def")
    match word(command, "subtype"):
        case "AT_AddColumn":
            return _column(table, definition.column_def)
        case "AT_DropColumn":
            return DropColumn(table=table, column=command.name)
        case "AT_SetNotNull":
            return SetNotNull(table=table, column=command.name)
        case "AT_DropNotNull":
            return DropNotNull(table=table, column=command.name)
        case "AT_ColumnDefault":
            default = text_of(definition) if definition.WhichOneof("node") else None
            return SetDefault(table=table, column=command.name, default=default)
        case "AT_AddConstraint":
            return _constraint(table, definition.constraint)
        case "AT_ValidateConstraint":
            return ValidateConstraint(table=table, name=command.name)
        case "AT_DropConstraint":
            return DropConstraint(table=table, name=command.name)
        case other:
            return Opaque(reason=f"no rule judges ALTER TABLE … {_spoken(other)} yet")


def _spoken(subtype: str) -> str:
    """Write `AT_AlterColumnType` as `ALTER COLUMN TYPE`."""
    name = subtype.removeprefix("AT_")
    return "".join(f" {letter}" if letter.isupper() else letter for letter in name).strip().upper()


def _column(table: Relation, node: Any) -> AddColumn:
    parts = {word(part.constraint, "contype"): part.constraint for part in node.constraints}
    default, generated = parts.get("CONSTR_DEFAULT"), parts.get("CONSTR_GENERATED")
    foreign = parts.get("CONSTR_FOREIGN")
    return AddColumn(
        table=table,
        column=node.colname,
        type=type_text(node.type_name),
        default=text_of(default.raw_expr) if default else None,
        not_null="CONSTR_NOTNULL" in parts,
        unique="CONSTR_UNIQUE" in parts,
        primary="CONSTR_PRIMARY" in parts,
        identity="CONSTR_IDENTITY" in parts,
        generated=("virtual" if generated.generated_kind == "v" else "stored") if generated else "",
        check=_enforced(parts.get("CONSTR_CHECK")),
        references=relation(foreign.pktable) if foreign and _enforced(foreign) else None,
    )


def _enforced(constraint: Any | None) -> bool:
    return constraint is not None and not constraint.skip_validation


def _constraint(table: Relation, node: Any) -> Action:
    kind = KINDS.get(word(node, "contype"))
    if kind is None:
        return Opaque(reason=f"no rule judges ADD {word(node, 'contype')} yet")
    return AddConstraint(
        table=table,
        name=node.conname,
        kind=kind,
        not_valid=node.skip_validation,
        using_index=node.indexname,
        proves=tuple(_proved(kind, node)),
        references=relation(node.pktable) if kind == "foreign key" else None,
    )


def _proved(kind: ConstraintKind, node: Any) -> Iterator[str]:
    """The columns that cannot be NULL where the constraint holds for every row."""
    if kind in {"not null", "primary key"}:
        yield from (key.string.sval for key in node.keys)
    if kind == "check":
        yield from _not_null_in(node.raw_expr)


def _not_null_in(condition: Any) -> Iterator[str]:
    """Find `a IS NOT NULL` in a condition or in its AND; a CHECK so composed proves it too (measured, R8)."""
    match condition.WhichOneof("node"):
        case "null_test" if word(condition.null_test, "nulltesttype") == "IS_NOT_NULL":
            column = condition.null_test.arg.column_ref
            if len(column.fields) == 1:
                yield name_of(column.fields)
        case "bool_expr" if word(condition.bool_expr, "boolop") == "AND_EXPR":
            for part in condition.bool_expr.args:
                yield from _not_null_in(part)
