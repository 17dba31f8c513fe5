"""Models in Python: Django's and SQLAlchemy's, read from the syntax tree."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from tools.code.models import Field, Model

_COLUMNS = frozenset({"Column", "mapped_column", "column_property", "deferred", "Field"})
_RELATIONS = frozenset({"ForeignKey", "OneToOneField"})


Classes = dict[str, ast.ClassDef]


def models_in(nodes: Sequence[ast.AST], path: str) -> Iterator[Model]:
    """Yield every class that is mapped to a table, and every `Table(…)`; bases are looked for in the same file."""
    classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            model = _sqlalchemy(node) or _django(node, path, classes)
            if model:
                yield model
        elif isinstance(node, ast.Call) and last_name(node.func) == "Table":
            yield from _table(node)


def last_name(node: ast.expr) -> str:
    """Return `c` of `a.b.c`, of `c(…)`, and of `c[…]`."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=inner) | ast.Subscript(value=inner):
            return last_name(inner)
        case _:
            return ""


def _sqlalchemy(node: ast.ClassDef) -> Model | None:
    table = _text(_assigned(node, "__tablename__"))
    if table is None:
        return None
    fields = tuple(
        Field(name, _first_text(value) or name, line)
        for name, value, line in _assignments(node)
        if value is None or (isinstance(value, ast.Call) and last_name(value) in _COLUMNS)
    )
    return Model(node.name, table, node.lineno, "SQLAlchemy model", fields)


def _table(node: ast.Call) -> Iterator[Model]:
    table = _first_text(node)
    if table is None:
        return
    columns = [arg for arg in node.args if isinstance(arg, ast.Call) and last_name(arg) == "Column"]
    named = [(name, column.lineno) for column in columns if (name := _first_text(column))]
    fields = tuple(Field(name, name, line) for name, line in named)
    yield Model("", table, node.lineno, "SQLAlchemy table", fields)


def _django(node: ast.ClassDef, path: str, classes: Classes) -> Model | None:
    line = _with_bases(node, classes)
    fields = tuple(field for one in line for field in _django_fields(one))
    if not node.bases or not (fields or any(last_name(base) == "Model" for one in line for base in one.bases)):
        return None
    meta = next((inner for inner in node.body if isinstance(inner, ast.ClassDef) and inner.name == "Meta"), None)
    if meta and _is_abstract(meta):
        return None
    named = _text(_assigned(meta, "db_table")) if meta else None
    label = (_text(_assigned(meta, "app_label")) if meta else None) or _app(path)
    table = (named or f"{label}_{node.name.lower()}").replace('"', "")
    return Model(node.name, table, node.lineno, "Django model", fields)


def _with_bases(node: ast.ClassDef, classes: Classes) -> tuple[ast.ClassDef, ...]:
    """Return the class and the abstract ones above it, whose fields are its own; others have tables of their own."""
    found = {node.name: node}
    waiting = [last_name(base) for base in node.bases]
    while waiting:
        base = classes.get(waiting.pop())
        if base is not None and base.name not in found and _has_no_table(base):
            found[base.name] = base
            waiting += [last_name(above) for above in base.bases]
    return tuple(found.values())


def _has_no_table(node: ast.ClassDef) -> bool:
    """Tell an abstract model, or a mixin, from a model."""
    metas = [inner for inner in node.body if isinstance(inner, ast.ClassDef) and inner.name == "Meta"]
    is_model = any(last_name(base) == "Model" for base in node.bases) and any(_django_fields(node))
    return any(map(_is_abstract, metas)) or not is_model


def _django_fields(node: ast.ClassDef) -> Iterator[Field]:
    for name, value, line in _assignments(node):
        if not isinstance(value, ast.Call):
            continue
        kind = last_name(value)
        is_relation = kind in _RELATIONS
        if not (is_relation or kind.endswith("Field")):
            continue
        column = _text(_keyword(value, "db_column")) or (f"{name}_id" if is_relation else name)
        yield Field(name, column, line)


def _is_abstract(meta: ast.ClassDef) -> bool:
    value = _assigned(meta, "abstract")
    return isinstance(value, ast.Constant) and value.value is True


def _app(path: str) -> str:
    """Return the app that a models.py, or a module of a package `models`, belongs to."""
    parents = [part.name for part in PurePosixPath(path).parents if part.name != "models"]
    return parents[0] if parents else ""


def _assignments(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr | None, int]]:
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value, statement.lineno
            case ast.AnnAssign(target=ast.Name(id=name), value=annotated, annotation=kind):
                if annotated is not None or last_name(kind) == "Mapped":
                    yield name, annotated, statement.lineno


def _assigned(node: ast.ClassDef, name: str) -> ast.expr | None:
    return next((value for target, value, _ in _assignments(node) if target == name), None)


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _first_text(node: ast.expr | None) -> str | None:
    return _text(node.args[0]) if isinstance(node, ast.Call) and node.args else None
