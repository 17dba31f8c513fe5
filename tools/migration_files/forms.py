"""The forms of migration files, as values: what a file needs to know of its neighbours."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from protocol.value import Value

FORMS = ("plain", "alembic", "django", "knex")


class BaseForm(Value):
    """`why` says why this form was chosen; `folder` is where the project keeps its migrations, "" if unknown."""

    why: str
    folder: str = ""


class Plain(BaseForm):
    name: Literal["plain"] = "plain"


class Alembic(BaseForm):
    """`head` is the revision that ours follow, None for the first; `template` names files as alembic.ini says."""

    name: Literal["alembic"] = "alembic"
    head: str | None = None
    template: str = "%(rev)s_%(slug)s"


class Django(BaseForm):
    """`latest` is the app's last migration, without `.py`; `number` is the next one's."""

    name: Literal["django"] = "django"
    app: str
    latest: str | None = None
    number: int = 1


class Knex(BaseForm):
    """`latest` is the time stamp of the last migration; `is_module` writes `export` instead of `exports`."""

    name: Literal["knex"] = "knex"
    latest: str = ""
    ending: str = ".js"
    is_module: bool = False


Form = Annotated[Plain | Alembic | Django | Knex, Field(discriminator="name")]


class MigrationFile(Value):
    """One file; `path` is relative to the folder that the files are written to."""

    path: str
    text: str


def stamp(now: datetime) -> str:
    """Return a time as migrations are named: 14 digits."""
    return now.strftime("%Y%m%d%H%M%S")


def behind_gates(path: str, stage: int) -> str:
    """Put what waits for a deployment into a folder of its own, where no `migrate` finds it before its time."""
    return f"after-gate-{stage}/{path}" if stage else path
