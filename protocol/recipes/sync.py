"""Triggers that keep columns in step, one way or both, installed before a backfill (R12, R13, T21, T33)."""

from protocol.names import TableName, derived_name, dollar_quoted, quoted


class Sync:
    """A trigger with its function, both of one name; `body` is PL/pgSQL between BEGIN and RETURN NEW."""

    def __init__(self, table: TableName, name: str, body: str) -> None:
        self.table, self.name, self.body = table, name, body

    @property
    def _function(self) -> str:
        return f"{quoted(self.table.schema_name)}.{quoted(self.name)}"

    @property
    def create(self) -> tuple[str, str]:
        body = dollar_quoted(f"BEGIN {self.body} RETURN NEW; END")
        return (
            f"CREATE FUNCTION {self._function}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT "
            f"AS {body}",
            f"CREATE TRIGGER {quoted(self.name)} BEFORE INSERT OR UPDATE ON {self.table.sql} "
            f"FOR EACH ROW EXECUTE FUNCTION {self._function}()",
        )

    @property
    def drop(self) -> tuple[str, str]:
        return (
            f"DROP TRIGGER IF EXISTS {quoted(self.name)} ON {self.table.sql}",
            f"DROP FUNCTION IF EXISTS {self._function}()",
        )


def one_way(table: TableName, target: str, expression: str) -> Sync:
    """Whatever is written, `target` becomes `expression` of the new row."""
    return Sync(table, derived_name("whimbrel", table.name, target), assign(table, target, expression))


def both_ways(table: TableName, old: str, new: str, *, to_new: str, to_old: str) -> Sync:
    """Old code writes `old`, new code writes `new`: who wrote is told by what differs, and the other side follows.

    `to_new` and `to_old` are expressions over the row. On INSERT a value in `new` wins, so `new` must have no default.
    """
    follow_new, follow_old = assign(table, old, to_old), assign(table, new, to_new)
    body = (
        "IF TG_OP = 'INSERT' THEN "
        f"IF NEW.{quoted(new)} IS NOT NULL THEN {follow_new} ELSE {follow_old} END IF; "
        f"ELSIF NEW.{quoted(new)} IS DISTINCT FROM OLD.{quoted(new)} THEN {follow_new} "
        f"ELSIF NEW.{quoted(old)} IS DISTINCT FROM OLD.{quoted(old)} THEN {follow_old} END IF;"
    )
    return Sync(table, derived_name("whimbrel", table.name, old, "and", new), body)


def assign(table: TableName, target: str, expression: str) -> str:
    """`NEW.target := expression`, where the expression names columns as a query on the table would."""
    return f"NEW.{quoted(target)} := (SELECT ({expression}) FROM (SELECT NEW.*) AS {quoted(table.name)});"
