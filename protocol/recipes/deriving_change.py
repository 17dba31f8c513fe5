"""Making columns out of others, as a change: what is asked and how it is said differs from kind to kind."""

from abc import abstractmethod
from collections.abc import Iterable

from protocol.changes.base import Change
from protocol.facts import Facts
from protocol.findings import Point
from protocol.names import TableName
from protocol.recipes.derived import Derived, DerivedColumns
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy


class DerivingChange(Change):
    """A change of one table whose `targets` follow from other columns until the application writes them."""

    table: TableName

    @property
    @abstractmethod
    def targets(self) -> tuple[Derived, ...]:
        """The columns that are made, in the order they were named."""

    @property
    def made(self) -> DerivedColumns:
        return DerivedColumns(
            table=self.table,
            targets=self.targets,
            condition=f"every running version of the application writes {self.names} itself",
        )

    @property
    def names(self) -> str:
        return ", ".join(target.column.name for target in self.targets)

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    def foresee(self, facts: Facts) -> Facts:
        return self.made.foresee(facts)

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        return self.made.strategies(situation)

    def checks(self, situation: Situation) -> tuple[Check, ...]:
        return self.made.checks(situation)

    def impact(self, situation: Situation) -> Iterable[Point]:
        return self.made.impact(situation)

    def compatibility(self, situation: Situation) -> Iterable[Point]:
        return self.made.compatibility(situation)
