"""Write findings down, each with its file: as text for a person, as JSON for a program."""

import json
from collections.abc import Iterable

from protocol.findings import Finding

Found = Iterable[tuple[str, Finding]]
"""Pairs of file and finding."""


def as_text(found: Found) -> str:
    """One paragraph a finding: `file:line:column severity rule: message`, then what to do instead, indented."""
    return "\n".join(_paragraph(finding, file) for file, finding in found)


def as_json(found: Found) -> str:
    """A list of objects with file, line, column, statement, rule, severity, message and recipe."""
    return json.dumps([_entry(finding, file) for file, finding in found], indent=2, ensure_ascii=False)


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
