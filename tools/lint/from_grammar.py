"""Read PostgreSQL's own tree of a statement: which reader reads which, and an Opaque for what none does."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tools.lint.actions import Action, CreateObject, Harmless, Opaque
from tools.lint.grammar import tree
from tools.lint.read import code, create_table, drop, maintenance, objects, rename, rows, session, types
from tools.lint.read.alter_table import alter_table
from tools.lint.read.objects import altered, created

Reader = Callable[[Any], Iterable[Action]]


def read(text: str) -> tuple[Action, ...]:
    """Return what the one statement of `text` does; raise NotRead where the grammar has no tree for it.

    The bodies of functions and DO blocks are not read here.
    """
    return tuple(_of(tree(text)))


def _of(statement: Any) -> Iterable[Action]:
    kind = statement.WhichOneof("node")
    reader = READERS.get(kind)
    if reader is None:
        return (Opaque(reason=f"what {_spoken(kind)} does is not told by the statement"),)
    return reader(getattr(statement, kind))


def _spoken(kind: str) -> str:
    return kind.removesuffix("_stmt").replace("_", " ").upper()


def _harmless(kind: str) -> Reader:
    action = Harmless(kind=kind)
    return lambda _: (action,)


def _select(node: Any) -> Iterator[Action]:
    yield from rows.query(node)
    if node.HasField("into_clause"):
        yield create_table.select_into(node.into_clause)


def _schema(node: Any) -> Iterator[Action]:
    """CREATE SCHEMA may create tables and views along with it."""
    yield CreateObject(kind="SCHEMA", name=node.schemaname or node.authrole.rolename)
    for element in node.schema_elts:
        yield from _of(element)


def _explain(node: Any) -> Iterable[Action]:
    """EXPLAIN ANALYZE runs its statement."""
    if session.is_on(node.options, "analyze"):
        return _of(node.query)
    return (Harmless(kind="EXPLAIN"),)


def _cursor(node: Any) -> Iterable[Action]:
    return _of(node.query)


READERS: dict[str, Reader] = {
    "alter_collation_stmt": altered("COLLATION", "collname"),
    "alter_database_set_stmt": altered("DATABASE", "dbname"),
    "alter_database_stmt": altered("DATABASE", "dbname"),
    "alter_default_privileges_stmt": objects.default_privileges,
    "alter_domain_stmt": types.alter_domain,
    "alter_enum_stmt": types.alter_enum,
    "alter_event_trig_stmt": altered("EVENT TRIGGER", "trigname"),
    "alter_extension_contents_stmt": objects.alter_extension,
    "alter_extension_stmt": objects.alter_extension,
    "alter_fdw_stmt": altered("FOREIGN DATA WRAPPER", "fdwname"),
    "alter_foreign_server_stmt": altered("SERVER", "servername"),
    "alter_function_stmt": altered("FUNCTION", "func"),
    "alter_object_depends_stmt": altered("DEPENDENCY", ""),
    "alter_object_schema_stmt": rename.set_schema,
    "alter_op_family_stmt": altered("OPERATOR FAMILY", "opfamilyname"),
    "alter_operator_stmt": altered("OPERATOR", "opername"),
    "alter_owner_stmt": rename.change_owner,
    "alter_policy_stmt": objects.alter_policy,
    "alter_publication_stmt": objects.alter_publication,
    "alter_role_set_stmt": altered("ROLE", ""),
    "alter_role_stmt": altered("ROLE", ""),
    "alter_seq_stmt": objects.alter_sequence,
    "alter_stats_stmt": altered("STATISTICS", "defnames"),
    "alter_subscription_stmt": objects.alter_subscription,
    "alter_system_stmt": altered("SYSTEM", ""),
    "alter_table_move_all_stmt": objects.move_all,
    "alter_table_space_options_stmt": altered("TABLESPACE", "tablespacename"),
    "alter_table_stmt": alter_table,
    "alter_tsconfiguration_stmt": altered("TEXT SEARCH CONFIGURATION", "cfgname"),
    "alter_tsdictionary_stmt": altered("TEXT SEARCH DICTIONARY", "dictname"),
    "alter_type_stmt": types.alter_type,
    "alter_user_mapping_stmt": altered("USER MAPPING", "servername"),
    "call_stmt": code.call,
    "check_point_stmt": _harmless("CHECKPOINT"),
    "close_portal_stmt": _harmless("CLOSE"),
    "cluster_stmt": maintenance.cluster,
    "comment_stmt": objects.comment,
    "composite_type_stmt": types.composite,
    "constraints_set_stmt": _harmless("SET CONSTRAINTS"),
    "copy_stmt": rows.copy,
    "create_am_stmt": created("ACCESS METHOD", "amname"),
    "create_cast_stmt": created("CAST", ""),
    "create_conversion_stmt": created("CONVERSION", "conversion_name"),
    "create_domain_stmt": types.domain,
    "create_enum_stmt": types.enum,
    "create_event_trig_stmt": created("EVENT TRIGGER", "trigname"),
    "create_extension_stmt": objects.extension,
    "create_fdw_stmt": created("FOREIGN DATA WRAPPER", "fdwname"),
    "create_foreign_server_stmt": created("SERVER", "servername"),
    "create_foreign_table_stmt": create_table.create_foreign_table,
    "create_function_stmt": code.function,
    "create_op_class_stmt": created("OPERATOR CLASS", "opclassname"),
    "create_op_family_stmt": created("OPERATOR FAMILY", "opfamilyname"),
    "create_plang_stmt": created("LANGUAGE", "plname"),
    "create_policy_stmt": objects.policy,
    "create_publication_stmt": objects.publication,
    "create_range_stmt": types.range_type,
    "create_role_stmt": created("ROLE", "role"),
    "create_schema_stmt": _schema,
    "create_seq_stmt": objects.sequence,
    "create_stats_stmt": maintenance.statistics,
    "create_stmt": create_table.create_table,
    "create_subscription_stmt": objects.subscription,
    "create_table_as_stmt": create_table.create_table_as,
    "create_table_space_stmt": created("TABLESPACE", "tablespacename"),
    "create_transform_stmt": created("TRANSFORM", "lang"),
    "create_trig_stmt": objects.trigger,
    "create_user_mapping_stmt": created("USER MAPPING", "servername"),
    "createdb_stmt": created("DATABASE", "dbname"),
    "deallocate_stmt": _harmless("DEALLOCATE"),
    "declare_cursor_stmt": _cursor,
    "define_stmt": objects.defined,
    "delete_stmt": rows.delete,
    "discard_stmt": session.discard,
    "do_stmt": code.do_block,
    "drop_role_stmt": drop.drop_roles,
    "drop_stmt": drop.drop,
    "drop_subscription_stmt": drop.dropped_named("SUBSCRIPTION", "subname"),
    "drop_table_space_stmt": drop.dropped_named("TABLESPACE", "tablespacename"),
    "drop_user_mapping_stmt": drop.dropped_named("USER MAPPING", "servername"),
    "dropdb_stmt": drop.dropped_named("DATABASE", "dbname"),
    "explain_stmt": _explain,
    "fetch_stmt": _harmless("FETCH"),
    "grant_role_stmt": objects.grant_role,
    "grant_stmt": objects.grant,
    "import_foreign_schema_stmt": created("FOREIGN SCHEMA", "remote_schema"),
    "index_stmt": maintenance.index,
    "insert_stmt": rows.insert,
    "listen_stmt": _harmless("LISTEN"),
    "lock_stmt": rows.lock,
    "merge_stmt": rows.merge,
    "notify_stmt": _harmless("NOTIFY"),
    "prepare_stmt": _harmless("PREPARE"),
    "refresh_mat_view_stmt": maintenance.refresh,
    "reindex_stmt": maintenance.reindex,
    "rename_stmt": rename.rename,
    "rule_stmt": objects.rule,
    "sec_label_stmt": altered("SECURITY LABEL", ""),
    "select_stmt": _select,
    "transaction_stmt": session.transaction,
    "truncate_stmt": maintenance.truncate,
    "unlisten_stmt": _harmless("UNLISTEN"),
    "update_stmt": rows.update,
    "vacuum_stmt": maintenance.vacuum,
    "variable_set_stmt": session.setting,
    "variable_show_stmt": _harmless("SHOW"),
    "view_stmt": objects.view,
}
