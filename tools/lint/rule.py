"""What a lint rule is."""

import inspect
import re
from abc import abstractmethod
from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar

from protocol.findings import Finding, Severity
from protocol.value import Value
from tools.lint.actions import Statement
from tools.lint.context import Context


class Rule:
    """One thing to look for. A subclass stands alone in a file of `rules/`; the file's name is the rule's.

    Its docstring is its page in the documentation. Under `Unsafe` and under `Safe` stands one block of SQL each, and
    these two blocks are its test: the first gets a finding of this rule, the second none.
    """

    severity: ClassVar[Severity] = Severity.ERROR
    looks_at: ClassVar[tuple[type[Value], ...]] = ()
    """The actions without which a statement is of no interest; none means that every statement is."""
    also_known_as: ClassVar[tuple[str, ...]] = ()
    """What other linters call it, so that `whimbrel rule` finds it by their names too."""
    recipe: ClassVar[str]
    """What to do instead, in a few lines of plain text."""

    @cached_property
    def id(self) -> str:
        return type(self).__module__.rpartition(".")[2].replace("_", "-")

    @property
    def page(self) -> str:
        return inspect.cleandoc(type(self).__doc__ or "")

    @property
    def summary(self) -> str:
        """The first sentence of the page, in one line."""
        first = re.split(r"(?<=[.!?])\s", " ".join(self.page.split()), maxsplit=1)
        return first[0]

    @abstractmethod
    def check(self, statement: Statement, context: Context) -> Iterator[Finding]:
        """Yield what speaks against the statement; `context` holds what came before it."""

    def at_end(self, last: Statement, context: Context) -> Iterator[Finding]:  # noqa: ARG002 - for rules to override
        """Yield what speaks against the file as a whole, once, after its last statement."""
        return iter(())

    def finding(
        self,
        statement: Statement,
        message: str,
        severity: Severity | None = None,
        recipe: str | None = None,
        at: int = 0,
    ) -> Finding:
        """Build a finding on the statement, at the character `at`; severity and recipe are the rule's unless given."""
        line, column = statement.position(at)
        return Finding(
            rule=self.id,
            severity=severity or self.severity,
            message=message,
            recipe=recipe or self.recipe,
            statement=statement.text,
            line=line,
            column=column,
        )
