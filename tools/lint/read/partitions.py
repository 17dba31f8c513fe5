"""Read how a table is partitioned, and which values a partition takes."""

from typing import Any

from tools.lint.grammar import text_of, word


def bound(node: Any) -> str:
    """Return the text of a partition's values, `DEFAULT` for the rest."""
    if node.is_default:
        return "DEFAULT"
    match node.strategy:
        case "h":
            return f"WITH (modulus {node.modulus}, remainder {node.remainder})"
        case "l":
            return f"IN ({_list(node.listdatums)})"
        case _:
            return f"FROM ({_list(node.lowerdatums)}) TO ({_list(node.upperdatums)})"


def key(node: Any) -> str:
    """Return the text of a PARTITION BY."""
    strategy = word(node, "strategy").removeprefix("PARTITION_STRATEGY_")
    parts = (part.partition_elem for part in node.part_params)
    return f"{strategy} ({', '.join(part.name or text_of(part.expr) for part in parts)})"


def _list(values: Any) -> str:
    return ", ".join(text_of(value) for value in values)
