"""Real projects to put migrations into: each runs its own tool, in a process of its own, on one database."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.engines.dsn import parse
from tools.migration_files.forms import MigrationFile

LIMIT_S = 120


class Project:
    """A folder with one migration in it; `up` runs what is there, `down` takes back everything but that one."""

    def __init__(self, folder: Path, dsn: str) -> None:
        self.folder, self.dsn = folder, dsn
        self.folder.mkdir(parents=True)
        self.added: list[str] = []

    migrations = ""

    def add(self, files: Sequence[MigrationFile]) -> None:
        """Copy files to where the project keeps its migrations; those behind gates as well."""
        for file in files:
            name = file.path.rpartition("/")[2]
            self.write(f"{self.migrations}/{name}" if self.migrations else name, file.text)
            self.added.append(name)

    def write(self, path: str, text: str) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8", newline="")

    def up(self) -> str:
        raise NotImplementedError

    def down(self) -> str:
        raise NotImplementedError

    def call(self, *command: object, fails: bool = False) -> str:
        """Run a command; return what it said, and insist on how it ends."""
        done = subprocess.run(
            [str(word) for word in command],
            cwd=self.folder,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
        )
        said = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, said
        return said

    def fails(self) -> str:
        """Run the migrations that cannot succeed, and return what was said."""
        raise NotImplementedError


class PlainProject(Project):
    def up(self) -> str:
        return "".join(self._psql(name) for name in self.added if name.startswith("up"))

    def down(self) -> str:
        return "".join(self._psql(name) for name in reversed(self.added) if name.startswith("down"))

    def fails(self) -> str:
        return self._psql("up.sql", fails=True)

    def _psql(self, name: str, *, fails: bool = False) -> str:
        return self.call("psql", "-X", "--set", "ON_ERROR_STOP=1", "--file", f"./{name}", self.dsn, fails=fails)


ALEMBIC_ENV = """
from alembic import context
from sqlalchemy import create_engine

engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
with engine.connect() as connection:
    context.configure(connection=connection, {options})
    with context.begin_transaction():
        context.run_migrations()
"""

ALEMBIC_FIRST = """
revision: str = "000000000001"
down_revision: str | None = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
"""


class AlembicProject(Project):
    migrations = "db/versions"

    def __init__(self, folder: Path, dsn: str, options: str = "") -> None:
        super().__init__(folder, dsn)
        url = dsn.replace("postgresql://", "postgresql+psycopg://").replace("%", "%%")
        self.write("alembic.ini", f"[alembic]\nscript_location = %(here)s/db\nsqlalchemy.url = {url}\n")
        self.write("db/env.py", ALEMBIC_ENV.format(options=options))
        self.write("db/versions/000000000001_first.py", ALEMBIC_FIRST)
        self.up()

    def up(self) -> str:
        return self.call(sys.executable, "-m", "alembic", "upgrade", "head")

    def down(self) -> str:
        return self.call(sys.executable, "-m", "alembic", "downgrade", "000000000001")

    def fails(self) -> str:
        return self.call(sys.executable, "-m", "alembic", "upgrade", "head", fails=True)


MANAGE = """
import sys

from django.conf import settings
from django.core.management import execute_from_command_line

settings.configure(
    DEBUG={debug},
    DATABASES={{"default": {databases}}},
    INSTALLED_APPS=["accounts", "shop"],
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
execute_from_command_line(sys.argv)
"""

DJANGO_MODEL = """
from django.db import models


class Thing(models.Model):
    name = models.TextField()

    class Meta:
        db_table = "t"
        managed = False
"""

DJANGO_FIRST = """
from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = []
"""


class DjangoProject(Project):
    migrations = "shop/migrations"

    def __init__(self, folder: Path, dsn: str, *, debug: bool = False) -> None:
        super().__init__(folder, dsn)
        target = parse(dsn)
        databases = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": target.database,
            "USER": "postgres",
            "HOST": target.hosts[0],
            "PORT": "5432",
        }
        self.write("manage.py", MANAGE.format(databases=databases, debug=debug))
        for app in ("accounts", "shop"):
            self.write(f"{app}/__init__.py", "")
            self.write(f"{app}/models.py", DJANGO_MODEL if app == "shop" else "")
            self.write(f"{app}/migrations/__init__.py", "")
        self.write("shop/migrations/0001_initial.py", DJANGO_FIRST)

    def up(self) -> str:
        return self.call(sys.executable, "manage.py", "migrate", "shop")

    def down(self) -> str:
        return self.call(sys.executable, "manage.py", "migrate", "shop", "0001_initial")

    def fails(self) -> str:
        return self.call(sys.executable, "manage.py", "migrate", "shop", fails=True)


class KnexProject(Project):
    """`modules` is a folder in which knex and pg were installed."""

    migrations = "migrations"

    def __init__(self, folder: Path, dsn: str, modules: Path, *, is_module: bool = False) -> None:
        super().__init__(folder, dsn)
        (folder / "node_modules").symlink_to(modules / "node_modules")
        target = parse(dsn)
        connection = f"{{ host: '{target.hosts[0]}', port: 5432, user: 'postgres', database: '{target.database}' }}"
        exporting = "export default" if is_module else "module.exports ="
        self.write("knexfile.js", f"{exporting} {{ client: 'pg', connection: {connection} }};\n")
        self.write("package.json", '{"type": "module"}' if is_module else "{}")
        first = "export const up = async () => {};\nexport const down = async () => {};\n"
        if not is_module:
            first = "exports.up = async () => {};\nexports.down = async () => {};\n"
        self.write("migrations/20200101000000_first.js", first)
        self.up()

    def up(self) -> str:
        return self._knex("migrate:latest")

    def down(self) -> str:
        return "".join(self._knex("migrate:down", name) for name in reversed(self.added))

    def fails(self) -> str:
        return self._knex("migrate:latest", fails=True)

    def _knex(self, *words: str, fails: bool = False) -> str:
        return self.call("node", "node_modules/knex/bin/cli.js", *words, fails=fails)
