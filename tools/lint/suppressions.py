"""Comments in which a person takes the blame for a finding: `-- whimbrel: ignore rule-name[, rule]: reason`.

One holds for the statement it stands in, on whose line it stands, or above which it stands; `ignore-file`, in the
comments at the head of a file, for all of it. Without a reason it does nothing. What does nothing is itself a finding.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from protocol.findings import Finding, Severity
from tools.lint.actions import Statement
from tools.lint.scan import marks

UNFOUNDED = "suppression-unfounded"

RECIPE = (
    "Write `-- whimbrel: ignore rule-name: the reason`, in the statement or on the line before it,\n"
    "or `-- whimbrel: ignore-file rule-name: the reason` at the head of the file; or take the comment out."
)

_WORD = re.compile(r"whimbrel\s*:", re.I)
_SAID = re.compile(
    r"(?:--|/\*)\s*whimbrel\s*:\s*(?P<verb>[\w-]+)(?P<rules>[^:\n]*)(?::(?P<reason>.*?))?(?:\*/)?\s*\Z", re.I | re.S
)


@dataclass
class Suppression:
    """One comment, and which of its rules it has silenced so far."""

    text: str
    line: int
    column: int
    of_file: bool
    rules: tuple[str, ...]
    reason: str
    first: int = 0
    last: int = 0
    """Lines of the statements it holds for; 0 where it holds for none."""
    used: set[str] = field(default_factory=set)

    def answers(self, rule: str) -> bool:
        return rule in self.rules and bool(self.reason)


class Places:
    """Which lines the statements of a file stand on; they are in the order of the file."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        spans = sorted((one.line, one.column, one.line + one.text.count("\n")) for one in statements)
        self._starts = [(line, column) for line, column, _ in spans]
        self._ends = [end for _, _, end in spans]

    def around(self, line: int, column: int) -> tuple[int, int]:
        """Return first and last line of the statement that holds this place."""
        at = bisect_right(self._starts, (line, column)) - 1
        return (self._starts[at][0], max(self._ends[at], line)) if at >= 0 else (line, line)

    def any_on(self, first: int, last: int) -> bool:
        """Tell whether a statement stands on one of these lines."""
        at = bisect_right(self._starts, (last + 1, 0)) - 1
        return at >= 0 and self._ends[at] >= first

    def any_before(self, line: int) -> bool:
        return bool(self._starts) and self._starts[0][0] < line


def suppressed(
    sql: str, statements: Sequence[Statement], found: Iterable[Finding], known: Collection[str]
) -> tuple[Finding, ...]:
    """Return what is left of the findings, and one for each comment that has no reason, no such rule or no effect."""
    if not _WORD.search(sql):
        return tuple(found)
    places = Places(statements)
    comments = list(_read(sql, places))
    by_line = _by_line(comments)
    left = [finding for finding in found if not _silenced(finding, by_line, places)]
    wrong = [_unfounded(comment, said) for comment in comments for said in _faults(comment, known)]
    return tuple(sorted([*left, *wrong], key=lambda finding: (finding.line, finding.column)))


def _by_line(comments: Iterable[Suppression]) -> Mapping[int, Sequence[Suppression]]:
    """Return the comments by the lines they hold for; those of the whole file stand at line 0."""
    by_line: dict[int, list[Suppression]] = {}
    for comment in comments:
        for line in (0,) if comment.of_file else range(comment.first, comment.last + 1):
            by_line.setdefault(line, []).append(comment)
    return by_line


def _silenced(finding: Finding, by_line: Mapping[int, Sequence[Suppression]], places: Places) -> bool:
    first, last = places.around(finding.line, finding.column)
    near = (comment for line in (0, *range(first, last + 1)) for comment in by_line.get(line, ()))
    holding = [comment for comment in near if comment.answers(finding.rule)]
    for comment in holding:
        comment.used.add(finding.rule)
    return bool(holding)


def _faults(comment: Suppression, known: Collection[str]) -> Iterator[str]:
    if not comment.rules:
        yield "it names no rule, so it silences none"
        return
    for rule in comment.rules:
        if rule not in known or rule == UNFOUNDED:
            near = get_close_matches(rule, known, n=1)
            yield f"there is no rule `{rule}` to silence" + (f"; did you mean `{near[0]}`?" if near else "")
        elif not comment.reason:
            yield f"it gives no reason, so `{rule}` is not silenced"
        elif rule not in comment.used:
            yield f"`{rule}` found nothing here, so there is nothing to silence"


def _unfounded(comment: Suppression, said: str) -> Finding:
    return Finding(
        rule=UNFOUNDED,
        severity=Severity.WARNING,
        message=said,
        recipe=RECIPE,
        statement=comment.text,
        line=comment.line,
        column=comment.column,
    )


# --- reading -------------------------------------------------------------------------------------------------------


def _read(sql: str, places: Places) -> Iterator[Suppression]:
    lines = sql.split("\n")
    line = counted = 0
    for mark in marks(sql):
        text = sql[mark.start : mark.end]
        said = _SAID.match(text) if mark.kind == "comment" else None
        if said is None:
            continue
        line += sql.count("\n", counted, mark.start)
        counted = mark.start
        column = mark.start - sql.rfind("\n", 0, mark.start)
        yield _placed(said, line + 1, column, lines, places)


def _placed(said: re.Match[str], line: int, column: int, lines: Sequence[str], places: Places) -> Suppression:
    comment = Suppression(
        text=said[0].strip(),
        line=line,
        column=column,
        of_file=said["verb"].lower() == "ignore-file",
        rules=_names(said["rules"]) if said["verb"].lower() in {"ignore", "ignore-file"} else (),
        reason=" ".join((said["reason"] or "").split()),
    )
    last = line + said[0].count("\n")
    if comment.of_file:
        if places.any_before(line):
            comment.rules, comment.of_file = (), False
        return comment
    comment.first, comment.last = _span(line, last, lines, places)
    return comment


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in re.split(r"[\s,]+", text.strip().lower()) if name)


def _span(line: int, last: int, lines: Sequence[str], places: Places) -> tuple[int, int]:
    """Return the lines a comment holds for: its own where a statement stands on them, else those of the next one."""
    if places.any_on(line, last):
        return line, last
    below = last + 1
    while below <= len(lines) and lines[below - 1].lstrip().startswith("--"):
        below += 1
    return below, below
