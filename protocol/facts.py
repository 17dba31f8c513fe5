"""What was read from the database: the tables and types of a request, and what is around them."""

from protocol.errors import Refused
from protocol.figure import Figure
from protocol.names import TableName
from protocol.schema import EnumType, Snapshot
from protocol.table_facts import TableFacts
from protocol.target import Rights, Target
from protocol.value import Value


class Activity(Value):
    """What the server was doing when it was read."""

    longest_transaction: Figure
    replicas: Figure


class Facts(Value):
    """Everything the database said about the tables and types of a request, and its surroundings.

    `kept` are the relations in schema `whimbrel`: earlier runs keep there what they took away.
    """

    target: Target
    tables: tuple[TableFacts, ...] = ()
    enums: tuple[EnumType, ...] = ()
    database_bytes: Figure
    rights: Rights
    activity: Activity
    schemas: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    @property
    def main(self) -> TableFacts | None:
        """The table that screens speak of: the first one."""
        return self.tables[0] if self.tables else None

    @property
    def names(self) -> tuple[TableName, ...]:
        return tuple(facts.name for facts in self.tables)

    def find(self, name: TableName) -> TableFacts | None:
        return next((facts for facts in self.tables if facts.name == name), None)

    def of(self, name: TableName) -> TableFacts:
        """What was read about a table; raise Refused when it was not."""
        found = self.find(name)
        if found is None:
            raise Refused(f"Table `{name}` was not read. Nothing was changed.")
        return found

    def enum(self, name: TableName) -> EnumType | None:
        return next((enum for enum in self.enums if enum.name == name), None)

    def with_table(self, facts: TableFacts, instead_of: TableName | None = None) -> "Facts":
        """The same with a table as it will be; `instead_of` is the name it has until then."""
        gone = instead_of or facts.name
        foreseen = facts.model_copy(update={"foreseen": True})
        if self.find(gone) is None:
            return self.model_copy(update={"tables": (*self.tables, foreseen)})
        return self.model_copy(
            update={"tables": tuple(foreseen if there.name == gone else there for there in self.tables)}
        )

    def without_table(self, name: TableName) -> "Facts":
        return self.model_copy(update={"tables": tuple(there for there in self.tables if there.name != name)})

    def keeping(self, name: TableName) -> "Facts":
        """The same where a relation of that name stands in schema `whimbrel`."""
        return self.model_copy(update={"kept": (*self.kept, name.name)})

    def with_enum(self, enum: EnumType) -> "Facts":
        others = tuple(there for there in self.enums if there.name != enum.name)
        return self.model_copy(update={"enums": (*others, enum)})

    def snapshot(self, watched: tuple[TableName, ...]) -> Snapshot:
        """The structure a plan relies on; a watched name that was not read is not there yet."""
        tables = {facts.name: facts.table for facts in self.tables}
        enums = {enum.name: enum for enum in self.enums}
        return Snapshot(
            tables=tuple((name, tables.get(name)) for name in watched),
            enums=tuple(enums[name] for name in watched if name in enums),
        )
