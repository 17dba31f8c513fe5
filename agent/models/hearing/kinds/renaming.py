"""Columns, tables and labels that get another name, and tables that get another schema."""

from agent.models.hearing.phrase import phrase, placed, refused

PHRASES = (
    phrase(
        "rename_column",
        "rename <surecol> (to|as|into|=>|->) {new_name:new}",
        "rename {column:reference} (to|as|into) {new_name:new}",
        "rename [<noun>] {column} (to|as|into|=>|->) {new_name:new} [<noun>] (in|on|of) <tab>",
        "rename <noun> {column:after_noun} (to|as|into|=>|->) {new_name:new} (in|on|of) <tab>",
        "(in|on) <tab> [,] rename [<noun>] {column} (to|as|into) {new_name:new}",
        "alter table {table} rename [column] {column} to {new_name:new}",
        "change [the] name of <surecol> (to|into) {new_name:new}",
        "change <surecol> 's name (to|into) {new_name:new}",
        "<surecol> (should|must|shall) be (called|named|renamed to|renamed) {new_name:new}",
        "<surecol> (should|must|shall) have the name {new_name:new}",
        "(call|name) <surecol> {new_name:new} [instead]",
        "(call|name) <noun> {column:after_noun} {new_name:new} (in|on|of) <tab>",
        "give <surecol> the name {new_name:new}",
    ),
    placed("rename_column", "rename {column} (to|as|into|=>|->) {new_name:new}"),
    phrase(
        "rename_table",
        "rename table {table:after_noun} (to|as|into|=>|->) [table] {new_name:new}",
        "rename table {table:named} (to|as|into|=>|->) [table] {new_name:new}",
        "rename {table:named} table (to|as|into|=>|->) {new_name:new}",
        "alter table {table} rename to {new_name:new}",
        "change name of table {table:named} (to|into) {new_name:new}",
        "change name of {table:named} table (to|into) {new_name:new}",
        "(call|name) table {table:named} {new_name:new} [instead]",
        "(call|name) {table:named} table {new_name:new} [instead]",
        "(table {table:named}|{table:named} table) (should|must|shall) be (called|named|renamed to) {new_name:new}",
        "give (table {table:named}|{table:named} table) the name {new_name:new}",
    ),
    refused(
        (
            "That may mean a table or a column: say “rename the table {a} to {b}”, or “rename the column {a} to "
            "{b} in …”."
        ),
        "rename {a} (to|as|into|=>|->) {b:new}",
    ),
    phrase(
        "move_schema",
        "(move|put|relocate|transfer) <tab> (to|into|in) schema {schema:new}",
        "(move|put|relocate|transfer) <tab> (to|into|in) schema {schema:after_noun}",
        "(move|put|relocate|transfer) <tab> (to|into|in) {schema} schema",
        "(move|put|relocate|transfer) <tab> (from|out of) [schema] {ignored} [schema] (to|into) schema {schema:new}",
        "(move|put|relocate|transfer) <tab> (from|out of) [schema] {ignored} [schema] (to|into) {schema} schema",
        "(change|set) schema of <tab> to {schema:new}",
        "(change|set) <tab> 's schema to {schema:new}",
        "<tab> (belongs|should be|should live|must be|should go) (in|into|to) schema {schema:new}",
        "<tab> (belongs|should be|should live|must be|should go) (in|into|to) {schema} schema",
        "alter table {table} set schema {schema}",
    ),
    refused(
        "“Move {a} to {b}” may mean another schema or another table: say “move the table {a} to the schema {b}”, or "
        "“move all rows from {a} to {b}”.",
        "(move|put|transfer) [table] {a:named} [table] (to|into) {b:named}",
    ),
)
