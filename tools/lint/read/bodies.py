"""Read the statements in DO blocks and in the bodies of functions."""

from collections.abc import Callable, Iterator
from typing import Any

from tools.lint import volatility
from tools.lint.actions import Action, Commit, CreateFunction, Do, Opaque, Rollback, Statement
from tools.lint.grammar import NotRead, functions_in, plpgsql, tree

Parse = Callable[[str], tuple[Statement, ...]]

DYNAMIC = {
    "PLpgSQL_stmt_dynexecute": "query",
    "PLpgSQL_stmt_dynfors": "query",
    "PLpgSQL_stmt_open": "dynquery",
    "PLpgSQL_stmt_return_query": "dynquery",
}
"""The statements of PL/pgSQL that run a text, and where they keep it."""

WHOLE, ASSIGNED = {0}, {3, 4, 5}
"""Of `parseMode`: a statement, and an assignment; any other is an expression."""


def expanded(action: Action, text: str, parse: Parse) -> tuple[Action, ...]:
    """Return the action with what is in its body; of a DO block, what that does comes after it."""
    match action:
        case Do(language="plpgsql"):
            statements = _inside(text, parse)
            done = (_placeless(each) for statement in statements for each in statement.actions)
            return (action.model_copy(update={"statements": statements}), *done)
        case Do(language=language):
            return (action, Opaque(reason=f"a DO block in {language} is not read"))
        case CreateFunction(language="sql", body=body):
            return (action.model_copy(update={"statements": parse(body)}),)
        case CreateFunction(language="plpgsql"):
            return (action.model_copy(update={"statements": _inside(text, parse)}),)
        case _:
            return (action,)


def _placeless(action: Action) -> Action:
    """Drop the place in the body, which is none in the statement around it."""
    return action.model_copy(update={"at": 0}) if isinstance(action, Opaque) else action


def _inside(text: str, parse: Parse) -> tuple[Statement, ...]:
    try:
        return tuple(_statements(plpgsql(text), 1, parse))
    except NotRead as error:
        reason = error.reason
    except RecursionError:
        reason = "its PL/pgSQL is nested too deeply"
    return (Statement(text=text, actions=(Opaque(reason=reason),)),)


def _statements(node: Any, line: int, parse: Parse) -> Iterator[Statement]:
    """Yield, in the order of the text, each statement and each expression that calls something unknown."""
    if isinstance(node, list):
        for each in node:
            yield from _statements(each, line, parse)
        return
    if not isinstance(node, dict):
        return
    line = node.get("lineno", line)
    for kind, content in node.items():
        match kind:
            case "PLpgSQL_expr":
                yield from _expression(content["query"], content.get("parseMode", 0), line, parse)
            case "PLpgSQL_stmt_commit":
                yield Statement(text="COMMIT", line=line, actions=(Commit(),))
            case "PLpgSQL_stmt_rollback":
                yield Statement(text="ROLLBACK", line=line, actions=(Rollback(),))
            case _ if isinstance(content, dict) and DYNAMIC.get(kind) in content:
                yield from _dynamic(content, DYNAMIC[kind], line, parse)
            case _:
                yield from _statements(content, line, parse)


def _dynamic(content: dict[str, Any], key: str, line: int, parse: Parse) -> Iterator[Statement]:
    line = content.get("lineno", line)
    expression = content[key]["PLpgSQL_expr"]["query"]
    constant = _constant(expression)
    if constant is None:
        reason = f"EXECUTE runs a text that is put together at run time: `{expression}`"
        yield Statement(text=expression, line=line, actions=(Opaque(reason=reason),))
    else:
        yield from _at(parse(constant), line)
    rest = {name: value for name, value in content.items() if name != key}
    yield from _statements(rest, line, parse)


def _constant(expression: str) -> str | None:
    """Return the text of a constant, None where it is another expression."""
    try:
        [target] = tree(f"SELECT {expression}").select_stmt.target_list
    except (NotRead, ValueError):
        return None
    value = target.res_target.val
    return value.a_const.sval.sval if value.a_const.WhichOneof("val") == "sval" else None


def _expression(text: str, mode: int, line: int, parse: Parse) -> Iterator[Statement]:
    if mode in WHOLE:
        yield from _at(parse(text), line)
    elif "(" in text:
        unread = _unread(text.partition("=")[2] if mode in ASSIGNED else text)
        if unread:
            yield Statement(text=text, line=line, actions=(Opaque(reason=unread),))


def _unread(expression: str) -> str:
    try:
        unknown = [name for name in functions_in(expression) if volatility.of_function(name) is None]
    except NotRead as error:
        return f"an expression is not read: {error.reason}"
    return f"it calls `{unknown[0]}`, and what that does is not read" if unknown else ""


def _at(statements: tuple[Statement, ...], line: int) -> Iterator[Statement]:
    for statement in statements:
        yield statement.model_copy(update={"line": line + statement.line - 1})
