"""Rows: new values, split, merged and copied columns, duplicates, rows that move."""

from string import Template

from agent.models.hearing.phrase import of, phrase, refused, without
from agent.models.hearing.said import Said
from protocol.names import literal, quoted

WHERE = "[[,] [only] (where|for rows where|if|when|for rows with|in rows where) {where:condition}]"
ALL = "[[,] (for|in|on) (all|every|each) [the] (rows|row|records|users) [of <tab>]]"
KEEP = (
    "[([,] [and] (keep|keeping) [only] (first {keep=first}|last {keep=last}|lowest {keep=first}|highest {keep=last}"
    "|newest {keep=newest}|oldest {keep=oldest}|latest {keep=latest}) [one|row] [by key|by id] [of each])]"
)
WAY = "(as|=|with|using|by|from|made of|computed as)"


ELSEWHERE = {"type", "name", "schema", "default", "comment"}
"""“Set the type of …” is another kind of change."""


def _assigned(said: tuple[Said, ...]) -> tuple[Said, ...]:
    """One column and its value as an assignment; `is` is a pattern over the column."""
    column, value, is_ = of(said, "column"), of(said, "to"), of(said, "is")
    assert column is not None
    if column.value.lower() in ELSEWHERE:
        return ()
    name = quoted(column.value)
    made = value.value if value else (Template(is_.value).substitute(name=name) if is_ else "")
    nulls = of(said, "nulls")
    where = (nulls._replace(question="where", value=f"{name} IS NULL"),) if nulls else ()
    end = max(column.end, value.end if value else column.end)
    start = min(column.start, value.start if value else column.start)
    doubt = value.doubt if value else ""
    assignment = column._replace(question="assignments", value=f"{name} = {made}", start=start, end=end, doubt=doubt)
    if column.refers:
        assignment = assignment._replace(value=f" = {made}")
    return (*without(said, "column", "to", "is", "nulls"), assignment, *where)


def _split(said: tuple[Said, ...]) -> tuple[Said, ...]:
    """Pieces at a separator: split_part, one for each column."""
    columns, column, separator = of(said, "names"), of(said, "column"), of(said, "separator")
    assert columns is not None
    assert column is not None
    if separator is None:
        note = f"How is each of {columns.value} made of {column.value}? Say it as SQL under `into`."
        return (*(one._replace(note=note) if one is column else one for one in without(said, "names")),)
    names = columns.value.split(", ")
    at = literal(separator.value)
    parts = (f"{name} = split_part({quoted(column.value)}, {at}, {place})" for place, name in enumerate(names, 1))
    into = columns._replace(question="into", value=", ".join(parts), end=max(columns.end, separator.end))
    return (*without(said, "names", "separator"), into)


UNKNOWN_AGE = "Which row is the {} is not known; rows are told apart by their key: say keep the first or the last."


def _kept(said: tuple[Said, ...]) -> tuple[Said, ...]:
    """First and last are by key; which row is older nobody can tell."""
    return tuple(
        one._replace(doubt=UNKNOWN_AGE.format(one.value))
        if one.question == "keep" and one.value not in ("first", "last")
        else one
        for one in said
    )


