"""Read the name of whatever a statement is about."""

from typing import Any

from tools.lint.grammar import name_of, strings, type_text

SPOKEN = {
    "DOMCONSTRAINT": "DOMAIN CONSTRAINT",
    "FDW": "FOREIGN DATA WRAPPER",
    "LARGEOBJECT": "LARGE OBJECT",
    "MATVIEW": "MATERIALIZED VIEW",
    "OPCLASS": "OPERATOR CLASS",
    "OPFAMILY": "OPERATOR FAMILY",
    "FOREIGN_SERVER": "SERVER",
    "STATISTIC_EXT": "STATISTICS",
    "TSCONFIGURATION": "TEXT SEARCH CONFIGURATION",
    "TSDICTIONARY": "TEXT SEARCH DICTIONARY",
    "TSPARSER": "TEXT SEARCH PARSER",
    "TSTEMPLATE": "TEXT SEARCH TEMPLATE",
    "TABCONSTRAINT": "CONSTRAINT",
}


def spoken(kind: str) -> str:
    """Write an OBJECT_… of the grammar, its prefix cut off, as SQL does."""
    return SPOKEN.get(kind, kind.replace("_", " "))


def parts(node: Any) -> list[str]:
    """Return the parts of a dotted name, however the grammar keeps it."""
    match node.WhichOneof("node"):
        case "list":
            return [part for item in node.list.items for part in parts(item)]
        case "string":
            return [node.string.sval]
        case "type_name":
            return [_type(node.type_name)]
        case "object_with_args":
            return list(strings(node.object_with_args.objname))
        case "role_spec":
            return [node.role_spec.rolename]
        case "integer":
            return [str(node.integer.ival)]
        case "a_const":
            return [str(node.a_const.ival.ival)]
        case _:
            return []


def named(node: Any) -> str:
    return ".".join(parts(node))


def _type(node: Any) -> str:
    return name_of(node.names) if not (node.typmods or node.array_bounds) else type_text(node)
