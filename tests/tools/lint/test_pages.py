"""Every rule's page is its test: the unsafe SQL gets its finding, the safe SQL does not."""

import re

import pytest

from tools.lint.lint import lint, rules
from tools.lint.rule import Rule

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
