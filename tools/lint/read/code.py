"""Read functions and DO blocks from the outside; `bodies` reads what is in them."""

from collections.abc import Iterable
from typing import Any

from tools.lint.actions import Action, CreateFunction, Do, Opaque
from tools.lint.grammar import deparsed, name_of, strings, text_of, type_text, word

OUTPUT = {"FUNC_PARAM_OUT", "FUNC_PARAM_TABLE"}


def function(node: Any) -> Iterable[Action]:
    inputs = [each.function_parameter for each in node.parameters]
    action = CreateFunction(
        name=name_of(node.funcname),
        procedure=node.is_procedure,
        replace=node.replace,
        language=_option(node.options, "language") or "sql",
        arguments=tuple(type_text(each.arg_type) for each in inputs if word(each, "mode") not in OUTPUT),
        returns=type_text(node.return_type) if node.HasField("return_type") else "",
        volatility=_option(node.options, "volatility") or "volatile",
        body=_atomic(node.sql_body) if node.HasField("sql_body") else _option(node.options, "as"),
    )
    return (action,)


def do_block(node: Any) -> Iterable[Action]:
    return (Do(language=_option(node.args, "language") or "plpgsql", body=_option(node.args, "as")),)


def call(node: Any) -> Iterable[Action]:
    return (Opaque(reason=f"it calls `{name_of(node.funccall.funcname)}`, and what that does is not read"),)


def _option(definitions: Any, name: str) -> str:
    for definition in definitions:
        option = definition.def_elem
        if option.defname == name:
            return _text(option.arg)
    return ""


def _text(node: Any) -> str:
    """Return a string, or the first of a list: of two, the first is a library and the second a symbol in it."""
    if node.WhichOneof("node") == "list":
        return str(strings(node.list.items)[0])
    return str(node.string.sval)


def _atomic(body: Any) -> str:
    """Return the text of BEGIN ATOMIC … END, or of RETURN, as statements."""
    match body.WhichOneof("node"):
        case "return_stmt":
            return f"SELECT {text_of(body.return_stmt.returnval)}"
        case "list":
            return ";\n".join(filter(None, map(_atomic, body.list.items)))
        case None:
            return ""
        case _:
            return deparsed(body)
