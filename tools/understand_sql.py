"""Pasted SQL as typed changes: each statement becomes changes of the vocabulary, or says why it cannot.

PostgreSQL's own tree is read, and not the linter's actions: those leave out what a change needs word for word, such as
what ON DELETE does, the operators of an exclusion, or the values of an UPDATE. One shape, one reader, one line below.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from protocol.changes import kinds
from protocol.discovery import Scalar
from protocol.errors import BadAnswer
from protocol.names import quoted
from protocol.value import Value
from tools.lint.actions import Opaque, Statement
from tools.lint.grammar import NotRead, text_of, tree, under, word
from tools.lint.parse import parse
from tools.sql_pieces import (
    NotTyped,
    SqlChange,
    all_absent,
    behind,
    in_parentheses,
    index_element,
    joined,
    names_of,
    relation_name,
    table_name,
)
from tools.understand_alter import alter_table

Reader = Callable[[Any, str], Iterable[SqlChange]]
"""Reads a statement's node, with its text beside it; raises NotTyped with the reason."""

NAMES = {"name", "column", "constraint"}
"""Forms of questions that take a name as it is."""

NO_COMMENT = {"none", "no", "null", "nothing"}

SETTINGS = {"lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout"}
"""Left out, with BEGIN and COMMIT: each step is a transaction of its own, with timeouts of its own."""


