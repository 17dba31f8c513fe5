"""Keep a column's values by key in schema `whimbrel`, in step until it goes, so that it can come back (R14)."""

from protocol.figure import Figure
from protocol.key import Key
from protocol.keyset import keyset_walk
from protocol.names import TableName, dollar_quoted, quoted
from protocol.recipes.guards import UNTOUCHED
from protocol.recipes.instant import instant, undo_by
from protocol.schema import Column
from protocol.steps import Backfill, Guard, Statements

BY = "archived"
OF = "filled"
"""Aliases of the archive and of the table; the table's own names stand bare in what walks along its key."""


class Archive:
    """One table, with the trigger function of the same name that keeps it in step.

    The function runs with the rights of whoever migrates (SECURITY DEFINER): the application has none in `whimbrel`.
    Values are compared as text, for json, xml and point have no equality operator.
    """

    def __init__(self, table: TableName, column: Column, key: Key, name: TableName) -> None:
        self.table, self.column, self.key, self.name = table, column, key, name
        self.keys = tuple(quoted(part.name) for part in key.columns)
        self.value = quoted(column.name)

    def step(self, limit: int) -> Statements:
        """Create it with its trigger, in one transaction: whoever writes from then on writes both."""
        return instant(
            "archive",
            f"Archive {self.column.name} in {self.name}, in step from now on",
            "The trigger comes before the values that are there, so that no write slips in between. "
            "Creating it keeps writers out for an instant.",
            *self._create,
            limit=limit,
            lock="SHARE ROW EXCLUSIVE",
            undo=undo_by("archive", *self.stop, f"DROP TABLE {self.name.sql}", costs="The archive goes with it."),
        )

    @property
    def _create(self) -> tuple[str, ...]:
        keys = ", ".join(f"{name} {part.type} NOT NULL" for name, part in zip(self.keys, self.key.columns, strict=True))
        return (
            f"CREATE TABLE {self.name.sql} ({keys}, {self.value} {self.column.type}, "
            f"PRIMARY KEY ({', '.join(self.keys)}))",
            f"CREATE FUNCTION {self.name.sql}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
            f"SET search_path = pg_catalog, pg_temp AS {dollar_quoted(self._body)}",
            f"CREATE TRIGGER {quoted(self.name.name)} AFTER INSERT OR UPDATE OR DELETE ON {self.table.sql} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.name.sql}()",
        )

    @property
    def _body(self) -> str:
        """A value that is gone is noted as NULL: an upsert needs no operator, which search_path might not hold."""
        moved = self._differs([*self.keys])
        changed = self._differs([*self.keys, self.value])
        return (
            f"BEGIN IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND ({moved})) THEN {self._note('OLD', 'NULL')}; END IF; "
            f"IF (TG_OP = 'INSERT' AND NEW.{self.value} IS DISTINCT FROM NULL) OR (TG_OP = 'UPDATE' AND ({changed})) "
            f"THEN {self._note('NEW', f'NEW.{self.value}')}; END IF; RETURN NULL; END"
        )

    def _differs(self, columns: list[str]) -> str:
        return " OR ".join(f"OLD.{name}::text IS DISTINCT FROM NEW.{name}::text" for name in columns)

    def _note(self, row: str, value: str) -> str:
        keys = ", ".join(f"{row}.{name}" for name in self.keys)
        return (
            f"INSERT INTO {self.name.sql} ({', '.join(self.keys)}, {self.value}) VALUES ({keys}, {value}) "
            f"ON CONFLICT ({', '.join(self.keys)}) DO UPDATE SET {self.value} = excluded.{self.value}"
        )

    @property
    def stop(self) -> tuple[str, str]:
        """Statements that let the archive rest as it is."""
        return (
            f"DROP TRIGGER IF EXISTS {quoted(self.name.name)} ON {self.table.sql}",
            f"DROP FUNCTION IF EXISTS {self.name.sql}()",
        )

    def fill(self, rows: Figure) -> Backfill:
        """Copy the values that are there; ends with the proof that none is missing or differs."""
        columns = ", ".join((*self.keys, self.value))

        def copy(batch: str) -> str:
            return (
                f"INSERT INTO {self.name.sql} ({columns}) SELECT {columns} FROM {self.table.sql} "
                f"WHERE {batch} AND {self.value} IS DISTINCT FROM NULL FOR SHARE "
                f"ON CONFLICT ({', '.join(self.keys)}) DO NOTHING"
            )

        return keyset_walk(
            table=self.table,
            key=self.key,
            write=copy,
            left_sql=self._left_sql,
            rows=rows,
            title=f"Copy {self.column.name} into the archive",
            why="Each batch is a transaction of its own, and holds its rows against writers until the copy is written; "
            "what they write then follows by the trigger.",
            id_="fill_archive",
        )

    @property
    def _left_sql(self) -> str:
        """Count the rows that are missing in the archive or differ from it."""
        return (
            f"SELECT count(*) FROM {self.table.sql} AS {OF} LEFT JOIN {self.name.sql} AS {BY} ON {self._same_key} "
            f"WHERE {OF}.{self.value}::text IS DISTINCT FROM {BY}.{self.value}::text"
        )

    @property
    def in_step(self) -> Guard:
        """Writes can go past a trigger: with session_replication_role, or while somebody has disabled it."""
        return Guard(
            sql=self._left_sql,
            says=f"{{count}} rows of `{self.table}` hold a `{self.column.name}` that the archive does not: they were "
            f"written past its trigger, which logical replication and loaders can do. {UNTOUCHED} "
            "Roll back, which removes the archive, and start again; it is then filled anew.",
        )

    def refill(self, rows: Figure, id_: str) -> Backfill:
        """Give the column its values back; a row that has one by then keeps it."""
        kept = f"SELECT FROM {self.name.sql} AS {BY} WHERE {self._same_key} AND {BY}.{self.value} IS DISTINCT FROM NULL"
        to_do = f"{OF}.{self.value} IS NOT DISTINCT FROM NULL AND EXISTS ({kept})"

        def put_back(batch: str) -> str:
            return (
                f"UPDATE {self.table.sql} AS {OF} SET {self.value} = "
                f"(SELECT {BY}.{self.value} FROM {self.name.sql} AS {BY} WHERE {self._same_key}) "
                f"WHERE {batch} AND {to_do}"
            )

        return keyset_walk(
            table=self.table,
            key=self.key,
            write=put_back,
            left_sql=f"SELECT count(*) FROM {self.table.sql} AS {OF} WHERE {to_do}",
            rows=rows,
            title=f"Fill {self.column.name} from the archive",
            why="In batches, each a transaction of its own.",
            id_=id_,
        )

    @property
    def _same_key(self) -> str:
        return " AND ".join(f"{BY}.{name} = {OF}.{name}" for name in self.keys)
