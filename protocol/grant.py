"""Who may use a table or a column."""

from protocol.names import TableName, quoted
from protocol.value import Value


class Grant(Value):
    """A privilege that somebody other than the owner has; `role` is written for SQL, as PUBLIC is."""

    privilege: str
    role: str
    grantable: bool = False

    def sql(self, table: TableName, column: str | None = None) -> str:
        """Grant the same on a table, or on one column of it."""
        what = f"{self.privilege} ({quoted(column)})" if column is not None else self.privilege
        return f"GRANT {what} ON {table.sql} TO {self.role}{' WITH GRANT OPTION' if self.grantable else ''}"