PHRASES = (
    phrase(
        "set_values",
        f"(set|update) [values] [of] {{assignments}} (in|on|of|for) <tab> {WHERE}",
        f"(set|update) {{assignments}} {WHERE}",
        f"(set|update) {{assignments}} (in|on|for) [all|every|each] [rows] [of|in] <tab> {WHERE}",
        f"update [all] [rows] [of|in] <tab> [,|:|and] [set] {{assignments}} {WHERE}",
        f"(in|for|on) [all] [rows] [of|in] <tab> [,|:] (set|update) {{assignments}} {WHERE}",
        f"(backfill|fill|populate) <tab> [:] set {{assignments}} {WHERE}",
    ),
    phrase(
        "set_values",
        f"(set|update) [<noun>] {{column:path}} [<noun>] (to|=) {{to:value}} {ALL} {WHERE}",
        f"(set|update) <noun> {{column:after_noun}} (in|of|on) <tab> to {{to:value}} {WHERE}",
        f"(set|update) {{column}} <noun> (in|of|on) <tab> to {{to:value}} {WHERE}",
        f"(set|update) {{column}} (in|of|on) <tab> to {{to:value}} {WHERE}",
        f"(set|update) {{column:reference}} to {{to:value}} {ALL} {WHERE}",
        f"(fill|backfill|populate) <surecol> (with|from|by) {{to:expression}} {WHERE}",
        f"(fill|backfill|populate) {{column:reference}} (with|from|by) {{to:expression}} {WHERE}",
        (
            "(replace|fill) (<null>|null values|missing values|empty values) (in|of) <surecol> (with|by) "
            "{to:value} {nulls=}"
        ),
        f"(lowercase|lower - case|lower) <surecol> {{is=lower($name)}} {WHERE}",
        f"(uppercase|upper - case|upper) <surecol> {{is=upper($name)}} {WHERE}",
        f"trim <surecol> {{is=btrim($name)}} {WHERE}",
        f"(clear|empty|null out) <surecol> {{is=NULL}} {WHERE}",
        make=_assigned,
    ),
    phrase(
        "split_column",
        "split <surecol> into {into:assignments}",
        "split <surecol> up into {into:assignments}",
        "split [<noun>] {column} into {into:assignments} (in|of|on) <tab>",
        "split [<noun>] {column} [of|in] [<tab>] into {into:assignments}",
    ),
    phrase(
        "split_column",
        (
            "split <surecol> [up] into [columns] {names:columns} [[,] (at|by|on) [the] [separator] "
            "{separator:separator}]"
        ),
        (
            "split [<noun>] {column} [up] into [columns] {names:columns} [[,] (at|by|on) [the] [separator] "
            "{separator:separator}] (in|of|on) <tab>"
        ),
        (
            "split [<noun>] {column} [up] into [columns] {names:columns} (in|of|on) <tab> [[,] (at|by|on) [the] "
            "[separator] {separator:separator}]"
        ),
        (
            "split [<noun>] {column} [up] into [columns] {names:columns} [[,] (at|by|on) [the] [separator] "
            "{separator:separator}]"
        ),
        make=_split,
    ),
    phrase(
        "merge_columns",
        (
            f"(merge|combine|join|concatenate|concat|fold) [columns] {{columns}} [columns] [(of|in|from) <tab>] "
            f"(into|to|as|in) [<noun>] {{new_column:new}} [,] {WAY} {{expression}} [(in|on|of) <tab>]"
        ),
        (
            f"(merge|combine|join|concatenate|concat|fold) [columns] {{columns}} [columns] [(of|in|from) <tab>] "
            f"(into|to|as|in) [<noun>] {{new_column:new}} [(in|on|of) <tab>] [[,] {WAY} {{expression}}]"
        ),
        (
            f"(in|on) <tab> [,] (merge|combine|join|concatenate) [columns] {{columns}} into {{new_column:new}} "
            f"[[,] {WAY} {{expression}}]"
        ),
    ),
    phrase(
        "copy_column",
        (
            "(copy|duplicate|clone|mirror) [values of] <surecol> (into|to|as) [another] [<noun>] [<called>] "
            "{new_column:new}"
        ),
        (
            "(copy|duplicate|clone|mirror) [<noun>] {column} [<noun>] (into|to|as) [another] [<noun>] [<called>] "
            "{new_column:new} [<noun>] (in|on|of) <tab>"
        ),
        (
            "(copy|duplicate|clone|mirror) [<noun>] {column} [<noun>] (into|to|as) [another] [<noun>] [<called>] "
            "{new_column:new}"
        ),
        "(make|create|add) a copy of <surecol> (called|named|as|in) {new_column:new}",
    ),
    phrase(
        "deduplicate",
        (
            "<drop> (duplicate|duplicated) [rows] [in|of|from] <tab> (by|on|with same|having same|per|that "
            f"share|with equal|over) {{columns}} {KEEP}"
        ),
        f"(deduplicate|dedupe|de - duplicate) [rows] [in|of] <tab> (by|on|over|using) {{columns}} {KEEP}",
        (
            "<drop> (duplicates|duplicate rows) (from|in|of) <tab> (by|on|with same|having same|per|over) "
            f"{{columns}} {KEEP}"
        ),
        make=_kept,
    ),
    refused(
        "By which columns are rows the same? Say “remove duplicate rows from {a} by …, keeping the first”.",
        "<drop> (duplicates|duplicate rows) (from|in|of) {a:named}",
        "<drop> duplicate {b:named} (from|in|of) {a:named}",
        "<drop> duplicate {a:named}",
        "(deduplicate|dedupe) {a:named}",
    ),
    phrase(
        "move_rows",
        (
            f"move [all] rows (from|of|in) [table] {{table:named}} (to|into) [table] {{target:named}} {WHERE} "
            f"{{delete_source=yes}}"
        ),
        (
            f"move [all] rows {WHERE} (from|of|in) [table] {{table:named}} (to|into) [table] {{target:named}} "
            f"{{delete_source=yes}}"
        ),
        (
            f"move [all] rows (from|of|in) [table] {{table:named}} {WHERE} (to|into) [table] {{target:named}} "
            f"{{delete_source=yes}}"
        ),
        f"move [all] {{table:named}} {WHERE} (to|into) table {{target:named}} {{delete_source=yes}}",
        (
            f"archive [all] rows (from|of|in) [table] {{table:named}} {WHERE} (to|into|in) [table] "
            f"{{target:named}} {{delete_source=yes}}"
        ),
        f"archive {{table:named}} {WHERE} (to|into|in) [table] {{target:named}} {{delete_source=yes}}",
        (
            f"copy [all] rows (from|of|in) [table] {{table:named}} (to|into) [table] {{target:named}} {WHERE} "
            f"{{delete_source=no}}"
        ),
        (
            f"copy [all] rows (from|of|in) [table] {{table:named}} {WHERE} (to|into) [table] {{target:named}} "
            f"{{delete_source=no}}"
        ),
        (
            f"copy [all] rows {WHERE} (from|of|in) [table] {{table:named}} (to|into) [table] {{target:named}} "
            f"{{delete_source=no}}"
        ),
        (
            "(move|copy) [all] rows (from|of) [table] {table:named} (to|into) [table] {target:named} "
            "(mapping|with|where) {mapping:mapping}"
        ),
    ),
    refused(
        "Older by which column? Say the condition as SQL: “move rows from {a} to {b} where created_at < …”.",
        "(move|archive|copy) [all] rows older than {c:words} from [table] {a:named} (to|into) [table] {b:named}",
        "(move|archive|copy) [all] {a:named} older than {c:words} (to|into) [table] {b:named}",
    ),
)
