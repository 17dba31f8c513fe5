"""The commands of ALTER TABLE as changes, one after the other."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from protocol.discovery import Scalar
from protocol.names import quoted
from tools.lint.grammar import text_of, type_text, word
from tools.sql_pieces import (
    NotTyped,
    SqlChange,
    all_absent,
    behind,
    column_list,
    index_element,
    strings_of,
    table_name,
)

Answers = dict[str, Scalar]
Command = Callable[[Any], Iterator[tuple[str, Answers]]]
"""Reads one command; gives kinds with their answers but for the table."""

ON_DELETE = {"a": "no action", "r": "restrict", "c": "cascade", "n": "set null", "d": "set default", "": "no action"}


def alter_table(node: Any, text: str) -> Iterator[SqlChange]:
    """Yield a change for each command, in the order written; raise NotTyped with the reason."""
    if not node.relation.inh:
        raise NotTyped("it is for the parent ONLY, without its partitions")
    for part in node.cmds:
        command = part.alter_table_cmd
        subtype = word(command, "subtype")
        if word(command, "behavior") == "DROP_CASCADE":
            raise NotTyped("CASCADE takes away what nobody named")
        read = COMMANDS.get(subtype)
        if read is None:
            raise NotTyped(f"no kind of change describes ALTER TABLE … {_spoken(subtype)}")
        for kind, answers in read(command):
            if kind == "attach_partition":
                answers["bounds"] = behind(text, "FOR VALUES", _definition(command).partition_cmd.bound)
            yield SqlChange(kind=kind, answers={"table": table_name(node.relation), **answers}, statement=text)


def _spoken(subtype: str) -> str:
    name = subtype.removeprefix("AT_")
    return "".join(f" {letter}" if letter.isupper() else letter for letter in name).strip().upper()


def _definition(command: Any) -> Any:
    return getattr(command, "def")


# --- columns -------------------------------------------------------------------------------------------------------


def _add_column(command: Any) -> Iterator[tuple[str, Answers]]:
    node = _definition(command).column_def
    if node.HasField("coll_clause"):
        raise NotTyped("it names a collation")
    parts = [(word(part.constraint, "contype"), part.constraint) for part in node.constraints]
    odd = {"CONSTR_GENERATED": "it is generated", "CONSTR_IDENTITY": "it is an identity column"}
    for kind, _ in parts:
        if kind in odd or kind.startswith("CONSTR_ATTR"):
            raise NotTyped(f"{odd.get(kind, 'it says when or whether a constraint is enforced')}; no kind says that")
    default = next((part.raw_expr for kind, part in parts if kind == "CONSTR_DEFAULT"), None)
    must = any(kind in ("CONSTR_NOTNULL", "CONSTR_PRIMARY") for kind, _ in parts)
    yield (
        "add_column",
        {
            "column": node.colname,
            "type": type_text(node.type_name),
            "nullable": not must,
            "default": text_of(default) if default is not None else "none",
        },
    )
    for kind, part in parts:
        if kind in CONSTRAINTS and kind != "CONSTR_NOTNULL":
            yield CONSTRAINTS[kind](part, [node.colname])


def _drop_column(command: Any) -> Iterator[tuple[str, Answers]]:
    yield "drop_column", {"column": command.name}


def _set_not_null(command: Any) -> Iterator[tuple[str, Answers]]:
    yield "set_not_null", {"column": command.name}


def _drop_not_null(command: Any) -> Iterator[tuple[str, Answers]]:
    yield "drop_not_null", {"column": command.name}


def _default(command: Any) -> Iterator[tuple[str, Answers]]:
    expression = _definition(command)
    if expression.WhichOneof("node"):
        yield "set_default", {"column": command.name, "default": text_of(expression)}
    else:
        yield "drop_default", {"column": command.name}


def _type(command: Any) -> Iterator[tuple[str, Answers]]:
    node = _definition(command).column_def
    if node.HasField("coll_clause"):
        raise NotTyped("it names a collation")
    answers: Answers = {"column": command.name, "type": type_text(node.type_name)}
    if node.HasField("raw_default"):
        answers["using"] = text_of(node.raw_default)
    yield "change_type", answers


# --- constraints ---------------------------------------------------------------------------------------------------


def _add_constraint(command: Any) -> Iterator[tuple[str, Answers]]:
    node = _definition(command).constraint
    yield CONSTRAINTS[word(node, "contype")](node, strings_of(node.keys))


def _named(node: Any, answers: Answers) -> Answers:
    return answers | ({"constraint_name": node.conname} if node.conname else {})


def _check(node: Any, columns: list[str]) -> tuple[str, Answers]:  # noqa: ARG001 - every constraint has this shape
    all_absent(node, "is_no_inherit")
    _enforced(node)
    return "add_check", _named(node, {"condition": text_of(node.raw_expr)})


def _foreign(node: Any, columns: list[str]) -> tuple[str, Answers]:
    all_absent(node, "deferrable", "fk_with_period", "fk_del_set_cols")
    _enforced(node)
    if node.fk_upd_action not in ("a", "") or node.fk_matchtype not in ("s", ""):
        raise NotTyped("it says what happens ON UPDATE, or MATCH FULL")
    answers: Answers = {
        "columns": column_list(node.fk_attrs) or ", ".join(quoted(column) for column in columns),
        "ref_table": table_name(node.pktable),
        "on_delete": ON_DELETE[node.fk_del_action],
    }
    if node.pk_attrs:
        answers["ref_columns"] = column_list(node.pk_attrs)
    return "add_foreign_key", _named(node, answers)


def _enforced(node: Any) -> None:
    """NOT VALID is no obstacle: the kinds go that way themselves, and prove it afterwards."""
    if not node.is_enforced:
        raise NotTyped("it is NOT ENFORCED")


def _unique(node: Any, columns: list[str]) -> tuple[str, Answers]:
    return "add_unique", _named(node, _keyed(node, columns))


def _primary(node: Any, columns: list[str]) -> tuple[str, Answers]:
    return "add_primary_key", _named(node, _keyed(node, columns))


def _keyed(node: Any, columns: list[str]) -> Answers:
    all_absent(
        node, "deferrable", "nulls_not_distinct", "indexname", "including", "without_overlaps", "options", "indexspace"
    )
    return {"columns": ", ".join(quoted(column) for column in columns)}


def _exclusion(node: Any, columns: list[str]) -> tuple[str, Answers]:  # noqa: ARG001 - as above
    all_absent(node, "deferrable", "including", "options", "indexspace")
    elements = []
    for part in node.exclusions:
        element, operator = part.list.items
        elements.append(f"{index_element(element.index_elem)} WITH {_operator(operator)}")
    answers: Answers = {"elements": ", ".join(elements), "method": node.access_method or "gist"}
    if node.HasField("where_clause"):
        answers["where"] = text_of(node.where_clause)
    return "add_exclusion", _named(node, answers)


def _operator(node: Any) -> str:
    names = strings_of(node.list.items)
    return names[0] if len(names) == 1 else f"OPERATOR({'.'.join(names)})"


def _not_null(node: Any, columns: list[str]) -> tuple[str, Answers]:
    all_absent(node, "is_no_inherit")
    return "set_not_null", {"column": columns[0]}


CONSTRAINTS: Mapping[str, Callable[[Any, list[str]], tuple[str, Answers]]] = {
    "CONSTR_CHECK": _check,
    "CONSTR_EXCLUSION": _exclusion,
    "CONSTR_FOREIGN": _foreign,
    "CONSTR_NOTNULL": _not_null,
    "CONSTR_PRIMARY": _primary,
    "CONSTR_UNIQUE": _unique,
}


def _drop_constraint(command: Any) -> Iterator[tuple[str, Answers]]:
    yield "drop_constraint", {"constraint": command.name}


# --- partitions ----------------------------------------------------------------------------------------------------


def _attach(command: Any) -> Iterator[tuple[str, Answers]]:
    yield "attach_partition", {"partition": table_name(_definition(command).partition_cmd.name)}


def _detach(command: Any) -> Iterator[tuple[str, Answers]]:
    yield "detach_partition", {"partition": table_name(_definition(command).partition_cmd.name)}


COMMANDS: Mapping[str, Command] = {
    "AT_AddColumn": _add_column,
    "AT_AddConstraint": _add_constraint,
    "AT_AlterColumnType": _type,
    "AT_AttachPartition": _attach,
    "AT_ColumnDefault": _default,
    "AT_DetachPartition": _detach,
    "AT_DropColumn": _drop_column,
    "AT_DropConstraint": _drop_constraint,
    "AT_DropNotNull": _drop_not_null,
    "AT_SetNotNull": _set_not_null,
}
