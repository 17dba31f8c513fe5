from datetime import UTC, datetime
from pathlib import Path

import pytest

from protocol.errors import UsageError
from protocol.names import TableName
from tools.migration_files.detect import detect, form_named
from tools.migration_files.forms import Alembic, Django, Knex
from tools.migration_files.script import Script, Transaction
from tools.migration_files.write import migration_files

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
USERS = TableName(name="users")
ONE = Script(
    title="Add a role",
    name="add_role",
    seed="0123456789abcdef",
    parts=(Transaction(id="add", title="Add", sql=("SELECT 1",)),),
)


def lay(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def revision(name: str, before: str) -> str:
    return f"revision: str = {name!r}\ndown_revision = {before}\n"


ALEMBIC = {
    "alembic.ini": "[alembic]\nscript_location = %(here)s/db\n",
    "db/versions/a.py": revision("aaa", "None"),
    "db/versions/b.py": revision("bbb", "'aaa'"),
}
DJANGO_APP = {
    "manage.py": "",
    "shop/migrations/__init__.py": "",
    "shop/migrations/0001_initial.py": "class Migration:\n    dependencies = []\n",
    "shop/migrations/0002_more.py": (
        "class Migration:\n    dependencies = [('shop', '0001_initial'), ('auth', '0009_x')]\n"
    ),
    "shop/models.py": (
        "class Buyer(models.Model):\n    name = models.TextField()\n\n    class Meta:\n        db_table = 'users'\n"
    ),
}
OTHER_APP = {"blog/migrations/__init__.py": "", "blog/models.py": ""}


def test_alembic_is_followed_from_its_head(tmp_path: Path) -> None:
    found = detect(lay(tmp_path, ALEMBIC))

    assert found == Alembic(why="alembic.ini is there, and the head is bbb", folder="db/versions", head="bbb")
    assert "down_revision = 'bbb'" in migration_files(ONE, found, NOW)[0].text


def test_alembic_in_pyproject_is_found(tmp_path: Path) -> None:
    files = {"pyproject.toml": '[tool.alembic]\nscript_location = "%(here)s/db"\n'} | ALEMBIC
    del files["alembic.ini"]

    found = detect(lay(tmp_path, files))

    assert isinstance(found, Alembic)
    assert found.head == "bbb"


def test_a_merge_is_one_head(tmp_path: Path) -> None:
    merge = {"db/versions/c.py": revision("ccc", "'aaa'"), "db/versions/d.py": revision("ddd", "('bbb', 'ccc')")}

    found = detect(lay(tmp_path, ALEMBIC | merge))

    assert isinstance(found, Alembic)
    assert found.head == "ddd"


def test_two_heads_are_said_and_plain_sql_is_written_unless_alembic_is_asked_for(tmp_path: Path) -> None:
    lay(tmp_path, ALEMBIC | {"db/versions/c.py": revision("ccc", "'aaa'")})

    assert detect(tmp_path).name == "plain"
    assert "2 heads here (bbb, ccc)" in detect(tmp_path).why
    with pytest.raises(UsageError, match="2 heads here"):
        form_named("alembic", tmp_path)


def test_alembics_file_template_is_kept(tmp_path: Path) -> None:
    template = "file_template = %%(year)d%%(month).2d%%(day).2d-%%(rev)s_%%(slug)s\n"

    found = detect(lay(tmp_path, ALEMBIC | {"alembic.ini": ALEMBIC["alembic.ini"] + template}))
    path = migration_files(ONE, found, NOW)[0].path

    assert path.startswith("20260304-")
    assert path.endswith("_add_role.py")


def test_django_is_followed_from_the_latest_migration_of_the_only_app(tmp_path: Path) -> None:
    found = detect(lay(tmp_path, DJANGO_APP))
    file = migration_files(ONE, found, NOW)[0]

    assert found == Django(
        why="manage.py is there, and the last migration of shop is 0002_more",
        folder="shop/migrations",
        app="shop",
        latest="0002_more",
        number=3,
    )
    assert file.path == "0003_add_role.py"
    assert "dependencies = [('shop', '0002_more')]" in file.text


def test_django_the_app_is_the_one_whose_model_has_the_table(tmp_path: Path) -> None:
    found = detect(lay(tmp_path, DJANGO_APP | OTHER_APP), USERS)

    assert isinstance(found, Django)
    assert found.app == "shop"


def test_django_the_app_is_the_one_whose_name_the_table_begins_with(tmp_path: Path) -> None:
    found = detect(lay(tmp_path, DJANGO_APP | OTHER_APP), TableName(name="blog_post"))

    assert isinstance(found, Django)
    assert (found.app, found.latest, found.number) == ("blog", None, 1)


def test_django_an_app_that_is_not_told_is_not_guessed(tmp_path: Path) -> None:
    lay(tmp_path, DJANGO_APP | OTHER_APP)

    assert detect(tmp_path, TableName(name="x")).name == "plain"
    with pytest.raises(UsageError, match="No model tells which of the apps blog, shop owns `x`"):
        form_named("django", tmp_path, TableName(name="x"))


def test_django_two_ends_are_not_followed(tmp_path: Path) -> None:
    other_end = {"shop/migrations/0002_other.py": "class Migration:\n    dependencies = [('shop', '0001_initial')]\n"}

    found = detect(lay(tmp_path, DJANGO_APP | other_end))

    assert found.name == "plain"
    assert "2 ends (0002_more, 0002_other)" in found.why


def test_knex_is_found_by_its_file_and_follows_the_latest_stamp(tmp_path: Path) -> None:
    files = {
        "knexfile.js": "module.exports = { client: 'pg', migrations: { directory: './db/steps' } };",
        "db/steps/20990101000000_later.cjs": "exports.up = 1",
    }

    found = detect(lay(tmp_path, files))

    assert found == Knex(
        why="knexfile.js is there, and the last migration is 20990101000000_later.cjs",
        folder="db/steps",
        latest="20990101000000",
        ending=".cjs",
    )
    assert migration_files(ONE, found, NOW)[0].path == "20990101000001_add_role.cjs"


def test_knex_is_found_by_its_package_and_written_as_a_module(tmp_path: Path) -> None:
    found = detect(lay(tmp_path, {"package.json": '{"type": "module", "dependencies": {"knex": "3"}}'}))
    file = migration_files(ONE, found, NOW)[0]

    assert isinstance(found, Knex)
    assert file.path == "20260304050607_add_role.js"
    assert "export async function up" in file.text


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "no project of Alembic, Django or knex"),
        ({"db/migrate/1_a.rb": ""}, "this is Rails"),
        ({"diesel.toml": ""}, "this is Diesel"),
        ({"flyway.conf": ""}, "this is Flyway"),
        ({"src/main/resources/db/migration/V1__a.sql": ""}, "this is Flyway"),
        ({"package.json": "not json"}, "no project"),
        ({"manage.py": ""}, "no project"),
    ],
)
def test_everything_else_is_plain_and_says_why(files: dict[str, str], why: str, tmp_path: Path) -> None:
    found = detect(lay(tmp_path, files))

    assert found.name == "plain"
    assert why in found.why


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    lay(tmp_path, {"knexfile.js/inside": ""})
    (tmp_path / "package.json").write_text('{"dependencies": {"knex": "3"}}')
    (tmp_path / "migrations" / "1.js").mkdir(parents=True)

    assert "cannot be read" in detect(tmp_path).why
    with pytest.raises(UsageError, match="cannot be read"):
        form_named("knex", tmp_path)


def test_nothing_in_the_project_is_run_or_written(tmp_path: Path) -> None:
    bomb = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    lay(
        tmp_path,
        {name: (bomb + text if name.endswith(".py") else text) for name, text in (ALEMBIC | DJANGO_APP).items()},
    )
    before = sorted(tmp_path.rglob("*"))

    detect(tmp_path)
    form_named("django", tmp_path)

    assert sorted(tmp_path.rglob("*")) == before
