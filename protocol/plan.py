"""The plan: every section of the protocol's template, and the digest an approval is bound to."""

import re
from typing import Any, Literal

from pydantic import Field, model_validator

from protocol.changes import AnyChange
from protocol.discovery import Sheet
from protocol.facts import Facts
from protocol.figure import Figure
from protocol.findings import Finding, Point, Severity
from protocol.names import Name, TableName, derived_name
from protocol.schema import Snapshot
from protocol.steps import Backup, Check, Step, every_id, sql_of
from protocol.strategy import Strategy
from protocol.target import Environment
from protocol.value import Value, fingerprint_of


class Impact(Value):
    breaking: tuple[Point, ...]
    performance: tuple[tuple[str, Figure], ...]
    compatibility: tuple[Point, ...]


class RollbackPoint(Value):
    """What to do when the migration fails after `after` (a step's title); `sql` is run in this order.

    `possible` is false behind the point of no return.
    """

    after: str
    sql: tuple[str, ...]
    costs: str
    possible: bool = True


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


class Plan(Value):
    """A complete plan for one request on one database: one change, or several in this order.

    `counted` are tables that must not lose a row, by their names before and after.
    """

    id: Name
    title: str
    request: str
    environment: Environment
    changes: tuple[AnyChange, ...] = Field(min_length=1)
    sheet: Sheet
    facts: Facts
    counted: tuple[tuple[TableName, TableName], ...] = ()
    summary: tuple[tuple[str, str], ...]
    why: str
    impact: Impact
    strategies: tuple[Strategy, ...]
    chosen: tuple[Name, ...]
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
    findings: tuple[Finding, ...]

    @model_validator(mode="after")
    def _is_whole(self) -> "Plan":
        ids = every_id(self.steps)
        if len(set(ids)) != len(ids):
            raise ValueError("two steps of a plan share an id")
        if len(self.chosen) != len(self.changes) or not set(self.chosen) <= {way.id for way in self.strategies}:
            raise ValueError("the chosen strategies are not one of the plan's strategies for each change")
        if self.environment == "production" and not any(isinstance(step, Backup) for step in self.steps):
            raise ValueError("a production plan needs a backup step")
        return self

    @property
    def digest(self) -> str:
        """What the person approves: the change, every step with its SQL, undo and limits, the target, the schema.

        Estimates, texts and row counts are left out, so that a plan made again a minute later has the same digest.
        """
        steps = [_binding(step) for step in self.steps]
        checks = [check.model_dump(mode="json") for check in self.checks]
        return fingerprint_of(
            {
                "changes": [change.model_dump(mode="json") for change in self.changes],
                "environment": self.environment,
                "steps": steps,
                "checks": checks,
                "counted": [[before.sql, after.sql] for before, after in self.counted],
                "target": self.facts.target.identity,
                "schema": self.schema_before.fingerprint,
            }
        )

    @property
    def file_name(self) -> str:
        """A name for the files that carry it, without an ending."""
        words = re.findall(r"\w+", self.title.lower())
        return derived_name(*words) if words else "migration"

    def ways_of(self, number: int) -> tuple[Strategy, ...]:
        """The strategies of the change `number`; from the second on their ids end with the number."""
        return tuple(way for way in self.strategies if _number_of(way.id) == number)

    @property
    def chosen_ways(self) -> tuple[Strategy, ...]:
        """The strategy taken for each change, in order."""
        return tuple(next(way for way in self.strategies if way.id == id_) for id_ in self.chosen)

    @property
    def watched(self) -> tuple[TableName, ...]:
        """Every name the plan relies on: what was read, and what it is going to make."""
        brought = [name for change in self.changes for name in change.brings]
        enums = [enum.name for enum in self.facts.enums]
        return tuple(dict.fromkeys([*self.facts.names, *enums, *brought]))

    @property
    def schema_before(self) -> Snapshot:
        return self.facts.snapshot(self.watched)

    @property
    def sql(self) -> tuple[str, ...]:
        return tuple(statement for step in self.steps for statement in sql_of(step))

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    def step(self, step_id: str) -> Step | None:
        return next((step for step in self.steps if step.id == step_id), None)


def _number_of(strategy: str) -> int:
    tail = strategy.rpartition("_")[2]
    return int(tail) if tail.isdecimal() else 1


def _binding(step: Step) -> dict[str, Any]:
    """What of a step an approval is bound to, its undo included."""
    told = {"title", "why", "held", "duration", "effects", "undo"}
    undo = [_binding(part) for part in step.undo.steps] if step.undo else None
    return {**step.model_dump(mode="json", exclude=told), "undo": undo}
