"""The names that code gives to a table and its columns: `order_items` is also OrderItem, order_item and orderItems."""

import re
from collections.abc import Iterable

_IRREGULAR = {"person": "people", "child": "children", "man": "men", "woman": "women", "datum": "data"}
_SAME = frozenset({"news", "series", "species", "sheep", "equipment", "information", "money", "rice", "fish"})


def plural(word: str) -> str:
    """Return the plural of the last part of a snake_case word, as Rails and most mappers form it."""
    head, mark, tail = word.rpartition("_")
    return head + mark + _plural(tail)


def singular(word: str) -> str:
    head, mark, tail = word.rpartition("_")
    return head + mark + _singular(tail)


def _plural(word: str) -> str:
    if word in _SAME or word in _IRREGULAR.values():
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + ("es" if re.search(r"(?:s|x|z|ch|sh)$", word) else "s")


def _singular(word: str) -> str:
    back = {many: one for one, many in _IRREGULAR.items()}
    if word in _SAME:
        return word
    if word in back:
        return back[word]
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("uses", "us")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + instead
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def pascal(word: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in word.split("_"))


def camel(word: str) -> str:
    whole = pascal(word)
    return whole[:1].lower() + whole[1:]


def snake(word: str) -> str:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", word)
    return apart.lower()


def spellings(column: str) -> frozenset[str]:
    """Return how code spells a column: as it is, camelCase, PascalCase."""
    return frozenset({column, camel(column), pascal(column)})


def tails(table: str) -> tuple[str, ...]:
    """Return a table's name without its leading words one by one: frameworks prefix it with the app's name."""
    parts = table.split("_")
    return tuple("_".join(parts[i:]) for i in range(len(parts)))


def class_names(table: str) -> frozenset[str]:
    """Return what the class of a table is likely to be called."""
    return frozenset(pascal(form) for tail in tails(table) for form in (tail, singular(tail)))


def needles(words: Iterable[str]) -> tuple[bytes, ...]:
    """Return the words as lower-case bytes, shortest first, without those that hold another one."""
    kept: list[bytes] = []
    for word in sorted({word.lower().encode() for word in words if word}, key=lambda w: (len(w), w)):
        if not any(shorter in word for shorter in kept):
            kept.append(word)
    return tuple(kept)
