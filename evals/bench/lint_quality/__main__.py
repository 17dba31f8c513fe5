"""`python -m evals.bench.lint_quality`: whimbrel lint and squawk against what servers saw, as Markdown."""

import subprocess
import sys
from pathlib import Path

from evals.bench.lint_quality.label import HAZARDS, Hazard, Labels, read_labels
from evals.bench.lint_quality.linters import Remark, of_squawk, of_whimbrel, of_whimbrel_with_servers, squawk
from evals.bench.lint_quality.measure import files
from evals.bench.lint_quality.score import Score, score

BASE = Path(__file__).with_name("base.sql")

HEAD = """\
# What two linters see of {files} migrations

Each migration was run on PostgreSQL 16, or 18 where it says so, on tables of 20,000 rows, in the transaction that its
file asks for; what each of its {statements} statements did was measured (`measure.py`, `labels.json`).
A statement is dangerous when it fails; when it reads through, rewrites or indexes an existing table, or changes more
than 5,000 of its rows, while its transaction blocks the readers or the writers of one; when it loses rows or columns;
when a name that an application may use is gone, or of another type, after its transaction.
A lock that is held for an instant counts as clean, so a warning of it counts as a false alarm.
The false alarms of a row are those of rules whose remarks mostly coincide with that hazard.

`whimbrel` and squawk see each file alone. `whimbrel after base.sql` sees it after the file that made the schema, as
`whimbrel lint migrations/` sees a project: in order, with what the earlier files defined. `whimbrel --dsn`
may ask the database instead, as it is before the migration. Squawk keeps no history and asks no server.

{dangerous} statements are dangerous, {clean} are clean.
"""


def ratio(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "–"


def row(found: int, false: int, missed: int) -> str:
    return f"{found} | {false} | {missed} | {ratio(found, found + false)} | {ratio(found, found + missed)}"


def line(hazard: Hazard | None, scores: list[Score]) -> str:
    parts = []
    for one in scores:
        found = len(one.found(hazard))
        parts.append(row(found, len(one.false_alarms(hazard)), len(one.dangerous(hazard)) - found))
    return f"| {hazard or '**all**'} | {' | '.join(parts)} |"


def table(title: str, names: list[str], scores: list[Score]) -> str:
    columns = " | ".join(f"{name} found | false | missed | precision | recall" for name in names)
    rule = "|---|" + "--:|" * 5 * len(names)
    of_files = " | ".join(row(*one.files()) for one in scores)
    lines = [f"| hazard | {columns} |", rule, *(line(hazard, scores) for hazard in HAZARDS), line(None, scores)]
    return "\n".join([f"## {title}", "", *lines, f"| files | {of_files} |", ""])


def listed(title: str, labels: Labels, places: list[tuple[str, int]]) -> str:
    ones = []
    for file, at in places:
        one = labels.files[file][at]
        ones.append(f"- `{file}`:{one.line} {', '.join(one.hazards) or 'clean'}: `{one.text}`")
    return "\n".join([f"## {title} ({len(ones)})", "", *ones, ""])


def alarms(name: str, one: Score) -> str:
    rows = [f"- {rule}: {count}" for rule, count in one.false_by_rule()]
    return "\n".join([f"## False alarms of {name}, by rule", "", *(rows or ["None."]), ""])


def version_of(program: str) -> str:
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()


def main() -> None:
    labels, chosen, program = read_labels(), files(), squawk()
    remarks = {
        "whimbrel": of_whimbrel(chosen),
        "whimbrel after base.sql": of_whimbrel(chosen, earlier=BASE.read_text("utf-8")),
        "whimbrel --dsn": of_whimbrel_with_servers(chosen),
    }
    if program:
        remarks[version_of(program)] = of_squawk(program, chosen)
    safety = {name: score(labels, _of_safety(ones)) for name, ones in remarks.items()}
    ours = safety["whimbrel"]
    print(
        HEAD.format(
            files=len(labels.files),
            statements=sum(map(len, labels.files.values())),
            dangerous=len(ours.dangerous()),
            clean=len(ours.hazards) - len(ours.dangerous()),
        )
    )
    print(
        table(
            "What is judged: without style, advice, timeouts, and statements that are only said to be not understood",
            list(remarks),
            list(safety.values()),
        )
    )
    everything = [score(labels, ones) for ones in remarks.values()]
    print(table("Everything that is said, as shipped", list(remarks), everything))
    print(listed("Missed by whimbrel", labels, ours.missed()))
    print(listed("False alarms of whimbrel", labels, sorted(ours.false_alarms())))
    for name in ("whimbrel after base.sql", "whimbrel --dsn"):
        print(listed(f"Missed by {name}", labels, safety[name].missed()))
        print(listed(f"False alarms of {name}", labels, sorted(safety[name].false_alarms())))
    print("\n".join(alarms(name, one) for name, one in safety.items()))
    if program is None:
        print("squawk is not installed, so it was not asked.", file=sys.stderr)


def _of_safety(ones: list[Remark]) -> list[Remark]:
    return [one for one in ones if one.safety]


if __name__ == "__main__":
    main()
