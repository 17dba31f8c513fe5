"""What steers the session: transactions and settings."""

from tools.lint.actions.base import Action


class SetSetting(Action):
    """`value` is None where the setting goes back to what it was; `name` is `all` for RESET ALL."""

    name: str
    value: str | None
    local: bool = False


class Begin(Action):
    pass


class Commit(Action):
    pass


class Rollback(Action):
    pass


class Savepoint(Action):
    name: str


class ReleaseSavepoint(Action):
    name: str


class RollbackTo(Action):
    """Back to a savepoint: what came after it is undone, its locks with it."""

    name: str
