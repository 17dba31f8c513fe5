"""Write a report down: as text for a person, as JSON for a program, as GitHub's annotations."""

import json

from protocol.findings import Finding, Severity
from tools.lint.report import Report

GITHUB = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "notice"}


def as_text(report: Report) -> str:
    """One paragraph a finding: `file:line:column severity rule: message`, then what to do instead, indented.

    What was said for the finding before is not said again. The last line counts.
    """
    lines: list[str] = []
    said = ""
    for file, finding in report.found:
        lines.append(
            f"{file}:{finding.line}:{finding.column} {finding.severity.value} {finding.rule}: {finding.message}"
        )
        if finding.recipe != said:
            lines += [f"    {line}" for line in finding.recipe.splitlines()]
        said = finding.recipe
    return "\n".join([*lines, *([""] if lines else []), report.summary])


def as_json(report: Report) -> str:
    """A list of objects with file, line, column, statement, rule, severity, message and recipe."""
    return json.dumps([_entry(finding, file) for file, finding in report.found], indent=2, ensure_ascii=False)


def as_github(report: Report) -> str:
    """One workflow command a finding, which GitHub shows beside the line."""
    return "\n".join(_command(finding, file) for file, finding in report.found)


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


def _command(finding: Finding, file: str) -> str:
    properties = {"file": file, "line": finding.line, "col": finding.column, "title": finding.rule}
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    said = _data(f"{finding.message}\n{finding.recipe}")
    return f"::{GITHUB[finding.severity]} {listed}::{said}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
