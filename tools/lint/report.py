"""What a run of the linter has to say: files with their findings, and how much was looked at."""

from collections import Counter
from collections.abc import Iterable, Iterator

from protocol.findings import Finding, Severity
from protocol.value import Value
from tools.lint.lint import Judged


class Report(Value):
    """Findings by file, in the order of the files; counts of files and statements that were judged."""

    found: tuple[tuple[str, Finding], ...] = ()
    files: int = 0
    statements: int = 0

    @property
    def has_error(self) -> bool:
        return any(one.severity is Severity.ERROR for _, one in self.found)

    @property
    def summary(self) -> str:
        """One line: `2 errors, 1 warning in 1 of 3 files, 14 statements.`"""
        read = f"{_counted(self.files, 'file')}, {_counted(self.statements, 'statement')}"
        if not self.found:
            return f"Nothing found in {read}."
        counts = Counter(one.severity for _, one in self.found)
        parts = [_counted(counts[kind], kind.value) for kind in Severity if counts[kind]]
        return f"{', '.join(parts)} in {len({file for file, _ in self.found})} of {read}."


def report(
    judged: Iterable[tuple[str, Judged]], select: frozenset[str] = frozenset(), ignore: frozenset[str] = frozenset()
) -> Report:
    """Put the files together; keep the rules selected, all where none is, and leave out those ignored."""
    files = list(judged)
    return Report(
        found=tuple(_chosen(files, select, ignore)),
        files=len(files),
        statements=sum(one.statements for _, one in files),
    )


def _chosen(
    files: Iterable[tuple[str, Judged]], select: frozenset[str], ignore: frozenset[str]
) -> Iterator[tuple[str, Finding]]:
    for file, one in files:
        for finding in one.findings:
            if finding.rule not in ignore and (not select or finding.rule in select):
                yield file, finding


def _counted(number: int, noun: str) -> str:
    plural = noun if number == 1 or noun == "advice" else f"{noun}s"
    return f"{number:,} {plural}"
