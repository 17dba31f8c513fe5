"""Read what steers a session: transactions and settings."""

from collections.abc import Iterable, Iterator
from typing import Any

from tools.lint.actions import (
    Action,
    Begin,
    Commit,
    Harmless,
    Opaque,
    ReleaseSavepoint,
    Rollback,
    RollbackTo,
    Savepoint,
    SetSetting,
)
from tools.lint.grammar import word


def transaction(node: Any) -> Iterator[Action]:
    match word(node, "kind").removeprefix("TRANS_STMT_"):
        case "BEGIN" | "START":
            yield Begin()
        case "COMMIT":
            yield Commit()
        case "ROLLBACK":
            yield Rollback()
        case "SAVEPOINT":
            yield Savepoint(name=node.savepoint_name)
        case "RELEASE":
            yield ReleaseSavepoint(name=node.savepoint_name)
        case "ROLLBACK_TO":
            yield RollbackTo(name=node.savepoint_name)
        case kind:
            yield Opaque(reason=f"{kind.replace('_', ' ')} hands its transaction to another session, or takes one over")
    if node.chain:
        yield Begin()


def setting(node: Any) -> Iterable[Action]:
    match word(node, "kind"):
        case "VAR_SET_VALUE":
            return (SetSetting(name=node.name, value=_value(node.args), local=node.is_local),)
        case "VAR_SET_DEFAULT" | "VAR_RESET":
            return (SetSetting(name=node.name, value=None, local=node.is_local),)
        case "VAR_RESET_ALL":
            return (SetSetting(name="all", value=None),)
        case "VAR_SET_MULTI":
            return (Harmless(kind="SET TRANSACTION"),)
        case _:
            return (Opaque(reason="SET … FROM CURRENT belongs to a function"),)


def _value(args: Any) -> str:
    return ", ".join(_constant(arg.a_const) for arg in args)


def _constant(constant: Any) -> str:
    match constant.WhichOneof("val"):
        case "ival":
            return str(constant.ival.ival)
        case "fval":
            return str(constant.fval.fval)
        case _:
            return str(constant.sval.sval)


def discard(node: Any) -> Iterator[Action]:
    if word(node, "target") == "DISCARD_ALL":
        yield SetSetting(name="all", value=None)
    yield Harmless(kind="DISCARD")


def is_on(definitions: Any, name: str) -> bool:
    """Tell whether an option such as FULL is given, and not as false."""
    for definition in definitions:
        option = definition.def_elem
        if option.defname == name:
            return _true(option)
    return False


def _true(option: Any) -> bool:
    match option.arg.WhichOneof("node"):
        case None:
            return True
        case "string":
            return option.arg.string.sval.lower() not in {"false", "off", "no", "0"}
        case "boolean":
            return bool(option.arg.boolean.boolval)
        case _:
            return bool(option.arg.integer.ival)
