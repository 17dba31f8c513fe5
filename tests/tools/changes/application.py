"""An application that writes while a migration is under way, and remembers what it wrote."""

from collections.abc import Callable

from protocol.names import quoted
from tests.tools.ground import Ground


class Application:
    """Writes `value(n)`, spelled as text, to a column under the name that its version knows; `rows` is what must be."""

    def __init__(self, ground: Ground, table: str, key: str, column: str, value: Callable[[int], str]) -> None:
        self.ground, self.table, self.key, self.value = ground, table, key, value
        self.rows = self.read(column)
        self.count = 0

    def read(self, column: str) -> dict[str, str | None]:
        asked = f"SELECT {quoted(self.key)}::text, {quoted(column)}::text FROM {self.table}"
        return dict(self.ground.ask(asked))

    def writes(self, column: str) -> None:
        """Insert a row, change one at either end of the table, and delete one."""
        self.count += 1
        fresh = 100_000 + self.count
        self._write(
            str(fresh), f"INSERT INTO {self.table} ({quoted(self.key)}, {quoted(column)}) VALUES ($2, $1)", fresh
        )
        for known in (min(self.rows, key=int), sorted(self.rows, key=int)[-2]):
            set_it = f"UPDATE {self.table} SET {quoted(column)} = $1 WHERE {quoted(self.key)} = $2"
            self._write(known, set_it, fresh + int(known))
        gone = sorted(self.rows, key=int)[len(self.rows) // 2]
        self.ground.ask(f"DELETE FROM {self.table} WHERE {quoted(self.key)} = $1", int(gone))
        del self.rows[gone]

    def _write(self, key: str, sql: str, seed: int) -> None:
        self.rows[key] = self.value(seed)
        self.ground.ask(sql.replace("$1", f"'{self.value(seed)}'").replace("$2", key))
