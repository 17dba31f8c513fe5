"""Write the findings in one file down: as text for a person, as JSON for a program."""

import json
from collections.abc import Iterable

from protocol.findings import Finding


def as_text(findings: Iterable[Finding], file: str) -> str:
    """One paragraph a finding: `file:line:column severity rule: message`, then what to do instead, indented."""
    return "\n".join(_paragraph(finding, file) for finding in findings)


def as_json(findings: Iterable[Finding], file: str) -> str:
    """A list of objects with file, line, column, statement, rule, severity, message and recipe."""
    return json.dumps([_entry(finding, file) for finding in findings], indent=2, ensure_ascii=False)


def _paragraph(finding: Finding, file: str) -> str:
    head = f"{file}:{finding.line}:{finding.column} {finding.severity.value} {finding.rule}: {finding.message}"
    return "\n".join([head, *(f"    {line}" for line in finding.recipe.splitlines())])


def _entry(finding: Finding, file: str) -> dict[str, str | int]:
    return {
        "file": file,
        "line": finding.line,
        "column": finding.column,
        "statement": finding.statement,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "recipe": finding.recipe,
    }
