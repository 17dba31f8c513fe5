"""Write a report as SARIF 2.1.0, the format that code scanning services read."""

import hashlib
import json
from collections import Counter
from importlib.metadata import version
from pathlib import PurePath
from urllib.parse import quote

from protocol.findings import Finding, Severity
from tools.lint.lint import rules
from tools.lint.pages import page
from tools.lint.report import Report
from tools.lint.rule import Rule

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "note"}

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_sarif(report: Report) -> str:
    """One run with every rule and every finding; lines and columns count from 1, columns in characters."""
    seen: Counter[str] = Counter()
    run = {
        "tool": {
            "driver": {"name": "whimbrel", "version": version("whimbrel"), "rules": [_rule(rule) for rule in rules()]}
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(file, finding, seen) for file, finding in report.found],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "name": type(rule).__name__,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.page.split("\n\nUnsafe:")[0]},
        "help": {"text": f"{rule.page}\n\nInstead:\n{rule.recipe}", "markdown": page(rule)},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"tags": ["postgresql", "migration"]},
    }


def _result(file: str, finding: Finding, seen: Counter[str]) -> dict[str, object]:
    return {
        "ruleId": finding.rule,
        "ruleIndex": [rule.id for rule in rules()].index(finding.rule),
        "level": LEVELS[finding.severity],
        "message": {"text": f"{finding.message}\n{finding.recipe}"},
        "locations": [{"physicalLocation": _place(file, finding)}],
        "partialFingerprints": {"whimbrelStatement/v1": _fingerprint(file, finding, seen)},
    }


def _place(file: str, finding: Finding) -> dict[str, object]:
    region = {"startLine": finding.line, "startColumn": finding.column}
    return {"artifactLocation": {"uri": _uri(file)}, "region": region}


def _fingerprint(file: str, finding: Finding, seen: Counter[str]) -> str:
    """The same for the same remark on the same statement, wherever it moves in its file; the n-th such says so."""
    parts = (PurePath(file).as_posix(), finding.rule, " ".join(finding.statement.split()), finding.message)
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
    seen[digest] += 1
    return f"{digest}:{seen[digest]}"


def _uri(file: str) -> str:
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
