"""The schema of a database as values; two of them can be compared and fingerprinted."""

from typing import Literal

from protocol.names import TableName
from protocol.value import Value, fingerprint_of


class Column(Value):
    """A column as the catalogue tells it; `default` is the server's own text, or that of the generation expression."""

    name: str
    type: str
    nullable: bool
    default: str | None = None
    generated: Literal["", "stored", "virtual"] = ""
    identity: Literal["", "always", "by default"] = ""


class Index(Value):
    name: str
    definition: str
    columns: tuple[str, ...]
    unique: bool = False
    primary: bool = False
    valid: bool = True


class Constraint(Value):
    """`kind` is pg_constraint.contype: c check, f foreign key, n not null, p primary key, u unique, x exclusion."""

    name: str
    kind: str
    definition: str
    columns: tuple[str, ...]
    validated: bool = True


class Trigger(Value):
    name: str
    definition: str
    enabled: str = "O"


class Table(Value):
    """One table with everything of it that a plan relies on."""

    name: TableName
    kind: Literal["table", "partitioned table"] = "table"
    columns: tuple[Column, ...]
    indexes: tuple[Index, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    row_security: bool = False
    comments: tuple[tuple[str, str], ...] = ()
    """Column name and text; an empty name is the table itself."""
    attached: tuple[str, ...] = ()
    """What hangs on it besides its own parts: partitions and heirs, rules, policies, its types' labels, its storage."""

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.model_dump(mode="json"))

    @property
    def shape(self) -> str:
        """A fingerprint that does not mind the order of columns: one that was dropped comes back as the last."""
        columns = sorted(self.columns, key=lambda column: column.name)
        return self.model_copy(update={"columns": tuple(columns)}).fingerprint

    def comment(self, column: str = "") -> str | None:
        return dict(self.comments).get(column)

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


class EnumType(Value):
    """An enumerated type; a type lives in the same name space as tables."""

    name: TableName
    labels: tuple[str, ...]


class Snapshot(Value):
    """The structure of everything a plan relies on; None is a name at which there is no table."""

    tables: tuple[tuple[TableName, Table | None], ...] = ()
    enums: tuple[EnumType, ...] = ()

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.model_dump(mode="json"))


def snapshot_differences(before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """Say in words what changed between two pictures of the same names."""
    said: list[str] = []
    now = dict(after.tables)
    for name, old in before.tables:
        said += _difference(name, old, now.get(name))
    labels = {enum.name: enum.labels for enum in after.enums}
    said += [f"type `{enum.name}` was changed" for enum in before.enums if labels.get(enum.name) != enum.labels]
    if not said and before.fingerprint != after.fingerprint:
        said.append("something else about them changed")
    return tuple(said)


def _difference(name: TableName, old: Table | None, new: Table | None) -> tuple[str, ...]:
    match old, new:
        case None, None:
            return ()
        case None, _:
            return (f"a table `{name}` appeared",)
        case _, None:
            return (f"table `{name}` is gone",)
        case Table(), Table():
            return tuple(f"`{name}`: {said}" for said in differences(old, new))
        case _:
            return ()


def differences(before: Table, after: Table) -> tuple[str, ...]:
    """Say in words what changed between two pictures of one table."""
    said: list[str] = []
    for word in ("column", "index", "constraint", "trigger"):
        plural = "indexes" if word == "index" else word + "s"
        old = {part.name: part for part in getattr(before, plural)}
        new = {part.name: part for part in getattr(after, plural)}
        said += [f"{word} `{name}` was added" for name in new if name not in old]
        said += [f"{word} `{name}` was dropped" for name in old if name not in new]
        said += [f"{word} `{name}` was changed" for name in new if name in old and new[name] != old[name]]
    said += [f"{part} was attached" for part in after.attached if part not in before.attached]
    said += [f"{part} is gone" for part in before.attached if part not in after.attached]
    if before.row_security != after.row_security:
        said.append("row security was switched")
    if before.comments != after.comments:
        said.append("a comment was changed")
    if before.kind != after.kind or before.name != after.name:
        said.append("the table is another one")
    if not said and before != after:
        said.append("the order of its parts changed")
    return tuple(said)
