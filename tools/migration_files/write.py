"""A script in the form that was chosen."""

from datetime import datetime

from tools.migration_files.alembic import alembic_files
from tools.migration_files.django import django_files
from tools.migration_files.forms import Alembic, Django, Form, Knex, MigrationFile, Plain
from tools.migration_files.knex import knex_files
from tools.migration_files.plain import plain_files
from tools.migration_files.script import Script


def migration_files(script: Script, form: Form, now: datetime) -> tuple[MigrationFile, ...]:
    """Return the files in the order in which they run; nothing is written to disk."""
    match form:
        case Plain():
            return plain_files(script)
        case Alembic():
            return alembic_files(script, form, now)
        case Django():
            return django_files(script, form)
        case Knex():
            return knex_files(script, form, now)
