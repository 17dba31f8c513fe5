"""Constraints to add: unique, primary key, check, exclusion."""

from string import Template

from agent.models.hearing.phrase import of, phrase, refused, without
from agent.models.hearing.said import Said
from protocol.names import quoted

ADD = "[<add>] [a]"


def _compared(said: tuple[Said, ...]) -> tuple[Said, ...]:
    """A column and what must be true of it, as an SQL condition."""
    column, is_ = of(said, "column"), of(said, "is")
    low, high, values = of(said, "low"), of(said, "high"), of(said, "values")
    assert column is not None
    assert is_ is not None
    parts = {
        "low": low.value if low else "",
        "high": high.value if high else "",
        "values": values.value if values else "",
    }
    condition = (
        f"{quoted(column.value)} {Template(is_.value).substitute(parts)}"
        if not column.refers
        else Template(is_.value).substitute(parts)
    )
    end = max(one.end for one in (low, high, values, is_) if one is not None)
    made = column._replace(question="condition", value=condition, end=max(end, column.end), refers=column.refers)
    return (*without(said, "column", "is", "low", "high", "values"), made)


BE = "(must|should|has to|may only|can only|shall) [always] be"

PHRASES = (
    phrase(
        "add_unique",
        "make <cols> unique [together] <conname>",
        "make [<noun>] {columns} unique [together] (in|on|of|within|for) <tab> <conname>",
        "[combination of] <cols> <must> be [together] unique [together] <conname>",
        "[combination of] {columns} <must> be [together] unique [together] (in|on|of|within) <tab> <conname>",
        "(ensure|make sure|guarantee|enforce) [that] <cols> (is|are) unique [together] <conname>",
        f"{ADD} unique constraint <conname> (on|for|to|over) <surecols> <conname>",
        f"{ADD} unique (on|to|for) <surecols>",
        "(enforce|ensure) (unique|uniqueness of) <cols>",
        "(enforce|add) uniqueness (on|of|for) <cols>",
        "no two <tab> (may|can|should|must) (have|share) the same {columns}",
        "(no|forbid|disallow) duplicate {columns} in <tab>",
    ),
    phrase(
        "add_primary_key",
        (
            f"{ADD} [composite] primary key <conname> (on|for|to|over|of) <tab> [on|over|with|:|=|from] "
            f"[columns|column] {{columns}} <conname>"
        ),
        f"{ADD} [composite] primary key <conname> (on|over|for|to) {{columns}} (in|of|on|to) <tab> <conname>",
        f"{ADD} primary key (on|over|for|to) [column] {{columns:path}} <conname>",
        "make <cols> [into|as] primary key [of <tab>] <conname>",
        "make {columns} primary key (of|in|for|on) <tab> <conname>",
        "(use|take) {columns} as primary key (of|in|for|on) <tab>",
        "(use|take) {columns:path} as primary key",
        "<cols> <must> be [the] primary key [of <tab>]",
        "{columns} (should|must|is to) be [the] primary key (of|in|for|on) <tab>",
        "primary key of <tab> (should be|is|must be|:) {columns}",
        "(set|define) [the] primary key of <tab> (to|as) {columns}",
        "<tab> (needs|gets|should have) [a] primary key (on|over|:) {columns}",
    ),
    phrase(
        "add_check",
        f"{ADD} check [constraint] <conname> [that|:|,] {{condition}} (on|to|for|in) <tab> <conname>",
        (
            f"{ADD} check [constraint] <conname> (on|to|for|in) <tab> [<called> {{constraint_name:new}}] "
            f"[that|:|,|with|requiring|ensuring] {{condition}}"
        ),
        f"{ADD} constraint {{constraint_name:name}} check {{condition}} (on|to|for|in) <tab>",
        f"{ADD} constraint {{constraint_name:name}} (on|to|for|in) <tab> [:|,|that|with] [check] {{condition}}",
        f"{ADD} constraint <conname> check {{condition}} (on|to|for|in) <tab>",
        f"{ADD} constraint <conname> (on|to|for|in) <tab> <conname> [:|,|that|check|with] [check] {{condition}}",
        "(ensure|make sure|enforce|guarantee|require|check) [that] {condition} (in|on|for|of) <tab>",
        "(in|on|for) <tab> [,] (ensure|make sure|enforce|guarantee|require|check) [that] {condition}",
        "<tab> [:] check {condition}",
        "<tab> <must> (satisfy|fulfil|fulfill) {condition}",
    ),
    phrase(
        "add_check",
        f"<col> {BE} positive [(in|on|of|for) <tab>] {{is=> 0}}",
        f"<col> {BE} (negative) [(in|on|of|for) <tab>] {{is=< 0}}",
        f"<col> {BE} (non - negative|non negative|nonnegative|not negative) [(in|on|of|for) <tab>] {{is=>= 0}}",
        "<col> (must|should|may|can) (not|never) be negative [(in|on|of|for) <tab>] {is=>= 0}",
        "<col> (cannot|can't|mustn't|can not) be negative [(in|on|of|for) <tab>] {is=>= 0}",
        (
            f"<col> {BE} (greater than|more than|above|larger than|bigger than|over|>) {{low:number}} "
            f"[(in|on|of|for) <tab>] {{is=> $low}}"
        ),
        (
            f"<col> {BE} (at least|not less than|no less than|greater than or equal to|>=) {{low:number}} "
            f"[(in|on|of|for) <tab>] {{is=>= $low}}"
        ),
        f"<col> {BE} (less than|below|under|smaller than|<) {{high:number}} [(in|on|of|for) <tab>] {{is=< $high}}",
        (
            f"<col> {BE} (at most|not more than|no more than|up to|less than or equal to|<=) {{high:number}} "
            f"[(in|on|of|for) <tab>] {{is=<= $high}}"
        ),
        f"<col> {BE} between {{low:number}} and {{high:number}} [(in|on|of|for) <tab>] {{is=BETWEEN $low AND $high}}",
        f"<col> {BE} [one of|either|in] {{values}} [(in|on|of|for) <tab>] {{is=IN ($values)}}",
        make=_compared,
    ),
    refused(
        "What must be true? Say the condition, such as “add a check (amount > 0) to orders”.",
        f"{ADD} check [constraint] (on|to|for) {{a:named}} [(in|of|on) {{b:named}}]",
    ),
    refused(
        "On which columns? Say “make column of table unique”, or “add a unique constraint on table (columns)”.",
        f"{ADD} unique constraint (on|to|for) [table] {{a:named}} [table]",
    ),
    phrase(
        "add_exclusion",
        (
            f"{ADD} [exclusion|exclude] constraint <conname> (on|to|for) <tab> <usinggist> "
            f"[:|,|with|exclude|on|over] [using gist] {{elements}} [where {{where:condition}}] <conname>"
        ),
        f"{ADD} (exclusion|exclude) constraint <conname> {{elements}} (on|to|for) <tab>",
        "(in|on) <tab> [,] exclude <usinggist> {elements} [where {where:condition}]",
        "exclude [rows] (in|on|from) <tab> <usinggist> {elements} [where {where:condition}]",
        "no two <tab> [of same {ignored}] (may|can|must|should) overlap [:|,|by|with|exclude] {elements}",
    ),
    refused(
        "An exclusion is said by its elements: “add an exclusion constraint on {a} (room WITH =, during WITH &&)”.",
        (
            "no two {a:named} [(of|for|in|with) [a|the] [same] {b:named}] (may|can|must|should) [ever] overlap "
            "[in {c:named}]"
        ),
        "{a:named} (must|may|should|can) (not|never) overlap [(for|of|in|per) [same] {b:named}]",
        f"{ADD} exclusion constraint (on|to|for) {{a:named}}",
        "prevent overlapping {a:named}",
        "prevent {a:named} from overlapping",
    ),
)
