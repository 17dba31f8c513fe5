"""What every kind of change brings: its questions, its strategies, its verification."""

from abc import abstractmethod
from typing import ClassVar

from protocol.discovery import Question, Sheet
from protocol.facts import Facts, ValueFacts
from protocol.names import TableName
from protocol.steps import Check
from protocol.strategy import Strategy
from protocol.value import Value


class Change(Value):
    """One kind of change. A subclass in a file of its own is found by `protocol.changes`."""

    label: ClassVar[str]
    """How the kind is called in a list for people, such as "add a column"."""

    table: TableName

    @classmethod
    @abstractmethod
    def questions(cls) -> tuple[Question, ...]:
        """The questions of this kind, common ones included, in the protocol's order."""

    @classmethod
    @abstractmethod
    def conflicts(cls, sheet: Sheet, facts: Facts) -> dict[str, str]:
        """Answers that cannot stand: question id -> the reason, a sentence."""

    @classmethod
    @abstractmethod
    def from_sheet(cls, sheet: Sheet, facts: Facts, value: ValueFacts) -> "Change":
        """Build the change once every question has an answer."""

    @property
    @abstractmethod
    def title(self) -> str:
        """The change in one line."""

    @property
    @abstractmethod
    def summary(self) -> tuple[tuple[str, str], ...]:
        """The change summary of the plan: label and value."""

    @abstractmethod
    def strategies(self, sheet: Sheet, facts: Facts, value: ValueFacts) -> tuple[Strategy, ...]:
        """Every way to do it on this server, the recommended one first."""

    @abstractmethod
    def checks(self, facts: Facts, value: ValueFacts) -> tuple[Check, ...]:
        """What verification asks the database."""
