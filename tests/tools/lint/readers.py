"""Compare the two readers: the coarse one sets fewer fields, and what it sets has to be right."""

from collections.abc import Sequence
from typing import Any

from tools.lint.actions import Action


def vouched(actions: Sequence[Action], coarse: Sequence[Action]) -> list[tuple[str, dict[str, Any]]]:
    """Return kind and fields of the actions, reduced to the fields that the coarse reading sets."""
    sets = [action.model_fields_set for action in coarse] + [set()] * (len(actions) - len(coarse))
    return [
        (type(action).__name__, action.model_dump(include=set(fields)))
        for action, fields in zip(actions, sets, strict=True)
    ]
