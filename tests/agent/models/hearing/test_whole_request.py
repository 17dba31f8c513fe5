import json
from collections.abc import Callable
from typing import Any

REQUEST = "copy users.email into email_copy, then add a note column to users, text, nullable, no default"


def test_several_changes_in_one_sentence_become_one_plan(whimbrel: Callable[..., Any], shop: str) -> None:
    ended = whimbrel("plan", shop, REQUEST, "--environment", "development", "--json")

    assert ended.code == 0
    assert [change["kind"] for change in json.loads(ended.out)["changes"]] == ["copy_column", "add_column"]


def test_a_name_that_nearly_fits_is_asked_with_the_nearest(whimbrel: Callable[..., Any], shop: str) -> None:
    ended = whimbrel("plan", shop, "copy users.emial into email_copy", "--environment", "development")

    assert ended.code == 5
    assert "`users` has no column `emial`. Did you mean `email`? Nothing was changed." in ended.err
