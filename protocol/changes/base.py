"""What every kind of change brings: its questions, its strategies, its verification, and what to say about it."""

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar, Self

from protocol.discovery import Question
from protocol.facts import Facts
from protocol.findings import Point
from protocol.inquiry import Inquiry, Trial
from protocol.names import TableName
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy
from protocol.value import Value


class Change(Value):
    """One kind of change. A subclass in a file of its own is found by `protocol.changes`."""

    label: ClassVar[str]
    """How the kind is called in a list for people, such as "add a column"."""

    about: ClassVar[str]
    """One or two sentences for a model: when this kind is meant, and what its questions take."""

    opaque: ClassVar[bool] = False
    """Whether nothing is known of what it touches."""

    kind: str

    # --- discovery -------------------------------------------------------------------------------------------------

    @classmethod
    @abstractmethod
    def questions(cls) -> tuple[Question, ...]:
        """The kind's own questions; the common ones are asked once for the whole request."""

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:  # noqa: ARG003 - a kind without conflicts needs none
        """Answers that cannot stand: question id -> the reason, a sentence. Some answers may still be missing."""
        return {}

    @classmethod
    def inquiries(cls, situation: Situation) -> tuple[Inquiry, ...]:  # noqa: ARG003 - as above
        """What the server has to be asked about types and expressions, as far as the answers go."""
        return ()

    @classmethod
    def trials(cls, situation: Situation) -> tuple[Trial, ...]:  # noqa: ARG003 - as above
        """What the server has to try on empty copies; asked once nothing else speaks against the answers."""
        return ()

    @classmethod
    @abstractmethod
    def from_situation(cls, situation: Situation) -> Self:
        """Build the change once every question has an answer."""

    # --- what it touches -------------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def subjects(self) -> tuple[TableName, ...]:
        """The tables and types it alters that are there before, the main one first."""

    @property
    def columns_touched(self) -> tuple[str, ...]:
        """The columns of the main table that are meant, by the fields `column` and `columns` where a kind has them."""
        told = self.model_dump(include={"column", "columns"})
        one = (told["column"],) if told.get("column") else ()
        return (*one, *told.get("columns", ()))

    @property
    def brings(self) -> tuple[TableName, ...]:
        """Names of tables and types that are there only afterwards."""
        return ()

    def counted(self) -> tuple[tuple[TableName, TableName], ...]:
        """Tables that must not lose a row, by their names before and after."""
        return tuple((name, name) for name in self.subjects)

    def foresee(self, facts: Facts) -> Facts:
        """What the next change of the same request finds."""
        return facts

    # --- what to do ------------------------------------------------------------------------------------------------

    @abstractmethod
    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        """Every way to do it on this server, the recommended one first; one with an obstacle says why not."""

    @abstractmethod
    def checks(self, situation: Situation) -> tuple[Check, ...]:
        """What verification asks the database."""

    # --- what to say -----------------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def title(self) -> str:
        """The change in one line."""

    @property
    @abstractmethod
    def summary(self) -> tuple[tuple[str, str], ...]:
        """The change summary of the plan: label and value."""

    @property
    @abstractmethod
    def outcome(self) -> str:
        """One sentence for the announcement: what is different afterwards."""

    @abstractmethod
    def impact(self, situation: Situation) -> Iterable[Point]:
        """What it breaks, and what it does not."""

    def compatibility(self, situation: Situation) -> Iterable[Point]:  # noqa: ARG002 - a kind may have nothing to add
        """What old code, new code and a rollback meet."""
        return ()
