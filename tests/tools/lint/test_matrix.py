"""The lock matrix as the linter's measure: what a server did to a table in use is found, and nothing else an error."""

import pytest

from protocol.findings import Finding, Severity
from tests.tools.locks.measured import SETUP, STRENGTH, Case, Measured, matrix
from tools.lint.frameworks import Source
from tools.lint.lint import History

WORK = ("rewriting", "verifying", "building index", "validating", "reindex")

NOT_SAID = ("ALTER DOMAIN", "CREATE TABLE with FK")
"""Cases that the server's messages do not tell: domains are checked in silence, and a new table's index is no work."""

CASES = [
    pytest.param(case, major, measured, id=f"{case.name} on {major}")
    for case in matrix()
    for major, measured in case.measured.items()
    if not case.name.startswith(NOT_SAID) and not (measured.refused and case.before)
]


def judged(case: Case, major: int) -> list[Finding]:
    """Lint the case's SQL as a file that comes after those that made its schema."""
    history = History(major=major)
    history.judge(Source(text=SETUP))
    settings = [one for one in case.before if one.startswith("SET ")]
    for statement in case.before:
        history.judge(Source(text=f"SET search_path = m, public; {statement}"))
    here = ["SET search_path = m, public", "SET lock_timeout = '2s'", *settings, case.sql]
    return [one for one in history.judge(Source(text=";\n".join(here))).findings if "timeout" not in one.rule]


def is_dangerous(measured: Measured) -> bool:
    works = measured.rewritten or any(word in line for line in measured.said for word in WORK)
    blocks = any(STRENGTH[mode] >= STRENGTH["SHARE"] for mode in measured.locks.values())
    return bool(measured.refused or (works and blocks))


@pytest.mark.parametrize(("case", "major", "measured"), CASES)
def test_what_a_server_did_is_what_the_rules_say(case: Case, major: int, measured: Measured) -> None:
    found = judged(case, major)

    if is_dangerous(measured):
        assert any(one.severity is not Severity.ADVICE for one in found)
    else:
        assert not [one.message for one in found if one.severity is Severity.ERROR]


def test_many_cases_are_dangerous_and_many_are_not() -> None:
    dangerous = [is_dangerous(case.values[2]) for case in CASES]  # type: ignore[arg-type] # pytest keeps them as objects

    assert min(dangerous.count(True), dangerous.count(False)) > 100
