"""Python source: its strings that hold SQL, and where it touches a model's attributes."""

import ast
import warnings
from collections.abc import Iterator

from tools.code.literals import Literal
from tools.code.models import Known, Model
from tools.code.python_models import last_name, models_in
from tools.code.sql import HOLE, Use


def parsed(text: str) -> ast.Module | None:
    """Return the tree, or None for what is not Python of this version."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the code that is read, such as an invalid escape
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def models(tree: ast.Module, path: str) -> tuple[Model, ...]:
    return tuple(models_in(tree, path))


def literals(tree: ast.Module, text: str) -> Iterator[Literal]:
    """Yield every string that is no docstring, f-strings and sums put together."""
    lines = text.split("\n")
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        joined = _joined(node) if isinstance(node, ast.expr) else None
        if joined is not None and isinstance(node, ast.expr):
            yield Literal(joined, _first_line(node, joined, lines), 0, 0)
            waiting += [n.value for n in ast.walk(node) if isinstance(n, ast.FormattedValue)]
        else:
            waiting += [child for child in ast.iter_child_nodes(node) if not _is_docstring(child)]


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


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


def attribute_uses(tree: ast.Module, known: Known) -> Iterator[Use]:
    """Yield attributes, keyword arguments and strings that name a column; the file is known to handle the table."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name, value=value) if name in known.attributes:
                yield Use(node.lineno, known.attributes[name], "likely", f"attribute {last_name(value)}.{name}")
            case ast.keyword(arg=str(name)) if name.split("__")[0] in known.attributes:
                yield Use(node.lineno, known.attributes[name.split("__")[0]], "likely", f"argument {name}=")
            case ast.Constant(value=str(text)) if (name := text.lstrip("-+").split("__")[0]) in known.attributes:
                yield Use(node.lineno, known.attributes[name], "likely", "string")
            case ast.Name(id=name) if name in known.classes:
                yield Use(node.lineno, None, "likely", f"model {name}")
