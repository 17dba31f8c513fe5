"""Compare what a linter found with what a server saw."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from evals.bench.lint_quality.label import HAZARDS, Hazard, Label, Labels
from evals.bench.lint_quality.linters import Remark

Place = tuple[str, int]
"""File, and which of its statements."""


@dataclass
class Score:
    """Statements, by their place: which are dangerous, and what was said about each."""

    hazards: dict[Place, tuple[Hazard, ...]]
    said: dict[Place, set[str]] = field(default_factory=lambda: defaultdict(set))

    def dangerous(self, hazard: Hazard | None = None) -> set[Place]:
        return {place for place, of in self.hazards.items() if (of if hazard is None else hazard in of)}

    def found(self, hazard: Hazard | None = None) -> set[Place]:
        return self.dangerous(hazard) & set(self.said)

    def missed(self) -> list[Place]:
        return sorted(self.dangerous() - set(self.said))

    def false_alarms(self, hazard: Hazard | None = None) -> set[Place]:
        """Clean statements with a remark; of one hazard, those whose rule is mostly right about that hazard."""
        clean = set(self.said) - self.dangerous()
        if hazard is None:
            return clean
        about = self._about()
        return {place for place in clean if any(about.get(rule) == hazard for rule in self.said[place])}

    def false_by_rule(self) -> list[tuple[str, int]]:
        counted = Counter(rule for place in self.false_alarms() for rule in self.said[place])
        return sorted(counted.items(), key=lambda each: (-each[1], each[0]))

    def files(self) -> tuple[int, int, int]:
        """Return how many files are dangerous and remarked on, clean and remarked on, dangerous and not remarked on."""
        dangerous = {file for file, _ in self.dangerous()}
        remarked = {file for file, _ in self.said}
        return len(dangerous & remarked), len(remarked - dangerous), len(dangerous - remarked)

    def _about(self) -> dict[str, Hazard]:
        """For each rule, the hazard that most of its remarks on dangerous statements coincide with."""
        seen: dict[str, Counter[Hazard]] = defaultdict(Counter)
        for place, rules in self.said.items():
            for rule in rules:
                seen[rule].update(self.hazards[place])
        return {rule: max(HAZARDS, key=lambda hazard: of[hazard]) for rule, of in seen.items() if of.total()}


def score(labels: Labels, remarks: Iterable[Remark]) -> Score:
    """Put each remark at the statement it stands in; what was not run counts for nothing."""
    result = Score(
        {(file, at): one.hazards for file, ones in labels.files.items() for at, one in enumerate(ones) if one.measured}
    )
    for remark in remarks:
        place = (remark.file, _at(labels.files[remark.file], remark))
        if place in result.hazards:
            result.said[place].add(remark.rule)
    return result


def _at(statements: tuple[Label, ...], remark: Remark) -> int:
    starts = [(one.line, one.column) for one in statements]
    return max(bisect_right(starts, (remark.line, remark.column)) - 1, 0)
