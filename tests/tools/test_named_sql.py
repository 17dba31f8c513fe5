from pathlib import Path

import pytest

from tests.tools.ground import Ground
from tools.named_sql import queries

FILES = [
    ("tools", "ledger.sql"),
    ("tools", "monitor.sql"),
    ("tools.introspect", "columns.sql"),
    ("tools.introspect", "dependants.sql"),
    ("tools.introspect", "live_queries.sql"),
    ("tools.introspect", "picture.sql"),
    ("tools.introspect", "postgres.sql"),
    ("tools.introspect", "standing.sql"),
    ("tools.introspect", "surroundings.sql"),
    ("tools.lint", "server.sql"),
]


@pytest.mark.parametrize(("package", "file"), FILES)
def test_every_query_of_every_file_is_understood_by_every_server(
    any_common_ground: Ground, package: str, file: str
) -> None:
    with any_common_ground.session() as connection:
        connection.execute("CREATE SCHEMA whimbrel")
        for name in ("create_step", "create_checkpoint"):
            connection.execute(queries("tools", "ledger.sql")[name].encode())
        for name, sql in queries(package, file).items():
            prepared = connection.pgconn.prepare(name.encode(), sql.encode())

            assert prepared.error_message == b"", name
        connection.rollback()


def test_a_name_gives_its_query_with_the_comments_inside() -> None:
    found = queries("tools.introspect", "postgres.sql")

    assert found["system_identifier"] == "SELECT system_identifier::text FROM pg_control_system()"
    assert found["tables"].startswith("-- Every table a person may mean")


def test_no_file_of_named_queries_is_forgotten_here() -> None:
    root = Path(__file__).parents[2] / "tools"
    named = [path for path in root.rglob("*.sql") if "-- name: " in path.read_text("utf-8")]

    assert sorted(path.name for path in named) == sorted(file for _, file in FILES)


def test_two_queries_of_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "twice").mkdir()
    (tmp_path / "twice" / "__init__.py").touch()
    (tmp_path / "twice" / "x.sql").write_text("-- name: a\nSELECT 1\n-- name: a\nSELECT 2\n")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(ValueError, match=r"two queries of x\.sql share a name"):
        queries("twice", "x.sql")
