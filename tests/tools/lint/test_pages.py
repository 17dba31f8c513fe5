"""Every rule's page is its test: the unsafe SQL gets its finding, the safe SQL does not."""

import re
from pathlib import Path

import pytest

from protocol.errors import UsageError
from tools.lint.context import Context
from tools.lint.lint import lint, rules
from tools.lint.pages import document, find, overview, page
from tools.lint.parse import parse
from tools.lint.rule import Rule

DOCUMENT = Path(__file__).parents[3] / "docs" / "rules.md"

each_rule = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)


def block(rule: Rule, title: str) -> str:
    found = re.search(rf"^{title}:\n\n```sql\n(.*?)```", rule.page, re.M | re.S)
    assert found, f"{rule.id} has no block of SQL under `{title}:`"
    return found[1]


@each_rule
def test_the_unsafe_sql_of_a_page_gets_its_finding(rule: Rule) -> None:
    found = {finding.rule for finding in lint(block(rule, "Unsafe"))}

    assert rule.id in found


@each_rule
def test_the_safe_sql_of_a_page_gets_no_finding_of_any_rule(rule: Rule) -> None:
    assert lint(block(rule, "Safe")) == ()


@each_rule
def test_a_rule_says_what_to_do_instead(rule: Rule) -> None:
    assert rule.recipe
    assert all(len(line) < 120 for line in rule.recipe.splitlines())


def test_every_file_of_the_folder_is_one_rule() -> None:
    ids = [rule.id for rule in rules()]

    assert len(ids) == len(set(ids))
    assert {"add-column-rewrite", "not-understood"} <= set(ids)


def test_a_rule_is_found_by_its_name_and_by_those_of_other_linters() -> None:
    assert [rule.id for rule in find("set-not-null-scan")] == ["set-not-null-scan"]
    assert [rule.id for rule in find("Set_Not_Null_Scan")] == ["set-not-null-scan"]
    assert [rule.id for rule in find("adding-not-nullable-field")] == ["set-not-null-scan"]
    assert "set-not-null-scan" in {rule.id for rule in find("e2")}


def test_a_typo_gets_the_nearest_names() -> None:
    with pytest.raises(UsageError, match="Did you mean `set-not-null-scan`"):
        find("set-not-nul-scan")
    with pytest.raises(UsageError, match="`whimbrel rule` lists them"):
        find("zzz")


def test_the_overview_has_a_line_a_rule() -> None:
    lines = overview().splitlines()

    assert [line.split()[0] for line in lines] == [rule.id for rule in rules()]
    assert all(line.split()[2:] for line in lines)


@each_rule
def test_a_page_stands_alone(rule: Rule) -> None:
    written = page(rule)

    assert written.startswith(f"# {rule.id}\n")
    assert rule.recipe in written
    assert all(f"`{name}`" in written for name in rule.also_known_as)


def test_the_document_is_up_to_date() -> None:
    written = DOCUMENT.read_text("utf-8")

    assert written == document(), "run: python -m tools.lint.pages > docs/rules.md"


@each_rule
def test_a_rule_looks_at_what_it_judges(rule: Rule) -> None:
    """What `looks_at` spares a rule, the rule finds nothing in either."""
    context = Context(major=18)
    found: list[str] = []
    for statement in parse(block(rule, "Unsafe")):
        kinds = frozenset(map(type, statement.actions))
        asked = not rule.looks_at or not kinds.isdisjoint(rule.looks_at)
        ones = list(rule.check(statement, context))
        assert asked or not ones
        found += [one.rule for one in ones]
        context.note(statement)

    assert set(found) <= {rule.id}
