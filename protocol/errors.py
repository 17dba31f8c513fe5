"""Everything that can go wrong, and the exit code each ends with.

WhimbrelError                 1
├── StepFailed                1   a step failed; what was undone is said
├── UsageError                2   the request, an option or a setting is wrong
│   ├── ConfigurationError    2
│   ├── BadAnswer             2
│   └── NotYet                2   promised by the interface, not built yet
├── NoConnection              3   the database cannot be reached; try again
├── ModelTrouble              3   the model's service does not answer as it should; try again
├── Refused                   4   a guard or the linter said no
│   ├── IllegalMove           4   the protocol does not allow this now
│   ├── ToolRefused           4
│   └── DriftRefused          4   the schema is not the one that was approved
├── NeedsAnswer               5   nobody is there to ask
├── Stopped                   6   paused, or stopped by a limit
│   └── BudgetSpent           6   a limit on turns, tokens, money or time is reached
├── VerificationDenied        7
└── Interrupted             130

A message says what happened, what was left untouched, and what to do next.
"""

from typing import ClassVar


class WhimbrelError(Exception):
    """Something went wrong; nothing was changed."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())

    @property
    def message(self) -> str:
        return str(self.args[0])


class StepFailed(WhimbrelError):
    """A step failed and its transaction was rolled back."""


class UsageError(WhimbrelError):
    """The request cannot be understood; nothing was changed."""

    exit_code = 2


class ConfigurationError(UsageError):
    """A setting is wrong; nothing was changed."""


class BadAnswer(UsageError):
    """The answer does not fit the question."""


class NotYet(UsageError):
    """This is not built yet."""


class NoConnection(WhimbrelError):
    """The database cannot be reached; nothing was changed. Try again."""

    exit_code = 3


class ModelTrouble(WhimbrelError):
    """The model's service does not answer as it should; nothing was changed. Try again."""

    exit_code = 3


class Refused(WhimbrelError):
    """Refused; nothing was changed."""

    exit_code = 4


class IllegalMove(Refused):
    """The protocol does not allow this now."""


class ToolRefused(Refused):
    """This tool may not be called now."""


class DriftRefused(Refused):
    """The schema changed since the plan was approved; nothing was changed. Plan again."""


class NeedsAnswer(WhimbrelError):
    """A question needs an answer and there is nobody to ask; nothing was changed."""

    exit_code = 5

    def __init__(self, message: str | None = None, missing: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.missing = missing


class Stopped(WhimbrelError):
    """The run is paused; `whimbrel resume` goes on where it stopped."""

    exit_code = 6


class BudgetSpent(Stopped):
    """A limit is reached; nothing was changed since the last step. Raise the limit or go on guided."""


class VerificationDenied(WhimbrelError):
    """The migration ran, but verification does not confirm it."""

    exit_code = 7


class Interrupted(WhimbrelError):
    """Interrupted."""

    exit_code = 130
