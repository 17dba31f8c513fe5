"""Python source: its strings that hold SQL, and where it touches a model's attributes."""

import ast
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from tools.code.literals import Literal
from tools.code.models import Known, Model
from tools.code.python_models import last_name, models_in
from tools.code.sql import HOLE, Use


class Parsed(NamedTuple):
    """Every node of a file but for docstrings, parents first."""

    nodes: tuple[ast.AST, ...]
    lines: list[str]


def parsed(text: str) -> Parsed | None:
    """Return the syntax tree, or None for what is not Python of this version."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the code that is read, such as an invalid escape
        try:
            return Parsed(tuple(_nodes(ast.parse(text))), text.split("\n"))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk the tree; three times as fast as ast.walk, because it looks at what is there and not for what may be."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for value in node.__dict__.values():
            if value.__class__ is list:
                waiting += [child for child in value if isinstance(child, ast.AST) and not _is_docstring(child)]
            elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
                waiting.append(value)


def models(python: Parsed, path: str) -> tuple[Model, ...]:
    return tuple(models_in(python.nodes, path))


def literals(python: Parsed) -> Iterator[Literal]:
    """Yield every string that is no docstring, f-strings and sums put together."""
    covered: set[int] = set()
    for node in python.nodes:
        if not isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp) or id(node) in covered:
            continue
        text = _joined(node)
        if text is None:
            continue
        if not isinstance(node, ast.Constant):
            covered.update(map(id, _parts(node)))
        yield Literal(text, _first_line(node, text, python.lines), 0, 0)


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what `_joined` has put together, and nothing that stands in a placeholder."""
    yield node
    match node:
        case ast.JoinedStr(values=values):
            yield from values
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from _parts(left)
            yield from _parts(right)
        case ast.BinOp(left=left):
            yield from _parts(left)


def _is_docstring(node: ast.AST) -> bool:
    return node.__class__ is ast.Expr and isinstance(getattr(node, "value", None), ast.Constant)


def _joined(node: ast.expr) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_joined(value) or HOLE for value in values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            first, second = _joined(left), _joined(right)
            if first is None and second is None:
                return None
            breaks = "\n" * max(right.lineno - left.lineno - (first or "").count("\n"), 0)
            return (first if first is not None else HOLE) + breaks + (second if second is not None else HOLE)
        case ast.BinOp(left=left, op=ast.Mod()):
            return _joined(left)
        case _:
            return None


def _first_line(node: ast.expr, text: str, lines: list[str]) -> int:
    """Return the line where the text begins; a string that opens with a line break begins there already."""
    spans = (node.end_lineno or node.lineno) - node.lineno
    breaks = text.count("\n")
    # a backslash after the opening quotes joins two lines, and the text begins on the second
    return node.lineno + 1 if spans == breaks + 1 and lines[node.lineno - 1].endswith("\\") else node.lineno


def attribute_uses(python: Parsed, known: Known) -> Iterator[Use]:
    """Yield attributes, keyword arguments and strings that name a column; the file is known to handle the table."""
    for node in python.nodes:
        match node:
            case ast.Attribute(attr=name, value=value) if name in known.attributes:
                yield Use(node.lineno, known.attributes[name], "likely", f"attribute {last_name(value)}.{name}")
            case ast.keyword(arg=str(name)) if name.split("__")[0] in known.attributes:
                yield Use(node.lineno, known.attributes[name.split("__")[0]], "likely", f"argument {name}=")
            case ast.Constant(value=str(text)) if (name := text.lstrip("-+").split("__")[0]) in known.attributes:
                yield Use(node.lineno, known.attributes[name], "likely", "string")
            case ast.Name(id=name) if name in known.classes:
                yield Use(node.lineno, None, "likely", f"model {name}")
