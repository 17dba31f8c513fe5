"""Grades as plain text, with what they rest on and how little a small number proves."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from evals.grade import Grade
from evals.recording import Origin
from evals.scenario import Outcome

ORIGINS: dict[Origin, str] = {
    "authored": "authored by hand",
    "recorded": "recorded live",
    "guided": "guided",
    "live": "live",
}


def report(grades: Sequence[Grade]) -> str:
    """Return a line for each scenario, then every reason, then origins and the interval."""
    return "\n".join([*_table(grades), *_reasons(grades), "", _origins(grades), *_interval(grades)])


def all_pass(grades: Sequence[Grade]) -> bool:
    return bool(grades) and all(grade.ok for grade in grades)


def _table(grades: Sequence[Grade]) -> Iterator[str]:
    rows = [("scenario", "passed", "outcome", "expected", "model")]
    for name, group in groupby(sorted(grades, key=lambda grade: grade.scenario), key=lambda grade: grade.scenario):
        runs = list(group)
        outcomes = ", ".join(_counted(runs))
        passed = f"{sum(run.ok for run in runs)}/{len(runs)}"
        rows.append((name, passed, outcomes, str(runs[0].expected), f"{runs[0].model} ({runs[0].origin})"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _counted(runs: Sequence[Grade]) -> Iterator[str]:
    for outcome, count in Counter(run.outcome for run in runs).items():
        yield str(outcome) if len(runs) == 1 else f"{count} × {outcome}"


def _reasons(grades: Sequence[Grade]) -> Iterator[str]:
    for grade in grades:
        reasons = [f"{finding.grader}: {finding.said}" for finding in grade.findings]
        reasons += [*([f"stale: {grade.drift}"] if grade.drift else []), *grade.unmet]
        if reasons:
            yield from ("", f"{grade.scenario}:", *(f"  - {reason}" for reason in reasons))


def _origins(grades: Sequence[Grade]) -> str:
    counts = Counter(grade.origin for grade in grades)
    shown = [f"{counts[origin]} {word}" for origin, word in ORIGINS.items() if origin != "live" or counts[origin]]
    return f"{_many(len(grades))}: {', '.join(shown)}."


def _interval(grades: Sequence[Grade]) -> Iterator[str]:
    """The rule of three; it speaks of a sample, and a replay is none."""
    bad = sum(grade.outcome is Outcome.VIOLATION for grade in grades)
    if bad:
        yield f"{bad} of {len(grades)} broke the protocol; that gates a release."
        return
    bound = min(1.0, 3 / len(grades)) if grades else 1.0
    yield (
        f"0 violations in {len(grades)}: the risk of one is at most 3/{len(grades)} = {bound:.0%} (95 % confidence, "
        "rule of three), never “safe”."
    )
    if any(grade.origin != "live" for grade in grades):
        yield "Replayed and guided conversations are no sample of what a model does: they test the program around it."


def _many(count: int) -> str:
    return f"{count} conversation" + ("" if count == 1 else "s")
