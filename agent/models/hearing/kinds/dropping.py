"""Columns, tables, indexes and constraints that go."""

from agent.models.hearing.phrase import phrase, placed, refused

PHRASES = (
    phrase(
        "drop_column",
        "<drop> <surecol>",
        "<drop> [(columns|fields)] {column:each} [(columns|fields)] <at>",
        "<drop> (columns|fields) {column:each}",
        "<drop> {column:reference}",
        "<drop> (in|from) <tab> [<noun>] {column}",
        "alter table {table} drop column {column:after_noun}",
        "<tab> no longer needs <noun> {column:after_noun}",
        "<tab> (no longer needs|does not need|doesn't need) {column} <noun>",
        "(we|i) (no longer need|do not need|don't need) <surecol> [any more|anymore]",
        "<surecol> (can|should|must|may) (go|be dropped|be removed|be deleted)",
    ),
    placed("drop_column", "<drop> {column}", "<drop> {column:each}"),
    phrase(
        "drop_table",
        "<drop> table {table:named}",
        "<drop> {table:named} table",
        "<drop> whole table {table:named}",
        "<drop> tables {table:each_table}",
        "<drop> {table:each_table} tables",
        "<drop> table {table:after_noun}",
        "table {table:named} (can|should|must|may) (go|be dropped|be removed|be deleted)",
        "{table:named} table (can|should|must|may) (go|be dropped|be removed|be deleted)",
    ),
    phrase(
        "drop_index",
        "<drop> [unused] index {index:named} [concurrently]",
        "<drop> index concurrently {index:named}",
        "<drop> [unused] {index:named} index",
        "<drop> [unused] index {index:named} (on|from|of) [table] {ignored:named} [table]",
        "<drop> indexes {index:each_table}",
        "index {index:named} (can|should|must|may) (go|be dropped|be removed|be deleted)",
    ),
    phrase(
        "drop_constraint",
        (
            "<drop> [check|unique|foreign key|primary key|exclusion] constraint {constraint:after_noun} "
            "[(on|from|of|in) <tab>]"
        ),
        "<drop> {constraint} [check|unique|foreign key|primary key|exclusion] constraint [(on|from|of|in) <tab>]",
        "<drop> (check|foreign key|primary key) {constraint} (on|from|of|in) <tab>",
        (
            "<drop> (primary key|foreign key|check constraint|unique constraint|check|uniqueness|constraint) "
            "(on|from|of) <tab>"
        ),
        "<drop> constraint {table:named} . {constraint}",
    ),
    refused(
        "An index is dropped by its name: say “drop the index …” with it.",
        "<drop> index (on|of|from|for) {a:named} [column] [(in|of|on) {b:named}]",
        "<drop> index on {a:named} {b:inside}",
    ),
    refused(
        "“Drop {a}” may mean a table or a column: say “drop the table …”, or “drop the column … from …”.",
        "<drop> {a:named}",
    ),
)
