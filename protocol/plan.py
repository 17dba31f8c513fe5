"""The plan: every section of the protocol's template, and the digest an approval is bound to."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from protocol.changes import AnyChange
from protocol.discovery import Sheet
from protocol.facts import Environment, Facts, Figure, ValueFacts
from protocol.findings import Finding, Severity
from protocol.names import Name
from protocol.steps import Backup, Check, Step, sql_of
from protocol.strategy import Strategy
from protocol.value import Value, fingerprint_of


class Point(Value):
    """One line that holds (✓), warns (!) or cannot be known (?)."""

    mark: Literal["holds", "warns", "unknown"]
    text: str


class Impact(Value):
    breaking: tuple[Point, ...]
    performance: tuple[tuple[str, Figure], ...]
    compatibility: tuple[Point, ...]


class RollbackPoint(Value):
    """What to do when the migration fails after `after` (a step's title); `sql` is run in this order."""

    after: str
    sql: tuple[str, ...]
    costs: str


class Risk(Value):
    risk: str
    likelihood: Literal["LOW", "MEDIUM", "HIGH"]
    impact: Literal["LOW", "MEDIUM", "HIGH", "CRITICAL"]
    mitigation: str


class Stage(Value):
    """One line of the timeline."""

    name: str
    duration: Figure


class Timeline(Value):
    preparation: tuple[str, ...]
    stages: tuple[Stage, ...]
    total: Figure
    when: str
    who: str


class Communications(Value):
    """Ready to post; whoever posts them adds the names."""

    before: str
    during: str
    after: str


class Files(Value):
    """The migration as plain SQL files, for the project's own repository."""

    name: str
    up: str
    down: str


class Plan(Value):
    """A complete plan for one change on one database."""

    id: Name
    title: str
    request: str
    environment: Environment
    change: Annotated[AnyChange, Field(discriminator="kind")]
    sheet: Sheet
    facts: Facts
    value: ValueFacts
    summary: tuple[tuple[str, str], ...]
    why: str
    impact: Impact
    strategies: tuple[Strategy, ...]
    chosen: Name
    recommendation: str
    prerequisites: tuple[Point, ...]
    steps: tuple[Step, ...] = Field(min_length=1)
    checks: tuple[Check, ...]
    rollback: tuple[RollbackPoint, ...]
    restore: str
    testing_before: tuple[str, ...]
    testing_after: tuple[str, ...]
    risks: tuple[Risk, ...]
    overall_risk: str
    timeline: Timeline
    communications: Communications
    files: Files
    findings: tuple[Finding, ...]

    @model_validator(mode="after")
    def _is_whole(self) -> "Plan":
        ids = [step.id for step in self.steps]
        if len(set(ids)) != len(ids):
            raise ValueError("two steps of a plan share an id")
        if self.chosen not in {strategy.id for strategy in self.strategies}:
            raise ValueError("the chosen strategy is not among the plan's strategies")
        if self.environment == "production" and not any(isinstance(step, Backup) for step in self.steps):
            raise ValueError("a production plan needs a backup step")
        return self

    @property
    def digest(self) -> str:
        """What the person approves: the change, every step with its SQL, undo and limits, the target, the schema.

        Estimates, texts and row counts are left out, so that a plan made again a minute later has the same digest.
        """
        steps = [step.model_dump(mode="json", exclude={"title", "why", "held", "duration"}) for step in self.steps]
        checks = [check.model_dump(mode="json") for check in self.checks]
        return fingerprint_of(
            {
                "change": self.change.model_dump(mode="json"),
                "environment": self.environment,
                "steps": steps,
                "checks": checks,
                "target": self.facts.target.identity,
                "schema": self.facts.table.fingerprint,
            }
        )

    @property
    def sql(self) -> tuple[str, ...]:
        return tuple(statement for step in self.steps for statement in sql_of(step))

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    def step(self, step_id: str) -> Step | None:
        return next((step for step in self.steps if step.id == step_id), None)
