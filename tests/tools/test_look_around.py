"""What a plan finds around its tables, on a real server and in a folder of code."""

from pathlib import Path

from protocol.drafting_server import server_points
from protocol.drafting_surroundings import code_points
from protocol.findings import Point
from tests.tools.changes.road import understood
from tests.tools.ground import Ground
from tools.look_around import look_around

DROP = ("drop_column", {"table": "users", "column": "phone"})


def points_of(ground: Ground, code: Path | None = None) -> list[Point]:
    understanding = understood(ground, DROP)
    with ground.reading() as connection:
        around = look_around(connection, code, understanding)
    return [*code_points(around), *server_points(around.server)]


def warnings_of(ground: Ground, code: Path | None = None) -> list[str]:
    return [point.text for point in points_of(ground, code) if point.mark == "warns"]


def users_on(ground: Ground) -> Ground:
    ground.ask("CREATE TABLE users (id bigint PRIMARY KEY, phone text)")
    ground.ask("INSERT INTO users SELECT g, g::text FROM generate_series(1, 50) AS g")
    return ground


def test_a_quiet_server_is_said_to_be_quiet(any_ground: Ground) -> None:
    found = points_of(users_on(any_ground))

    assert [point.text for point in found if point.mark == "warns"] == []
    assert any(point.text.startswith("Around: no long transaction") for point in found)


def test_an_index_whose_build_broke_off_is_named(any_ground: Ground) -> None:
    users_on(any_ground).ask("CREATE INDEX users_phone_idx ON users (phone)")
    any_ground.ask("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'users_phone_idx'::regclass")

    assert any("users_phone_idx" in text and "broke off" in text for text in warnings_of(any_ground))


def test_a_constraint_that_nobody_validated_is_named(any_ground: Ground) -> None:
    users_on(any_ground).ask("ALTER TABLE users ADD CONSTRAINT known CHECK (phone <> '') NOT VALID")

    assert any("known" in text and "never validated" in text for text in warnings_of(any_ground))


def test_code_that_uses_the_column_is_named_by_file_and_line(any_ground: Ground, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import db\n\ndb.execute('SELECT phone FROM users WHERE id = %s', (1,))\n")
    (tmp_path / "other.py").write_text("db.execute('SELECT id FROM orders')\n")

    assert warnings_of(users_on(any_ground), tmp_path) == ["Code: app.py:3 (SELECT)"]


def test_without_a_folder_it_is_said_that_code_was_not_searched(any_ground: Ground) -> None:
    texts = [point.text for point in points_of(users_on(any_ground))]

    assert "Application code was not searched: name its folder with --code PATH" in texts
