"""Tell whether a column holds a value, so that nothing which differs passes for the same."""

import re

PLAIN = re.compile(r"smallint|integer|bigint|boolean|uuid|date|bytea|oid|timestamp.*|time .*")
"""Types whose `=` holds for the same value only; interval is none, it does not tell 24 hours from a day."""

TEXT = re.compile(r"text|character varying(\(\d+\))?")


def differs(left: str, right: str, type_: str) -> str:
    """A condition that is true where the two are not the same value of the type; NULL is a value like others."""
    return _compared(left, right, type_, "IS DISTINCT FROM", "record_image_ne")


def same(left: str, right: str, type_: str) -> str:
    return _compared(left, right, type_, "IS NOT DISTINCT FROM", "record_image_eq")


def _compared(left: str, right: str, type_: str, distinct: str, image: str) -> str:
    """Text is compared by its bytes: to a collation, or to citext, `A` and `a` may be equal. json has no `=` at all.

    `record_image_eq` compares what is stored (documentation, “Composite Type Comparison”), so the right side is cast to
    the type first. Its operator `*=` would be taken column by column between two ROW()s, and fail (measured).
    """
    if PLAIN.fullmatch(type_):
        return f"{left} {distinct} {right}"
    if TEXT.fullmatch(type_):
        return f'{left} COLLATE "C" {distinct} {right}'
    return f"{image}(ROW({left}), ROW({right}::{type_}))"


def unsized(type_: str) -> str:
    """The type without a length: a cast cuts what is too long in silence, where an assignment refuses it."""
    free = re.sub(
        r"^bit\(\d+\)", "bit varying", re.sub(r"^(character varying|character|bit varying)\(\d+\)", r"\1", type_)
    )
    return re.sub(r"^character(?! varying)", "bpchar", free)
