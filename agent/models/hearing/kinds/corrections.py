"""Words that add to a change that was said before, or correct it."""

from agent.models.hearing.phrase import phrase

IT = "(it|this|that|column|table|partition|copy)"

PHRASES = (
    phrase(
        "correction",
        "[(i meant|i mean|it is|it 's|use|take|in|on|to|from)] {table:named} table",
        "[(i meant|i mean|it is|it 's|use|take|in|on|to|from)] table {table:named}",
        "(i meant|i mean|in|on|it is in|it 's in) {table:named}",
        "[(i meant|i mean|it is|it 's|use|take)] <noun> {column:after_noun}",
        "[(i meant|i mean|it is|it 's|use|take)] {column} <noun>",
        f"(call|name|rename) {IT} {{name:new}}",
        f"(call|name|rename) {IT} to {{name:new}}",
        f"{IT} (should|must|shall) be (called|named) {{name:new}}",
        f"{IT} 's name (is|should be) {{name:new}}",
        "(call|name) index {index_name:new}",
        "index (should|must|shall) be (called|named) {index_name:new}",
        "(call|name) constraint {constraint_name:new}",
        "constraint (should|must|shall) be (called|named) {constraint_name:new}",
        "(called|named) {name:new}",
        "[only] (where|for rows where|only where) {where:condition}",
        "[without] [any] where {where=none}",
        "for all rows {where=none}",
        "on delete <ondelete>",
        "(keep|keeping) [the] (first {keep=first}|last {keep=last}) [one|row]",
        "[make] [index] [must be] unique {unique=yes}",
        "make index unique {unique=yes}",
        "(using|with|as|use) [a] <method> [index]",
        "[make it|type|use|as|to] [a|an] {type}",
        "type {type:any_type}",
        "using {using:expression}",
        "[the] default (is|should be|:|=) {default:value}",
        "default [to] {default:value}",
        "(fill|filling) [it|them|nulls|rows] with {fill:value}",
        "(use|put) {fill:value} <isnull>",
        "(include|including) {include:columns}",
        "(before {side=before}|after {side=after}) {neighbour:label}",
        "(keep|leave) source {delete_source=no}",
        "delete source [rows] {delete_source=yes}",
    ),
)
