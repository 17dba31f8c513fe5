"""Tell a migration from code that runs: it is history, and nobody changes it afterwards."""

import re
from pathlib import PurePosixPath

_BY_TEXT = (
    (".py", "down_revision", "Alembic migration"),
    (".py", "migrations.Migration", "Django migration"),
    (".rb", "ActiveRecord::Migration", "Rails migration"),
    (".rb", "ActiveRecord::Schema", "Rails schema.rb"),
    (".exs", "use Ecto.Migration", "Ecto migration"),
    (".php", "extends Migration", "Laravel migration"),
    (".cs", ": Migration", "Entity Framework migration"),
    (".ts", "implements MigrationInterface", "TypeORM migration"),
)

_UP = re.compile(r"\bexports\.up\b|\bexport\s+(?:const|async\s+function|function)\s+up\b|\bup\s*[:(]\s*(?:async\b|\()")
_VERSIONED = re.compile(r"[VUR]\d*(?:[._]\d+)*__.+\.sql", re.IGNORECASE)
_FOLDERS = frozenset({"migration", "migrations", "migrate", "versions"})


def kind_of_migration(path: str, text: str) -> str:
    """Return what kind of migration a file is, empty when it is none."""
    place = PurePosixPath(path)
    for ending, mark, kind in _BY_TEXT:
        if place.suffix == ending and mark in text:
            return kind
    in_folder = not _FOLDERS.isdisjoint(part.lower() for part in place.parts[:-1])
    if place.suffix == ".sql":
        return _kind_of_sql(place, in_folder)
    if in_folder and place.suffix in {".js", ".ts", ".mjs", ".cjs"} and _UP.search(text):
        return "Sequelize migration" if "queryInterface" in text else "knex migration"
    return ""


def _kind_of_sql(place: PurePosixPath, in_folder: bool) -> str:
    if _VERSIONED.fullmatch(place.name):
        return "Flyway migration"
    if place.name == "structure.sql":
        return "Rails structure.sql"
    return "SQL migration" if in_folder else ""
