"""Read from PostgreSQL's own tree what steers a session: transactions, settings, and code run in passing."""

from collections.abc import Iterable, Iterator
from typing import Any

from tools.lint.actions import Action, Begin, Commit, Harmless, Opaque, Rollback, SetSetting
from tools.lint.grammar import word


def transaction(node: Any) -> Iterator[Action]:
    match word(node, "kind").removeprefix("TRANS_STMT_"):
        case "BEGIN" | "START":
            yield Begin()
        case "COMMIT":
            yield Commit()
        case "ROLLBACK":
            yield Rollback()
        case "SAVEPOINT" | "RELEASE" as kind:
            yield Harmless(kind=kind)
            return
        case kind:
            yield Opaque(reason=f"no rule judges {kind.replace('_', ' ')} yet")
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
            return (Opaque(reason="no rule judges SET … FROM CURRENT yet"),)


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


def explain(node: Any) -> Iterable[Action]:
    if any(option.def_elem.defname == "analyze" for option in node.options):
        return (Opaque(reason="EXPLAIN ANALYZE runs the statement, and what it runs is not read"),)
    return (Harmless(kind="EXPLAIN"),)


def vacuum(node: Any) -> Iterable[Action]:
    if node.is_vacuumcmd:
        return (Opaque(reason="no rule judges VACUUM yet"),)
    return (Harmless(kind="ANALYZE"),)


def do_block(_: Any) -> Iterable[Action]:
    return (Opaque(reason="a DO block runs code that is not read"),)
