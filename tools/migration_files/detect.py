"""Find out from a project's folder which form its migrations have; nothing is run, nothing is written."""

from collections.abc import Callable
from pathlib import Path

from protocol.errors import UsageError
from protocol.names import TableName
from tools.migration_files.alembic_project import alembic_of
from tools.migration_files.django_project import django_of
from tools.migration_files.forms import Alembic, Django, Form, Knex, Plain
from tools.migration_files.knex_project import knex_of

Reader = Callable[[Path], Alembic | Django | Knex | None]

FLYWAYS_PLACES = ("src/main/resources/db/migration", "db/migration", "migrations", "sql", "db")

PLAIN_INSTEAD = (
    ("db/migrate", "Rails"),
    ("diesel.toml", "Diesel"),
    ("flyway.conf", "Flyway"),
    ("flyway.toml", "Flyway"),
    ("prisma/migrations", "Prisma"),
    ("priv/repo/migrations", "Ecto"),
)


def detect(folder: Path, table: TableName | None = None) -> Form:
    """Return the form of the project in `folder`, and why; plain SQL where nothing is recognised.

    `table` tells which app of a Django project is meant.
    A project that is recognised and cannot be followed, such as one with two heads, gets plain SQL, too.
    """
    for read in _readers(table):
        try:
            found = _followed(read, folder)
        except UsageError as error:
            return Plain(why=error.message)
        if found is not None:
            return found
    for mark, name in PLAIN_INSTEAD:
        if (folder / mark).exists():
            return Plain(why=f"{mark} is there: this is {name}, for which plain SQL is written", folder=mark)
    for place in FLYWAYS_PLACES:
        for file in sorted((folder / place).glob("V[0-9]*__*.sql")):
            why = f"{place} holds {file.name}: this is Flyway, for which plain SQL is written"
            return Plain(why=why, folder=place)
    return Plain(why="no project of Alembic, Django or knex was recognised here")


def _followed(read: Reader, folder: Path) -> Alembic | Django | Knex | None:
    try:
        return read(folder)
    except OSError as error:
        what = f"{error.filename} cannot be read: {error.strerror}"
        raise UsageError(f"{what}; nothing was written. Take --format plain.") from None


def form_named(name: str, folder: Path, table: TableName | None = None) -> Form:
    """Return the form of that name, with the project's neighbours where there are some."""
    asked = f"{name} was asked for"
    if name == "plain":
        return Plain(why=asked)
    readers = dict(zip(("alembic", "django", "knex"), _readers(table), strict=True))
    found = _followed(readers[name], folder) if name in readers else None
    if found is not None:
        return found.model_copy(update={"why": f"{asked}; {found.why}"})
    match name:
        case "alembic":
            return Alembic(why=f"{asked}; no alembic.ini is here, so it is a first revision")
        case "knex":
            return Knex(why=f"{asked}; no knexfile is here")
        case "django":
            raise UsageError(
                "Which Django app the table belongs to is not known here; nothing was written. "
                "Run this in the folder of manage.py, or take --format plain."
            )
        case _:
            raise UsageError(f"There is no form `{name}`; nothing was written. Known: plain, alembic, django, knex.")


def _readers(table: TableName | None) -> tuple[Reader, ...]:
    return (alembic_of, lambda folder: django_of(folder, table), knex_of)
