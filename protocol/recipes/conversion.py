"""Values of one column as another type: the expression, whether it may fail, and how to find the rows where it does."""

from protocol.names import TableName, derived_name, dollar_quoted, quoted
from protocol.recipes.instant import UNDO_LOCK_TIMEOUT_MS, instant, undo_by
from protocol.recipes.sync import Sync, assign
from protocol.steps import Guard, Statements
from protocol.table_facts import TableFacts
from protocol.value import Value

REFUSALS = "data_exception OR integrity_constraint_violation OR raise_exception"
"""PL/pgSQL conditions of a value that does not convert: classes 22 and 23, and what a function of one's own raises."""


class Conversion(Value):
    """`expression` is over the row, to be stored in a column of `type`; `may_fail` when some value may not convert."""

    table: TableName
    expression: str
    type: str
    may_fail: bool
    required: bool = False
    """NULL counts as failing."""

    @property
    def compared(self) -> str:
        """The value as one of the type. A cast may cut where storing refuses, so it is never what is stored."""
        return f"CAST(({self.expression}) AS {self.type})"

    def tolerant(self, target: str) -> Sync:
        """A trigger that never refuses a write: what does not convert leaves NULL in `target`."""
        body = assign(self.table, target, self.expression)
        if self.may_fail:
            body = f"BEGIN {body} EXCEPTION WHEN {REFUSALS} THEN NEW.{quoted(target)} := NULL; END;"
        return Sync(self.table, derived_name("whimbrel", self.table.name, target), body)

    # --- finding what does not convert -------------------------------------------------------------------------------

    def _function(self, column: str) -> str:
        name = derived_name("whimbrel", self.table.name, column, "converts")
        return f"{quoted(self.table.schema_name)}.{quoted(name)}"

    def create_test(self, column: str) -> str:
        """A function that tells of a row whether its value can be stored; it stores nothing."""
        missing = "RETURN converted IS NOT NULL;" if self.required else "RETURN true;"
        row = f"(SELECT asked.*) AS {quoted(self.table.name)}"
        body = (
            f"DECLARE converted {self.type}; BEGIN converted := (SELECT ({self.expression}) FROM {row}); {missing} "
            f"EXCEPTION WHEN {REFUSALS} THEN RETURN false; END"
        )
        return (
            f"CREATE FUNCTION {self._function(column)}(asked {self.table.sql}) RETURNS boolean LANGUAGE plpgsql STABLE "
            f"SET search_path FROM CURRENT AS {dollar_quoted(body)}"
        )

    def drop_test(self, column: str) -> str:
        return f"DROP FUNCTION IF EXISTS {self._function(column)}({self.table.sql})"

    def every_row_converts(self, facts: TableFacts, column: str) -> Guard:
        """Refuse a step while some row does not convert, and say how to find it; never what it holds."""
        where = f"FROM {self.table.sql} AS each_row WHERE NOT {self._function(column)}(each_row)"
        key = ", ".join(quoted(part.name) for part in facts.key.columns) if facts.key else "*"
        return Guard(
            sql=f"SELECT count(*) {where}",
            says=f"{{count}} rows of `{self.table}` hold a `{column}` that does not become {self.type}. Nothing of "
            f"them was changed. SELECT {key} {where} finds them; put them right, then resume.",
        )


def make_test(conversion: Conversion, column: str, id_: str) -> Statements:
    """The step before one that is guarded by `every_row_converts`."""
    return instant(
        id_,
        "Make a function that tells whether a row converts",
        "The next step counts with it the rows that do not, and is refused when there are any; no value is shown.",
        conversion.create_test(column),
        limit=UNDO_LOCK_TIMEOUT_MS,
        lock="none",
        undo=undo_by(id_, conversion.drop_test(column), lock="none"),
    )


def tested(conversion: Conversion, facts: TableFacts, column: str, step: Statements) -> tuple[Statements, ...]:
    """A step that converts values, after a look at whether every one does; not where none can fail."""
    if not conversion.may_fail or facts.is_empty:
        return (step,)
    guard, sql = conversion.every_row_converts(facts, column), (conversion.drop_test(column), *step.sql)
    guarded = step.model_copy(update={"guard": guard, "sql": sql})
    return (make_test(conversion, column, "test_conversion"), guarded)