class Reading(Value):
    """`changes` in the order of the statements; `left_out` are statements that the protocol does better itself."""

    changes: tuple[SqlChange, ...]
    left_out: tuple[str, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why statements became `run_sql`, one a statement."""
        return tuple(change.reason for change in self.changes if change.reason)


def changes_in(sql: str) -> Reading:
    """Read statements; what no kind of change describes comes as `run_sql` with its reason. Raises nothing."""
    changes: list[SqlChange] = []
    left_out: list[str] = []
    for statement in parse(sql):
        found = _read(statement)
        if found is None:
            left_out.append(statement.text)
        else:
            changes += found
    return Reading(changes=tuple(changes), left_out=tuple(left_out))


def _read(statement: Statement) -> tuple[SqlChange, ...] | None:
    text = statement.text
    try:
        if broken := next((one.reason for one in statement.actions if isinstance(one, Opaque) and one.broken), ""):
            raise NotTyped(f"PostgreSQL's grammar does not read it: {broken}")
        node = tree(text)
        kind = str(node.WhichOneof("node"))
        if _is_left_out(kind, getattr(node, kind)):
            return None
        reader = READERS.get(kind)
        if reader is None:
            raise NotTyped(f"no kind of change describes {_spoken(kind)}")
        found = tuple(reader(getattr(node, kind), text))
        _answerable(found)
    except NotRead as error:
        return (_opaque(text, f"PostgreSQL's grammar does not read it: {error}"),)
    except NotTyped as error:
        return (_opaque(text, str(error)),)
    return found


def _opaque(text: str, reason: str) -> SqlChange:
    return SqlChange(kind="run_sql", answers={"sql": text}, statement=text, reason=reason)


def _answerable(changes: Iterable[SqlChange]) -> None:
    """Every answer has to be one that its question takes; a kind that is not here yet is not asked."""
    for change in changes:
        known = kinds().get(change.kind)
        questions = {question.id: question for question in known.questions()} if known else {}
        for name, said in change.answers.items():
            try:
                taken = questions[name].parse(said) if name in questions else said
                if name in questions and questions[name].form in NAMES and taken != said:
                    raise NotTyped(f"`{said}` would be read as `{taken}`")
            except BadAnswer as error:
                raise NotTyped(error.message) from None


def _is_left_out(kind: str, node: Any) -> bool:
    if kind == "transaction_stmt":
        return word(node, "kind") in {"TRANS_STMT_BEGIN", "TRANS_STMT_START", "TRANS_STMT_COMMIT"}
    return kind == "variable_set_stmt" and node.name in SETTINGS


def _spoken(kind: str) -> str:
    return kind.removesuffix("_stmt").replace("_", " ").upper()


# --- one statement -------------------------------------------------------------------------------------------------


def _create_index(node: Any, text: str) -> Iterator[SqlChange]:
    all_absent(node, "options", "table_space", "nulls_not_distinct")
    if not node.relation.inh:
        raise NotTyped("it is for the parent ONLY, without its partitions")
    answers: dict[str, Scalar] = {
        "table": table_name(node.relation),
        "keys": ", ".join(index_element(part.index_elem) for part in node.index_params),
        "unique": node.unique,
        "method": node.access_method or "btree",
    }
    if node.index_including_params:
        answers["include"] = ", ".join(quoted(part.index_elem.name) for part in node.index_including_params)
    if node.HasField("where_clause"):
        answers["where"] = text_of(node.where_clause)
    if node.idxname:
        answers["index_name"] = node.idxname
    yield SqlChange(kind="add_index", answers=answers, statement=text)


def _create_table(node: Any, text: str) -> Iterator[SqlChange]:
    all_absent(node, "inh_relations", "of_typename", "options", "tablespacename", "access_method", "partspec")
    if node.relation.relpersistence != "p":
        raise NotTyped("the table is temporary or unlogged")
    if node.HasField("partbound"):
        raise NotTyped("a partition that is created in its parent locks it; create_partition is said as such")
    answers: dict[str, Scalar] = {
        "table_name": f"{quoted(node.relation.schemaname)}.{quoted(node.relation.relname)}"
        if node.relation.schemaname
        else quoted(node.relation.relname),
        "definition": in_parentheses(text),
    }
    yield SqlChange(kind="create_table", answers=answers, statement=text)


def _create(node: Any, text: str) -> Iterator[SqlChange]:
    if not node.HasField("partbound"):
        yield from _create_table(node, text)
        return
    all_absent(node, "table_elts", "constraints", "options", "tablespacename", "access_method", "partspec")
    [parent] = node.inh_relations
    name = quoted(node.relation.relname)
    answers: dict[str, Scalar] = {
        "table": table_name(parent.range_var),
        "partition": f"{quoted(node.relation.schemaname)}.{name}" if node.relation.schemaname else name,
        "bounds": behind(text, "FOR VALUES", node.partbound),
    }
    yield SqlChange(kind="create_partition", answers=answers, statement=text)


def _drop(node: Any, text: str) -> Iterator[SqlChange]:
    if word(node, "behavior") == "DROP_CASCADE":
        raise NotTyped("CASCADE takes away what nobody named")
    kind, question = {"OBJECT_TABLE": ("drop_table", "table"), "OBJECT_INDEX": ("drop_index", "index")}.get(
        word(node, "remove_type"), ("", "")
    )
    if not kind:
        what = word(node, "remove_type").removeprefix("OBJECT_").replace("_", " ")
        raise NotTyped(f"no kind of change describes DROP {what}")
    for dropped in node.objects:
        yield SqlChange(kind=kind, answers={question: relation_name(dropped)}, statement=text)


def _rename(node: Any, text: str) -> Iterator[SqlChange]:
    table = table_name(node.relation)
    match word(node, "rename_type"), word(node, "relation_type"):
        case "OBJECT_COLUMN", "OBJECT_TABLE":
            answers: dict[str, Scalar] = {"table": table, "column": node.subname, "new_name": node.newname}
            yield SqlChange(kind="rename_column", answers=answers, statement=text)
        case "OBJECT_TABLE", _:
            yield SqlChange(kind="rename_table", answers={"table": table, "new_name": node.newname}, statement=text)
        case what, _:
            raise NotTyped(f"no kind of change renames a {what.removeprefix('OBJECT_').lower()}")


def _set_schema(node: Any, text: str) -> Iterator[SqlChange]:
    if word(node, "object_type") != "OBJECT_TABLE":
        raise NotTyped("only tables are moved to another schema")
    yield SqlChange(
        kind="move_schema", answers={"table": table_name(node.relation), "schema": node.newschema}, statement=text
    )


def _enum(node: Any, text: str) -> Iterator[SqlChange]:
    enum = ".".join(part.string.sval for part in node.type_name)
    if node.old_val:
        answers: dict[str, Scalar] = {"enum": enum, "value": node.old_val, "new_value": node.new_val}
        yield SqlChange(kind="rename_enum_value", answers=answers, statement=text)
        return
    beside = f"{'after' if node.new_val_is_after else 'before'} {node.new_val_neighbor}"
    place = beside if node.new_val_neighbor else "last"
    yield SqlChange(
        kind="add_enum_value", answers={"enum": enum, "value": node.new_val, "place": place}, statement=text
    )


def _comment(node: Any, text: str) -> Iterator[SqlChange]:
    names = names_of(node.object)
    if node.comment.lower() in NO_COMMENT:
        raise NotTyped("its text is a word that says that there is none")
    comment = node.comment or "none"
    match word(node, "objtype"):
        case "OBJECT_TABLE":
            yield SqlChange(
                kind="add_comment", answers={"table": relation_name(node.object), "comment": comment}, statement=text
            )
        case "OBJECT_COLUMN":
            answers: dict[str, Scalar] = {"table": joined(names[:-1]), "column": names[-1], "comment": comment}
            yield SqlChange(kind="add_comment", answers=answers, statement=text)
        case what:
            raise NotTyped(f"no kind of change comments on a {what.removeprefix('OBJECT_').lower()}")


def _update(node: Any, text: str) -> Iterator[SqlChange]:
    all_absent(node, "from_clause", "returning_clause", "with_clause")
    if not node.relation.inh:
        raise NotTyped("it is for the parent ONLY, without what inherits from it")
    if node.relation.HasField("alias"):
        raise NotTyped("the table has another name in it; write the conditions without")
    if next(under(node, "SubLink"), None) is not None:
        raise NotTyped("it reads other rows in a subquery, and a value may depend on its own row only")
    sets = [part.res_target for part in node.target_list]
    if any(one.indirection or one.val.WhichOneof("node") in ("multi_assign_ref", "set_to_default") for one in sets):
        raise NotTyped("it sets a part of a column, several columns at once, or a DEFAULT")
    answers: dict[str, Scalar] = {
        "table": table_name(node.relation),
        "assignments": ", ".join(f"{quoted(one.name)} = {text_of(one.val)}" for one in sets),
    }
    if node.HasField("where_clause"):
        answers["where"] = text_of(node.where_clause)
    yield SqlChange(kind="set_values", answers=answers, statement=text)


def _alter(node: Any, text: str) -> Iterator[SqlChange]:
    if word(node, "objtype") != "OBJECT_TABLE":
        what = word(node, "objtype").removeprefix("OBJECT_").replace("_", " ")
        raise NotTyped(f"no kind of change describes ALTER {what}")
    yield from alter_table(node, text)


READERS: Mapping[str, Reader] = {
    "alter_enum_stmt": _enum,
    "alter_object_schema_stmt": _set_schema,
    "alter_table_stmt": _alter,
    "comment_stmt": _comment,
    "create_stmt": _create,
    "drop_stmt": _drop,
    "index_stmt": _create_index,
    "rename_stmt": _rename,
    "update_stmt": _update,
}
