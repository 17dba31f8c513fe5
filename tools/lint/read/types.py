"""Read what happens to enums, domains and other types."""

from collections.abc import Iterable
from typing import Any

from tools.lint.actions import (
    Action,
    AddDomainConstraint,
    AddEnumValue,
    AlterObject,
    CreateDomain,
    CreateEnum,
    CreateType,
    DropDomainConstraint,
    DropDomainNotNull,
    Opaque,
    RenameEnumValue,
    SetDomainDefault,
    SetDomainNotNull,
    ValidateDomainConstraint,
)
from tools.lint.grammar import name_of, strings, text_or_none, type_text, word

CHECKED = {"CONSTR_CHECK", "CONSTR_NOTNULL"}


def enum(node: Any) -> Iterable[Action]:
    return (CreateEnum(name=name_of(node.type_name), values=strings(node.vals)),)


def composite(node: Any) -> Iterable[Action]:
    type_ = node.typevar
    return (CreateType(name=f"{type_.schemaname}.{type_.relname}" if type_.schemaname else type_.relname),)


def range_type(node: Any) -> Iterable[Action]:
    return (CreateType(name=name_of(node.type_name)),)


def alter_enum(node: Any) -> Iterable[Action]:
    name = name_of(node.type_name)
    if node.old_val:
        return (RenameEnumValue(name=name, value=node.old_val, to=node.new_val),)
    action = AddEnumValue(
        name=name,
        value=node.new_val,
        if_not_exists=node.skip_if_new_val_exists,
        neighbor=node.new_val_neighbor,
        after=node.new_val_is_after,
    )
    return (action,)


def alter_type(node: Any) -> Iterable[Action]:
    return (AlterObject(kind="TYPE", name=name_of(node.type_name)),)


def domain(node: Any) -> Iterable[Action]:
    checks = any(word(part.constraint, "contype") in CHECKED for part in node.constraints)
    return (CreateDomain(name=name_of(node.domainname), constrained=checks, type=type_text(node.type_name)),)


def alter_domain(node: Any) -> Iterable[Action]:
    """`subtype` is one letter (parsenodes.h of PostgreSQL): T default, N and O not null, C, X and V a constraint."""
    name = name_of(node.type_name)
    definition = getattr(node, "def")
    match node.subtype:
        case "T":
            return (SetDomainDefault(name=name, default=text_or_none(definition)),)
        case "N":
            return (DropDomainNotNull(name=name),)
        case "O":
            return (SetDomainNotNull(name=name),)
        case "C":
            return (_domain_constraint(name, definition.constraint),)
        case "X":
            return (DropDomainConstraint(name=name, constraint=node.name),)
        case "V":
            return (ValidateDomainConstraint(name=name, constraint=node.name),)
        case other:
            return (Opaque(reason=f"ALTER DOMAIN of kind {other} is not known"),)


def _domain_constraint(name: str, node: Any) -> Action:
    if word(node, "contype") == "CONSTR_NOTNULL":
        return SetDomainNotNull(name=name)
    return AddDomainConstraint(
        name=name,
        constraint=node.conname,
        not_valid=node.skip_validation,
        expression=text_or_none(node.raw_expr),
    )
