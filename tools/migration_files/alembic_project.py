"""What an Alembic project says of itself: where its revisions are, and which is the head."""

import ast
import configparser
import tomllib
from pathlib import Path

from protocol.errors import UsageError
from tools.migration_files.forms import Alembic

DEFAULT_TEMPLATE = "%(rev)s_%(slug)s"


def alembic_of(folder: Path) -> Alembic | None:
    """Read alembic.ini, here or one folder below, or pyproject.toml; None when there is neither."""
    for file in [folder / "alembic.ini", *sorted(folder.glob("*/alembic.ini"))]:
        if file.is_file():
            return _from_ini(folder, file)
    return _from_pyproject(folder)


def _from_ini(folder: Path, file: Path) -> Alembic:
    settings = configparser.RawConfigParser()
    try:
        settings.read(file, "utf-8")
    except (configparser.Error, UnicodeDecodeError):
        settings = configparser.RawConfigParser()
    told = dict(settings["alembic"]) if settings.has_section("alembic") else {}
    name = file.relative_to(folder).as_posix()
    default = "." if (file.parent / "env.py").is_file() else "alembic"
    return _form(folder, file.parent, told, default, f"{name} is there")


def _from_pyproject(folder: Path) -> Alembic | None:
    try:
        content = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None
    section = content.get("tool", {}).get("alembic")
    if not isinstance(section, dict):
        return None
    told = {key: value for key, value in section.items() if isinstance(value, str)}
    return _form(folder, folder, told, "alembic", "pyproject.toml has a section tool.alembic")


def _form(folder: Path, base: Path, told: dict[str, str], default: str, why: str) -> Alembic:
    location = told.get("script_location", default).replace("%(here)s", str(base)).replace("%%", "%")
    versions = base / location / "versions"
    head = _head(versions)
    after = f"the head is {head}" if head else "there is no revision yet"
    template = told.get("file_template", DEFAULT_TEMPLATE).replace("%%", "%")
    return Alembic(why=f"{why}, and {after}", folder=_shown(versions, folder), head=head, template=template)


def _shown(path: Path, folder: Path) -> str:
    resolved, root = path.resolve(), folder.resolve()
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else str(path)


def _head(versions: Path) -> str | None:
    """Return the revision that no other follows; raise UsageError when there are several."""
    revisions: set[str] = set()
    followed: set[str] = set()
    for file in sorted(versions.glob("*.py")):
        revision, before = _read(file)
        if revision:
            revisions.add(revision)
            followed |= before
    heads = sorted(revisions - followed)
    if len(heads) > 1:
        raise UsageError(
            f"Alembic has {len(heads)} heads here ({', '.join(heads)}); nothing was written. "
            "Merge them with `alembic merge heads`, or take --format plain."
        )
    return heads[0] if heads else None


def _read(file: Path) -> tuple[str | None, set[str]]:
    """Return a file's revision and those it follows, from its assignments; it is not run."""
    try:
        body = ast.parse(file.read_text("utf-8")).body
    except (OSError, SyntaxError, ValueError):
        return None, set()
    told = {name: value for statement in body for name, value in _assigned(statement)}
    revision = told.get("revision")
    before, depends = told.get("down_revision"), told.get("depends_on")
    return (revision if isinstance(revision, str) else None), _ids(before) | _ids(depends)


def _assigned(statement: ast.stmt) -> list[tuple[str, object]]:
    match statement:
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=value)
            | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
        ):
            try:
                return [(name, ast.literal_eval(value))]
            except (ValueError, TypeError, MemoryError, RecursionError):
                return []
        case _:
            return []


def _ids(told: object) -> set[str]:
    many = told if isinstance(told, list | tuple | set) else (told,)
    return {one for one in many if isinstance(one, str)}
