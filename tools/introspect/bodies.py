"""Read what the text of a function refers to: PostgreSQL keeps no dependency for a body that is a string.

Read by PostgreSQL's grammar; where that fails, by its words alone, and `Body.parsed` says so.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from protocol.names import literal, quoted
from tools.lint import grammar

ROW_OF_TRIGGER = frozenset({"new", "old"})
DYNAMIC = frozenset({"PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors", "dynquery"})
STATEMENT = 0
"""parseMode of a PL/pgSQL expression that is a statement; the others are expressions and assignments."""
ASSIGNMENTS = frozenset({3, 4, 5})

LOOKED_FOR = frozenset({"CommonTableExpr", "RangeVar", "ColumnRef", "InsertStmt", "UpdateStmt"})

Reference = tuple[str, str]
"""A relation as it is written: schema, or an empty one, and name."""


@dataclass(frozen=True)
class Function:
    """A routine as the catalogue tells it; `arguments` are (mode, name, type) with types every parser knows."""

    language: str
    source: str
    arguments: tuple[tuple[str, str, str], ...] = ()
    result: str = "void"


@dataclass
class Body:
    """What a body refers to. `columns` holds for each relation the columns that may be its own, `*` for all of them."""

    relations: set[Reference] = field(default_factory=set)
    columns: dict[Reference, set[str]] = field(default_factory=dict)
    fields: set[str] = field(default_factory=set)
    row_fields: set[str] = field(default_factory=set)
    words: frozenset[str] = frozenset()
    strings: tuple[str, ...] = ()
    dynamic: bool = False
    parsed: bool = True


def read_body(function: Function) -> Body:
    """Read one function; never raises for a body that cannot be read."""
    body = Body()
    try:
        words, body.strings = grammar.words_of(function.source)
    except grammar.NotRead:
        words, body.parsed = tuple(re.findall(r"\w+", function.source.lower())), False
    body.words = frozenset(words)
    try:
        if function.language == "plpgsql":
            _read_plpgsql(body, grammar.plpgsql(_declaration(function)))
        else:
            for statement in grammar.split(function.source):
                _read_statement(body, statement)
    except grammar.NotRead:
        body.parsed = False
        body.dynamic = function.language == "plpgsql" and "execute" in body.words
    return body


def read_statement(sql: str) -> Body:
    """Read one SQL statement, such as one that pg_stat_statements normalised."""
    return read_body(Function(language="sql", source=sql))


def _declaration(function: Function) -> str:
    """A CREATE FUNCTION the parser takes: it has no catalogue, so types of other schemas have become records."""
    modes = {"i": "IN", "o": "OUT", "b": "INOUT", "v": "IN", "t": "OUT"}
    arguments = ", ".join(
        " ".join(filter(None, (modes[mode], quoted(name) if name else "", type_)))
        for mode, name, type_ in function.arguments
    )
    return f"CREATE FUNCTION body({arguments}) RETURNS {function.result} LANGUAGE plpgsql AS {literal(function.source)}"


def _read_plpgsql(body: Body, node: Any) -> None:
    """Walk the tree; every expression in it is SQL."""
    if isinstance(node, list):
        for child in node:
            _read_plpgsql(body, child)
        return
    if not isinstance(node, dict):
        return
    body.dynamic |= not DYNAMIC.isdisjoint(node)
    for key, child in node.items():
        if key == "PLpgSQL_expr":
            _read_expression(body, child["query"], child.get("parseMode", STATEMENT))
        elif key == "PLpgSQL_type":
            _read_type(body, child["typname"])
        else:
            _read_plpgsql(body, child)


def _read_expression(body: Body, sql: str, mode: int) -> None:
    if mode == STATEMENT:
        _read_statement(body, sql)
        return
    if mode in ASSIGNMENTS:
        target, _, value = sql.partition(":=") if ":=" in sql else sql.partition("=")
        _read_statement(body, f"SELECT {target}")
        sql = value
    _read_statement(body, f"SELECT {sql}")


def _read_type(body: Body, written: str) -> None:
    """`users%rowtype` and `shop.users.role%TYPE` name a table and a column without any statement."""
    name, _, what = written.partition("%")
    parts = re.findall(r'"(?:[^"]|"")+"|[^.]+', name)
    plain = [part[1:-1].replace('""', '"') if part.startswith('"') else part for part in parts]
    if what.lower() == "rowtype" and plain:
        _refer(body, _reference(plain), "*")
    elif what.lower() == "type" and len(plain) > 1:
        _refer(body, _reference(plain[:-1]), plain[-1])


def _read_statement(body: Body, sql: str) -> None:
    try:
        node = grammar.tree(sql)
    except (grammar.NotRead, IndexError):
        body.parsed = False
        return
    found = grammar.all_under(node, LOOKED_FOR)
    ctes = {cte.ctename for cte in found["CommonTableExpr"]}
    ranges = [range_ for range_ in found["RangeVar"] if range_.schemaname or range_.relname not in ctes]
    aliases: dict[str, Reference] = {}
    for range_ in ranges:
        reference = (range_.schemaname, range_.relname)
        _refer(body, reference)
        aliases[range_.alias.aliasname or range_.relname] = reference
    for column in found["ColumnRef"]:
        _read_column(body, [_part(part) for part in column.fields], aliases)
    _read_targets(body, found["InsertStmt"], found["UpdateStmt"])


def _read_column(body: Body, parts: list[str], aliases: dict[str, Reference]) -> None:
    """A bare name may be a column of any relation of the statement, or a variable: it counts for each of them."""
    *qualifier, name = parts
    owner = qualifier[-1] if qualifier else ""
    if owner in ROW_OF_TRIGGER:
        body.row_fields.add(name)
    if owner in aliases:
        _refer(body, aliases[owner], name)
    elif owner:
        body.fields.add(name)
    elif name in aliases:
        _refer(body, aliases[name], "*")
    else:
        for reference in aliases.values():
            _refer(body, reference, name)


def _read_targets(body: Body, inserts: list[Any], updates: list[Any]) -> None:
    """The columns an INSERT or UPDATE writes are named outside of expressions; an INSERT without a list takes all."""
    for insert in inserts:
        written = [target.res_target.name for target in insert.cols]
        keys = [element.name for element in grammar.under(insert.on_conflict_clause, "IndexElem")]
        sets = [target.res_target.name for target in insert.on_conflict_clause.target_list]
        for name in (written or ["*"]) + [*keys, *sets]:
            _refer(body, (insert.relation.schemaname, insert.relation.relname), name)
    for update in updates:
        for target in update.target_list:
            _refer(body, (update.relation.schemaname, update.relation.relname), target.res_target.name)


def _part(node: Any) -> str:
    return "*" if node.HasField("a_star") else str(node.string.sval)


def _reference(parts: list[str]) -> Reference:
    return (parts[-2] if len(parts) > 1 else "", parts[-1])


def _refer(body: Body, reference: Reference, *columns: str) -> None:
    body.relations.add(reference)
    body.columns.setdefault(reference, set()).update(filter(None, columns))


def references_to(body: Body, name: str, schema_name: str, hidden: bool) -> Iterator[Reference]:
    """Yield the references of a body that mean this table; `hidden` says that its bare name means another one."""
    for schema, relation in body.relations:
        if relation == name and (schema == schema_name or (not schema and not hidden)):
            yield schema, relation


def name_pattern(names: Iterable[str]) -> str:
    """A regular expression of PostgreSQL's that finds any text naming one of these, in any case.

    Edges of words are asked for beside ASCII letters only: whether others are letters is up to the server's locale.
    """
    return "|".join(sorted({_edged(name.replace('"', '""')) for name in names}))


def _edged(name: str) -> str:
    before = r"\m" if re.match(r"[A-Za-z0-9_]", name) else ""
    after = r"\M" if re.search(r"[A-Za-z0-9_]\Z", name) else ""
    return before + re.escape(name) + after
