"""set_default and drop_default on real servers."""

import pytest

from tests.tools.changes.road import back_from_everywhere, plan_for, there_and_back, understood
from tests.tools.ground import Ground

SET = ("set_default", {"table": "Users", "column": "Role", "default": "upper('new')"})
DROP = ("drop_default", {"table": "Users", "column": "points"})


@pytest.fixture
def users(any_ground: Ground) -> Ground:
    any_ground.ask(
        'CREATE TABLE "Users" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "Role" varchar(5), '
        "points integer NOT NULL DEFAULT 1 + 2, twice integer GENERATED ALWAYS AS (points * 2) STORED)"
    )
    any_ground.ask('INSERT INTO "Users" ("Role") SELECT \'old\' FROM generate_series(1, 250)')
    return any_ground


def test_a_default_is_set_for_new_rows_only_and_taken_back(users: Ground) -> None:
    there_and_back(users, lambda: plan_for(users, SET))
    users.ask('INSERT INTO "Users" (points) VALUES (1)')

    assert users.ask('SELECT "Role", count(*) FROM "Users" GROUP BY 1 ORDER BY 1') == [("NEW", 1), ("old", 250)]


def test_a_default_is_dropped_and_comes_back_as_the_server_spelled_it(users: Ground) -> None:
    there_and_back(users, lambda: plan_for(users, DROP))
    back_from_everywhere(
        users, lambda: plan_for(users, ("set_default", {**SET[1], "column": "points", "default": "7"}))
    )


def test_a_later_change_of_the_request_sees_the_new_default(users: Ground) -> None:
    gone = ("drop_default", {"table": "Users", "column": "Role"})

    assert understood(users, gone).problems == {"column": "`Role` has no default."}
    assert understood(users, SET, gone).problems == {}


@pytest.mark.parametrize(
    ("wanted", "question", "reason"),
    [
        (("set_default", {**SET[1], "default": "'too long'"}), "default", "does not fit into character varying(5)"),
        (("set_default", {**SET[1], "default": "points"}), "default", "the server refuses `points`"),
        (("set_default", {**SET[1], "column": "twice", "default": "1"}), "column", "is a generated column"),
        (("set_default", {**SET[1], "column": "id", "default": "1"}), "column", "is an identity column"),
        (("drop_default", {"table": "Users", "column": "id"}), "column", "is an identity column"),
        (("drop_default", {"table": "Users", "column": "ponts"}), "column", "Did you mean `points`?"),
    ],
)
def test_what_cannot_stand_is_said(
    users: Ground, wanted: tuple[str, dict[str, str]], question: str, reason: str
) -> None:
    assert reason in understood(users, wanted).problems[question]
