"""Let the server try a statement on empty copies of tables, in a transaction that is rolled back."""

import psycopg

from protocol.errors import BadAnswer
from protocol.facts import Facts
from protocol.inquiry import Trial
from protocol.names import TableName, literal, quoted
from protocol.table_facts import TableFacts
from tools.engines.postgres import Connection, one_value
from tools.introspect.names import SQL as NAMES
from tools.introspect.value import REFUSALS, SQL

CANNOT_TRY = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)
"""The role may make no temporary table, or the server is a standby: then the step itself has to say it."""

PATIENCE_MS = 2_000
"""For a statement on an empty table: what takes longer runs somebody's function."""

EXTENSIONS = {
    "gin": "extension pg_trgm brings gin_trgm_ops for text, btree_gin brings classes for plain values",
    "gist": "extension btree_gist brings classes for plain values such as numbers, text and dates",
}


def try_out(connection: Connection, trial: Trial, facts: Facts) -> None:
    """Raise BadAnswer naming the question, when the server refuses a statement or a name is taken."""
    for question, name in trial.free:
        taken = one_value(connection, f"SELECT to_regclass({literal(name.sql)}) IS NOT NULL")
        if taken and not _goes_before(connection, name, facts):
            raise BadAnswer(f"{question}: there is already a relation `{name}`; say another name.")
    try:
        with connection.transaction(force_rollback=True):
            connection.execute("SET TRANSACTION READ WRITE")
            connection.execute(f"SET LOCAL statement_timeout = {PATIENCE_MS}")
            for copy, table in trial.copies:
                _copy(connection, copy, facts.of(table))
            for question, sql in trial.tries:
                _try(connection, question, sql, trial)
    except CANNOT_TRY:
        return


def _goes_before(connection: Connection, name: TableName, facts: Facts) -> bool:
    """Tell whether an earlier change of the request drops the index that has the name now."""
    row = connection.execute(NAMES["table_of"], (name.sql,)).fetchone()
    there = facts.find(TableName(schema_name=row[0], name=row[1])) if row else None
    return there is not None and all(index.name != name.name for index in there.table.indexes)


def _copy(connection: Connection, name: str, facts: TableFacts) -> None:
    """Without rows; of a table as an earlier change of the request will leave it, its columns and keys."""
    if not facts.foreseen:
        like = f"LIKE {facts.name.sql} INCLUDING INDEXES INCLUDING GENERATED"
        connection.execute(f"CREATE TEMPORARY TABLE {quoted(name)} ({like})")
        return
    columns = ", ".join(f"{quoted(column.name)} {column.type}" for column in facts.table.columns)
    connection.execute(f"CREATE TEMPORARY TABLE {quoted(name)} ({columns})")
    for constraint in facts.table.constraints:
        if constraint.kind in "pu":
            connection.execute(f"ALTER TABLE pg_temp.{quoted(name)} ADD {constraint.definition}")
    for index in facts.table.indexes:
        if index.unique and all(index.columns) and " WHERE " not in index.definition:
            keys = ", ".join(quoted(column) for column in index.columns)
            connection.execute(f"CREATE UNIQUE INDEX ON pg_temp.{quoted(name)} ({keys})")


def _try(connection: Connection, question: str, sql: str, trial: Trial) -> None:
    try:
        with connection.transaction():
            connection.execute(sql.encode(), binary=True)
    except CANNOT_TRY:
        raise
    except REFUSALS as error:
        said = " ".join((error.diag.message_primary or str(error)).split())
        hint = _classes(connection, trial) if isinstance(error, psycopg.errors.UndefinedObject) else ""
        raise BadAnswer(f"{question}: the server refuses it ({said}).{hint}") from None


def _classes(connection: Connection, trial: Trial) -> str:
    """Which operator classes the method has for the copy's columns, for whoever named none or a wrong one."""
    method = trial.method
    if not method:
        return ""
    rows = connection.execute(
        "SELECT attname::text, atttypid::bigint FROM pg_attribute "
        f"WHERE attrelid = {literal(_copied(trial))}::regclass AND attnum > 0"
    ).fetchall()
    found = {
        name: [row[0] for row in connection.execute(SQL["operator_classes"], (method, type_))] for name, type_ in rows
    }
    listed = "; ".join(f"{name}: {', '.join(classes)}" for name, classes in found.items() if classes)
    return f" Operator classes of {method}: {listed or 'none for these columns'}. {EXTENSIONS.get(method, '')}".rstrip()


def _copied(trial: Trial) -> str:
    return f"pg_temp.{quoted(trial.copies[0][0])}"
