import json

from tools.lint.formats import as_json, as_text
from tools.lint.lint import lint

[FINDING] = lint("\nDELETE FROM t")
FOUND = (("up.sql", FINDING),)


def test_text_names_place_severity_rule_and_recipe() -> None:
    head, *recipe = as_text(FOUND).splitlines()

    assert head == "up.sql:2:1 error update-whole-table: deletes every row of `t` in one transaction"
    assert recipe == [f"    {line}" for line in FINDING.recipe.splitlines()]


def test_json_is_a_list_of_findings() -> None:
    [entry] = json.loads(as_json(FOUND))

    assert entry == {
        "file": "up.sql",
        "line": 2,
        "column": 1,
        "statement": "DELETE FROM t",
        "rule": "update-whole-table",
        "severity": "error",
        "message": "deletes every row of `t` in one transaction",
        "recipe": FINDING.recipe,
    }


def test_nothing_found_is_written_too() -> None:
    assert as_text(()) == ""
    assert json.loads(as_json(())) == []
