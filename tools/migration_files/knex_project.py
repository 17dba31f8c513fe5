"""What a knex project says of itself: where its migrations are, and whether they are modules."""

import json
import re
from pathlib import Path

from tools.migration_files.forms import Knex

KNEXFILES = ("knexfile.js", "knexfile.cjs", "knexfile.mjs", "knexfile.ts")
_DIRECTORY = re.compile(r"""\bmigrations\s*:\s*\{[^{}]*?\bdirectory\s*:\s*["'`]([^"'`]+)["'`]""")


def knex_of(folder: Path) -> Knex | None:
    """Read knexfile.* and package.json; None when neither speaks of knex. Neither is run."""
    knexfile = next((folder / name for name in KNEXFILES if (folder / name).is_file()), None)
    package = _package(folder)
    needs_it = any(_has_knex(package.get(key)) for key in ("dependencies", "devDependencies"))
    if knexfile is None and not needs_it:
        return None
    told = _DIRECTORY.search(knexfile.read_text("utf-8", "replace")) if knexfile else None
    where = (told[1] if told else "migrations").removeprefix("./")
    neighbours = [file for file in sorted((folder / where).glob("*")) if file.suffix in {".js", ".cjs", ".mjs"}]
    last = neighbours[-1] if neighbours else None
    ending = last.suffix if last else ".js"
    why = f"{knexfile.name} is there" if knexfile else "package.json names knex"
    return Knex(
        why=f"{why}, and {f'the last migration is {last.name}' if last else 'there is no migration yet'}",
        folder=where,
        latest=_stamp(neighbours),
        ending=ending,
        is_module=_is_module(last, ending, package),
    )


def _has_knex(packages: object) -> bool:
    return isinstance(packages, dict) and "knex" in packages


def _stamp(neighbours: list[Path]) -> str:
    found = [digits[0] for file in neighbours if (digits := re.match(r"\d{14}(?=_)", file.name))]
    return max(found, default="")


def _is_module(last: Path | None, ending: str, package: dict[str, object]) -> bool:
    if ending in {".mjs", ".cjs"}:
        return ending == ".mjs"
    if last is not None:
        return re.search(r"^\s*export\s", last.read_text("utf-8", "replace"), re.MULTILINE) is not None
    return package.get("type") == "module"


def _package(folder: Path) -> dict[str, object]:
    try:
        content = json.loads((folder / "package.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
