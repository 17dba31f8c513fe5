from protocol.findings import Severity
from tools.lint.lint import lint, lint_statements, lint_transactions
from tools.lint.volatility import Volatility

IN_STEPS = (
    "ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID",
    "ALTER TABLE t VALIDATE CONSTRAINT c",
    "ALTER TABLE t ALTER a SET NOT NULL",
    "ALTER TABLE t DROP CONSTRAINT c",
)


def test_a_finding_says_where_it_stands_and_what_to_do() -> None:
    [finding] = lint("-- first\n  UPDATE t SET a = 1;")

    assert (finding.rule, finding.severity) == ("update-whole-table", Severity.ERROR)
    assert (finding.line, finding.column, finding.statement) == (2, 3, "UPDATE t SET a = 1")
    assert finding.recipe


def test_a_proof_of_an_earlier_transaction_counts() -> None:
    assert lint_statements(IN_STEPS) == ()
    assert [finding.rule for finding in lint_statements(IN_STEPS[2:])] == ["set-not-null-scan"]


def test_statements_of_one_transaction_are_judged_together() -> None:
    found = lint_transactions([IN_STEPS[:2], IN_STEPS[2:3]])

    assert [finding.rule for finding in found] == ["constraint-not-valid"]


def test_the_server_is_asked_before_what_is_built_in() -> None:
    def says_volatile(_: str) -> Volatility:
        return "volatile"

    sql = "SET lock_timeout = '1s'; ALTER TABLE t ADD a int DEFAULT mine()"

    assert [finding.severity for finding in lint(sql)] == [Severity.WARNING]
    assert [finding.severity for finding in lint(sql, volatility=says_volatile)] == [Severity.ERROR]
    assert [finding.severity for finding in lint(sql, volatility=lambda _: "stable")] == []
    assert [finding.severity for finding in lint(sql, volatility=lambda _: None)] == [Severity.WARNING]


def test_nothing_to_do_has_no_finding() -> None:
    assert lint("") == lint(" ;; -- only this\n/* and this */") == ()
