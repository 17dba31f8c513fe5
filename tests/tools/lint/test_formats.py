import json

import pytest

from protocol.findings import Finding, Severity
from tools.lint.formats import as_github, as_json, as_text
from tools.lint.lint import Judged, lint, rules
from tools.lint.pages import page
from tools.lint.report import Report, report
from tools.lint.sarif import as_sarif

[FINDING] = lint("\nDELETE FROM t")
FOUND = Report(found=(("up.sql", FINDING),), files=3, statements=7)


def odd(**changes: object) -> Finding:
    return FINDING.model_copy(update=changes)


def test_text_names_place_severity_rule_and_recipe_and_counts() -> None:
    head, *recipe, blank, summary = as_text(FOUND).splitlines()

    assert head == "up.sql:2:1 error update-whole-table: deletes every row of `t` in one transaction"
    assert recipe == [f"    {line}" for line in FINDING.recipe.splitlines()]
    assert (blank, summary) == ("", "1 error in 1 of 3 files, 7 statements.")


def test_text_says_once_what_is_to_do_for_findings_in_a_row() -> None:
    twice = Report(found=(("a.sql", FINDING), ("b.sql", FINDING)), files=2, statements=2)

    assert as_text(twice).count(FINDING.recipe) == 1


def test_the_summary_counts_by_severity() -> None:
    kinds = [Severity.WARNING, Severity.ADVICE, Severity.ERROR, Severity.WARNING]
    found = tuple(("a.sql", odd(severity=kind)) for kind in kinds)

    assert Report(found=found, files=1, statements=1200).summary == (
        "1 error, 2 warnings, 1 advice in 1 of 1 file, 1,200 statements."
    )


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
    nothing = Report(files=2, statements=1)

    assert as_text(nothing) == "Nothing found in 2 files, 1 statement."
    assert json.loads(as_json(nothing)) == []
    assert as_github(nothing) == ""
    assert json.loads(as_sarif(nothing))["runs"][0]["results"] == []


@pytest.mark.parametrize(
    ("severity", "command"), [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.ADVICE, "notice")]
)
def test_github_gets_a_command_a_finding(severity: Severity, command: str) -> None:
    finding = odd(severity=severity, message="50% of it:\nall", recipe="r")
    written = as_github(Report(found=(("a,b:c%.sql", finding),), files=1, statements=1))

    assert written == (
        f"::{command} file=a%2Cb%3Ac%25.sql,line=2,col=1,title=update-whole-table::50%25 of it:%0Aall%0Ar"
    )


def test_sarif_holds_the_rules_with_their_pages_and_each_finding() -> None:
    [run] = json.loads(as_sarif(FOUND))["runs"]
    driver, [result] = run["tool"]["driver"], run["results"]

    assert [rule["id"] for rule in driver["rules"]] == [rule.id for rule in rules()]
    assert [rule["help"]["markdown"] for rule in driver["rules"]] == [page(rule) for rule in rules()]
    assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "update-whole-table"
    assert result["level"] == "error"
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "up.sql"},
                "region": {"startLine": 2, "startColumn": 1},
            }
        }
    ]


def test_sarif_says_note_for_advice_and_writes_a_path_as_a_uri() -> None:
    report = Report(found=(("a b/ü.sql", odd(severity=Severity.ADVICE)), ("/x/y.sql", FINDING)), files=2, statements=2)

    results = json.loads(as_sarif(report))["runs"][0]["results"]

    assert results[0]["level"] == "note"
    assert [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in results] == [
        "a%20b/%C3%BC.sql",
        "file:///x/y.sql",
    ]


def test_a_fingerprint_stays_when_the_statement_moves_and_differs_for_its_copy() -> None:
    def fingerprints(*found: Finding) -> list[str]:
        written = json.loads(as_sarif(Report(found=tuple(("a.sql", one) for one in found), files=1, statements=1)))
        return [one["partialFingerprints"]["whimbrelStatement/v1"] for one in written["runs"][0]["results"]]

    once = fingerprints(FINDING)

    assert fingerprints(odd(line=99, statement="DELETE\n  FROM t")) == once
    assert len(set(fingerprints(FINDING, odd(line=3)))) == 2
    assert fingerprints(odd(statement="DELETE FROM u")) != once


def test_rules_are_selected_and_ignored() -> None:
    judged = [("a.sql", Judged(findings=lint("DELETE FROM t; CREATE INDEX ON t (a)"), statements=2))]

    def kept(**chosen: frozenset[str]) -> list[str]:
        return [one.rule for _, one in report(judged, **chosen).found]

    assert kept() == ["update-whole-table", "create-index-blocking"]
    assert kept(select=frozenset({"update-whole-table"})) == ["update-whole-table"]
    assert kept(ignore=frozenset({"update-whole-table"})) == ["create-index-blocking"]
    assert not report(judged, ignore=frozenset({"update-whole-table", "create-index-blocking"})).has_error
