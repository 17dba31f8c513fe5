"""The SQL that the protocol itself writes has to pass its own linter."""

from collections.abc import Callable

import pytest

from protocol.changes.add_column import AddColumn
from protocol.discovery import Sheet
from protocol.facts import Facts
from protocol.findings import Severity
from protocol.names import TableName
from protocol.situation import Situation
from protocol.steps import sql_of
from protocol.strategy import Strategy
from protocol.value_facts import ValueFacts
from tools.lint.lint import lint_statements, lint_transactions

VALUES = {
    "constant": ({"default": "'user'", "type": "varchar(50)"}, "immutable"),
    "stable": ({"default": "now()", "type": "timestamptz"}, "stable"),
    "volatile": ({"default": "gen_random_uuid()", "type": "uuid"}, "volatile"),
    "computed": ({"computed": "lower(x)", "type": "text"}, "immutable"),
}

MAJORS = (15, 16, 18)


@pytest.fixture
def ways(facts_on: Callable[[int], Facts], no_downtime_asked: Sheet) -> Callable[..., dict[str, Strategy]]:
    def of(major: int, value: str, nullable: bool) -> dict[str, Strategy]:
        fields, volatility = VALUES[value]
        change = AddColumn.model_validate(
            {"table": TableName(name="users"), "column": "role", "nullable": nullable, **fields}
        )
        told = ValueFacts.model_validate({"type": fields["type"], "volatility": volatility})
        facts = facts_on(major)
        situation = Situation(sheet=no_downtime_asked, facts=facts, tables={"table": change.table}, values=(told,))
        strategies = change.strategies(situation)
        return {strategy.id: strategy for strategy in strategies if not strategy.obstacle}

    return of


@pytest.mark.parametrize("nullable", [True, False])
@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("major", MAJORS)
def test_no_way_without_a_rewrite_has_a_finding(
    ways: Callable[..., dict[str, Strategy]], major: int, value: str, nullable: bool
) -> None:
    safe = [way for way in ways(major, value, nullable).values() if way.id != "rewrite"]

    found = {way.id: lint_transactions([sql_of(step) for step in way.steps], major=major) for way in safe}

    assert found == {way.id: () for way in safe}
    assert "batched" in found


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("major", MAJORS)
def test_statement_by_statement_it_is_the_same(
    ways: Callable[..., dict[str, Strategy]], major: int, value: str
) -> None:
    batched = ways(major, value, False)["batched"]
    statements = [sql for step in batched.steps for sql in sql_of(step)]

    assert lint_statements(statements, major=major) == ()


@pytest.mark.parametrize("major", MAJORS)
def test_the_rewrite_is_called_one(ways: Callable[..., dict[str, Strategy]], major: int) -> None:
    rewrite = ways(major, "volatile", False)["rewrite"]

    [finding] = lint_transactions([sql_of(step) for step in rewrite.steps], major=major)

    assert (finding.rule, finding.severity) == ("add-column-rewrite", Severity.ERROR)
