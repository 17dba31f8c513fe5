"""Partitions that come and go."""

from agent.models.hearing.phrase import phrase, refused

FOR = "[,] [for] [values|rows|range] [:]"
TO = "(of|to|for|on|in|from)"

PHRASES = (
    phrase(
        "create_partition",
        (
            f"(add|create|make|introduce|we need|need) [another] partition [<called>] {{partition:new_table}} "
            f"{TO} <tab> {FOR} {{bounds}}"
        ),
        (
            f"(add|create|make|introduce|we need|need) [another] partition {TO} <tab> [<called> "
            f"{{partition:new_table}}] {FOR} {{bounds}} [<called> {{partition:new_table}}]"
        ),
        (
            f"(add|create|make|introduce) default partition [<called>] {{partition:new_table}} {TO} <tab> "
            f"{{bounds=DEFAULT}}"
        ),
        (
            f"(add|create|make|introduce) default partition {TO} <tab> [<called> {{partition:new_table}}] "
            f"{{bounds=DEFAULT}}"
        ),
        (
            f"(add|create|make|introduce) {{partition:new_table}} as [a] [default {{bounds=DEFAULT}}] partition "
            f"{TO} <tab> [{FOR} {{bounds}}]"
        ),
        f"(add|create|make|introduce) [another] partition [<called>] {{partition:new_table}} {TO} <tab>",
        f"partition <tab> further with {{partition:new_table}} {FOR} {{bounds}}",
    ),
    phrase(
        "attach_partition",
        f"attach [table|partition] {{partition:named}} [table] (to|into) <tab> [as [a] partition] [{FOR} {{bounds}}]",
        (
            f"attach [table|partition] {{partition:named}} [table] as [a] [default {{bounds=DEFAULT}}] partition "
            f"(to|of|into) <tab> [{FOR} {{bounds}}]"
        ),
        (
            f"make [table] {{partition:named}} [table] [a] [default {{bounds=DEFAULT}}] partition of <tab> [{FOR} "
            f"{{bounds}}]"
        ),
        (
            f"(add|use|put) [existing] table {{partition:named}} as [a] [default {{bounds=DEFAULT}}] partition "
            f"(to|of) <tab> [{FOR} {{bounds}}]"
        ),
        f"alter table {{table}} attach partition {{partition:named}} {FOR} {{bounds}}",
    ),
    phrase(
        "detach_partition",
        "detach [table|partition] {partition:named} [table|partition] (from|of) <tab>",
        "(take|pull|cut) [table|partition] {partition:named} (out of|off|from) <tab> [partition]",
        "<drop> partition {partition:named} (from|of) <tab> but keep [it|table|rows|its rows]",
        "{partition:named} should no longer be [a] partition of <tab>",
        "alter table {table} detach partition {partition:named} [concurrently]",
    ),
    refused(
        "Which rows belong in it, and what is it called? Say “add a partition {a}_… to {a} for values from … to …”.",
        f"(add|create|make|we need) [another|next|monthly|yearly|daily] partition {TO} [table] {{a:named}}",
    ),
    refused(
        "A partition is taken off first: say “detach the partition {a} from …”; dropping it is “drop the table {a}”.",
        "<drop> partition {a:named} [(from|of) {b:named}]",
    ),
    refused(
        (
            "Making a plain table partitioned is not a change I can carry out; I can create a partition, attach "
            "and detach."
        ),
        "partition [table] {a:named} [table] by {b:rest}",
    ),
)
