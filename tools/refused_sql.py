"""What is not run even where a person pastes it and says that they know: it reaches beyond a step or the database."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tools.lint.grammar import name_of, under, word

OWN_SCHEMA = "whimbrel"

SESSION = "each statement runs in a session of its own, so it would be gone with the next one."
TRANSACTION = (
    "each statement is a transaction of its own here, noted in the ledger inside it; leave BEGIN and COMMIT out."
)
OUTSIDE = "it cannot run inside a transaction, and a run that is killed could not tell whether it was done."
ROLES = "roles and passwords belong to the whole server, not to a migration of one database."
SERVER = "it changes the whole server, not this database."
ELSEWHERE = "it makes the server connect to another place, or holds a password."
FILES = "it reads or writes files, or runs programs, on the server; or waits for data that nobody sends."
UNREAD = "what a block of code does is known only when it runs; write its statements out one by one."

REFUSED: Mapping[str, str] = {
    "alter_database_refresh_coll_stmt": SERVER,
    "alter_database_set_stmt": SERVER,
    "alter_database_stmt": SERVER,
    "alter_foreign_server_stmt": ELSEWHERE,
    "alter_role_set_stmt": ROLES,
    "alter_role_stmt": ROLES,
    "alter_subscription_stmt": ELSEWHERE,
    "alter_system_stmt": SERVER,
    "alter_table_move_all_stmt": SERVER,
    "alter_table_space_options_stmt": SERVER,
    "alter_user_mapping_stmt": ELSEWHERE,
    "check_point_stmt": SERVER,
    "close_portal_stmt": SESSION,
    "copy_stmt": FILES,
    "create_event_trig_stmt": "it would fire on every later step of a migration, this one's too.",
    "create_fdw_stmt": ELSEWHERE,
    "create_foreign_server_stmt": ELSEWHERE,
    "create_foreign_table_stmt": ELSEWHERE,
    "create_plang_stmt": "a language brings code that runs on the server.",
    "create_role_stmt": ROLES,
    "create_subscription_stmt": ELSEWHERE,
    "create_table_space_stmt": SERVER,
    "create_user_mapping_stmt": ELSEWHERE,
    "createdb_stmt": SERVER,
    "deallocate_stmt": SESSION,
    "declare_cursor_stmt": SESSION,
    "discard_stmt": SESSION,
    "do_stmt": UNREAD,
    "drop_owned_stmt": "it takes everything of a role away, our own ledger with it.",
    "drop_role_stmt": ROLES,
    "drop_subscription_stmt": ELSEWHERE,
    "drop_table_space_stmt": SERVER,
    "drop_user_mapping_stmt": ELSEWHERE,
    "dropdb_stmt": SERVER,
    "execute_stmt": SESSION,
    "fetch_stmt": SESSION,
    "grant_role_stmt": ROLES,
    "import_foreign_schema_stmt": ELSEWHERE,
    "listen_stmt": SESSION,
    "load_stmt": "it loads code into the server.",
    "lock_stmt": SESSION,
    "prepare_stmt": SESSION,
    "reassign_owned_stmt": ROLES,
    "transaction_stmt": TRANSACTION,
    "unlisten_stmt": SESSION,
    "variable_set_stmt": SESSION,
}
"""Kinds of statement by the name of their node."""

FUNCTIONS = (
    "dblink",
    "lo_export",
    "lo_import",
    "pg_advisory",
    "pg_cancel_backend",
    "pg_create_",
    "pg_drop_",
    "pg_logical",
    "pg_ls_",
    "pg_promote",
    "pg_read_",
    "pg_reload_conf",
    "pg_replication",
    "pg_rotate_logfile",
    "pg_stat_file",
    "pg_switch_wal",
    "pg_terminate_backend",
    "pg_try_advisory",
    "query_to_xml",
    "set_config",
)
"""Beginnings of the names of functions that reach beyond the database, into our session, or run a text as SQL."""

READABLE = {"sql", "plpgsql", ""}
"""Languages whose functions stay inside the database; none is named where the body is standard SQL."""


def refusal(node: Any, kind: str) -> str:
    """Why a statement's node is not run, a sentence; empty when it may be."""
    return REFUSED.get(kind) or next(_reasons(getattr(node, kind), kind), "")


def _reasons(statement: Any, kind: str) -> Iterator[str]:
    shape = SHAPES.get(kind)
    if shape is not None and (reason := shape(statement)):
        yield reason
    for call in under(statement, "FuncCall"):
        name = name_of(call.funcname).rpartition(".")[2]
        if name.startswith(FUNCTIONS):
            yield f"it calls `{name}`, which reaches beyond the database, into our session, or runs a text as SQL."
    if _names_ours(statement):
        yield f"schema `{OWN_SCHEMA}` holds the ledger of the runs."
    if next(under(statement, "ParamRef"), None) is not None:
        yield "it has a parameter such as `$1`, and nobody gives it a value."


def _names_ours(statement: Any) -> bool:
    named = any(table.schemaname == OWN_SCHEMA for table in under(statement, "RangeVar"))
    return named or any(text.sval == OWN_SCHEMA for text in under(statement, "String"))


def _language(statement: Any) -> str:
    said = [option.def_elem for option in statement.options]
    language = next((o.arg.string.sval for o in said if o.defname == "language"), "")
    return (
        ""
        if language.lower() in READABLE
        else f"a function in {language} runs code outside the database's own languages."
    )


def _explain(statement: Any) -> str:
    """EXPLAIN ANALYZE runs what it explains, so the same is refused in it."""
    inner = statement.query
    return refusal(inner, str(inner.WhichOneof("node")))


SHAPES: Mapping[str, Callable[[Any], str]] = {
    "alter_object_schema_stmt": lambda node: "" if node.newschema != OWN_SCHEMA else "schema `whimbrel` is ours.",
    "alter_owner_stmt": lambda node: SERVER if word(node, "object_type") == "OBJECT_DATABASE" else "",
    "alter_table_stmt": lambda node: OUTSIDE if any(part.concurrent for part in under(node, "PartitionCmd")) else "",
    "cluster_stmt": lambda node: "" if node.HasField("relation") else OUTSIDE,
    "create_function_stmt": _language,
    "drop_stmt": lambda node: OUTSIDE if node.concurrent else "",
    "explain_stmt": _explain,
    "index_stmt": lambda node: OUTSIDE + " `add_index` builds it so, and proves it." if node.concurrent else "",
    "reindex_stmt": lambda node: (
        OUTSIDE
        if word(node, "kind") not in {"REINDEX_OBJECT_INDEX", "REINDEX_OBJECT_TABLE"}
        or any(option.def_elem.defname == "concurrently" for option in node.params)
        else ""
    ),
    "rename_stmt": lambda node: SERVER if word(node, "rename_type") == "OBJECT_DATABASE" else _role(node),
    "vacuum_stmt": lambda node: OUTSIDE if node.is_vacuumcmd else "",
}
"""Statements of which some forms are refused."""


def _role(node: Any) -> str:
    return ROLES if word(node, "rename_type") == "OBJECT_ROLE" else ""
