"""What a Django project says of itself: its apps, and the last migration of the one that a table belongs to."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from protocol.errors import UsageError
from protocol.names import TableName
from tools.code.files import SKIPPED_FOLDERS
from tools.code.python_code import models, parsed
from tools.migration_files.forms import Django

DEPTH = 4
"""How many folders below manage.py apps are looked for."""


def django_of(folder: Path, table: TableName | None) -> Django | None:
    """Read the apps beside manage.py, None without one; raise UsageError when app or last migration are unclear."""
    if not (folder / "manage.py").is_file():
        return None
    apps = sorted(_apps(folder, DEPTH))
    if not apps:
        return None
    app = _owner(apps, table)
    label = _label(app)
    latest = _latest(app / "migrations", label)
    number = 1 + max([int(digits[1]) for file in _migrations(app) if (digits := re.match(r"(\d+)_", file.name))] or [0])
    after = f"the last migration of {label} is {latest}" if latest else f"{label} has no migration yet"
    return Django(
        why=f"manage.py is there, and {after}",
        folder=(app / "migrations").relative_to(folder).as_posix(),
        app=label,
        latest=latest,
        number=number,
    )


def _apps(folder: Path, depth: int) -> Iterator[Path]:
    if depth == 0:
        return
    for inner in folder.iterdir():
        if inner.name in SKIPPED_FOLDERS or inner.is_symlink() or not inner.is_dir():
            continue
        if (inner / "migrations" / "__init__.py").is_file():
            yield inner
        yield from _apps(inner, depth - 1)


def _migrations(app: Path) -> list[Path]:
    return [file for file in sorted((app / "migrations").glob("*.py")) if file.name != "__init__.py"]


def _owner(apps: list[Path], table: TableName | None) -> Path:
    """Take the only app, or the one whose models or whose name say that the table is its own."""
    if len(apps) == 1:
        return apps[0]
    if table is not None:
        by_model = [app for app in apps if _maps(app, table)]
        by_name = sorted((a for a in apps if table.name.startswith(f"{_label(a)}_")), key=lambda a: -len(_label(a)))
        for found in (by_model, by_name):
            if found:
                return found[0]
    raise UsageError(
        f"No model tells which of the apps {', '.join(_label(app) for app in apps)} owns `{table or 'the table'}`; "
        "nothing was written. Take --format plain."
    )


def _maps(app: Path, table: TableName) -> bool:
    for file in [app / "models.py", *sorted((app / "models").glob("*.py"))]:
        python = parsed(file.read_text("utf-8", "replace")) if file.is_file() else None
        if python and any(m.is_of(table) for m in models(python, file.relative_to(app.parent).as_posix())):
            return True
    return False


def _label(app: Path) -> str:
    """Return the app's label: what its AppConfig says, else its folder's name."""
    config = app / "apps.py"
    text = config.read_text("utf-8", "replace") if config.is_file() else ""
    found = re.search(r"""^\s+label\s*=\s*["'](\w+)["']""", text, re.MULTILINE)
    return found[1] if found else app.name


def _latest(folder: Path, label: str) -> str | None:
    """Return the migration that no other of the app depends on; raise UsageError when there are several."""
    names = {file.stem for file in folder.glob("*.py") if file.name != "__init__.py"}
    needed = {name for one in names for name in _dependencies(folder / f"{one}.py", label)}
    leaves = sorted(names - needed)
    if len(leaves) > 1:
        raise UsageError(
            f"The migrations of {label} have {len(leaves)} ends ({', '.join(leaves)}); nothing was written. "
            "Merge them with `manage.py makemigrations --merge`, or take --format plain."
        )
    return leaves[0] if leaves else None


def _dependencies(file: Path, label: str) -> Iterator[str]:
    """Yield what a migration names as before it, or as replaced by it, from its source; it is not run."""
    python = parsed(file.read_text("utf-8", "replace"))
    for node in python.nodes if python else ():
        match node:
            case ast.Assign(targets=[ast.Name(id="dependencies" | "replaces")], value=ast.List(elts=pairs)):
                for pair in pairs:
                    match pair:
                        case ast.Tuple(elts=[ast.Constant(value=app), ast.Constant(value=str(name))]) if app == label:
                            yield name
