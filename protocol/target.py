"""The database that a change is for, and what the role may do in it."""

from typing import Literal

from protocol.value import Value

Environment = Literal["production", "staging", "development"]


class Target(Value):
    """Which database, under which role; never a password, never a connection string."""

    alias: str
    database: str
    system_identifier: str
    role: str
    version_num: int
    version: str

    @property
    def identity(self) -> str:
        """What an approval is bound to: this cluster, this database, this major version."""
        return f"{self.system_identifier}/{self.database}/{self.major}"

    @property
    def major(self) -> int:
        return self.version_num // 10000


class Rights(Value):
    """What the role may do here; `owns` is false when it does not own one of the tables."""

    owns: bool
    can_create_schema: bool
    read_only: bool
    in_recovery: bool

    @property
    def obstacles(self) -> tuple[str, ...]:
        """Sentences, empty when nothing stands in the way."""
        reasons = {
            "the server is a standby that only replays": self.in_recovery,
            "the role's transactions are read-only (default_transaction_read_only)": self.read_only,
            "the role does not own the table": not self.owns,
            "the role may not create schema `whimbrel`, where checkpoints are kept": not self.can_create_schema,
        }
        return tuple(reason for reason, holds in reasons.items() if holds)
