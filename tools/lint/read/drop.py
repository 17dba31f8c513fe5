"""Read what is dropped."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tools.lint.actions import (
    Action,
    DropFunction,
    DropIndex,
    DropObject,
    DropPolicy,
    DropRule,
    DropTable,
    DropTrigger,
    DropView,
)
from tools.lint.grammar import relation_of, word
from tools.lint.read.names import parts, spoken


def drop(node: Any) -> Iterator[Action]:
    kind = word(node, "remove_type").removeprefix("OBJECT_")
    for dropped in node.objects:
        yield _dropped(kind, parts(dropped), node)


def _dropped(kind: str, name: list[str], node: Any) -> Action:
    gone = {"if_exists": node.missing_ok, "cascade": word(node, "behavior") == "DROP_CASCADE"}
    match kind:
        case "TABLE" | "FOREIGN_TABLE":
            return DropTable(table=relation_of(name), **gone)
        case "VIEW" | "MATVIEW":
            return DropView(view=relation_of(name), materialized=kind == "MATVIEW", **gone)
        case "INDEX":
            return DropIndex(index=relation_of(name), concurrently=node.concurrent, **gone)
        case "TRIGGER":
            return DropTrigger(table=relation_of(name[:-1]), name=name[-1], **gone)
        case "POLICY":
            return DropPolicy(table=relation_of(name[:-1]), name=name[-1], **gone)
        case "RULE":
            return DropRule(table=relation_of(name[:-1]), name=name[-1], **gone)
        case "FUNCTION" | "PROCEDURE" | "ROUTINE" | "AGGREGATE":
            return DropFunction(name=".".join(name), **gone)
        case _:
            return DropObject(kind=spoken(kind), name=".".join(name), **gone)


def dropped_named(kind: str, field: str) -> Callable[[Any], Iterable[Action]]:
    """Build the reader of a DROP that has a node of its own."""
    return lambda node: (DropObject(kind=kind, name=getattr(node, field), if_exists=node.missing_ok),)


def drop_roles(node: Any) -> Iterable[Action]:
    return tuple(DropObject(kind="ROLE", name=".".join(parts(role)), if_exists=node.missing_ok) for role in node.roles)
