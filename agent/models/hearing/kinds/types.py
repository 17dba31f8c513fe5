"""A column's type."""

from agent.models.hearing.phrase import phrase

TAIL = "[[,] (using|with|as|via|by) [the] [expression|cast|conversion] {using:expression}]"

PHRASES = (
    phrase(
        "change_type",
        f"(<change>|set) [data] type of <col> [from {{ignored:type}}] (to|into|=) [type] {{type}} {TAIL}",
        f"(<change>|set) [data] type of <col> [from {{ignored:type}}] (to|into|=) type {{type:any_type}} {TAIL}",
        (
            f"(<change>|set) <col> [(data type|type|'s type|'s data type)] [from {{ignored:type}}] (to|into|as) "
            f"[be] {{type}} {TAIL}"
        ),
        f"(<change>|set) <col> ('s type|'s data type|type) [from {{ignored:type}}] to {{type:any_type}} {TAIL}",
        f"(<change>|set) <col> [from {{ignored:type}}] to type {{type:any_type}} {TAIL}",
        f"<change> [<noun>] {{column}} [from {{ignored:type}}] (to|into) {{type}} (in|on|of) <tab> {TAIL}",
        (
            f"<change> [data] type of [<noun>] {{column}} [from {{ignored:type}}] (to|into) {{type}} (in|on|of) "
            f"<tab> {TAIL}"
        ),
        "<widen> <col> [from {ignored:type}] (to|into) [type] {type}",
        f"make <col> [(of type|type|into|as)] {{type}} {TAIL}",
        f"make <col> (of type|type) {{type:any_type}} {TAIL}",
        f"make [<noun>] {{column}} [type] {{type}} (in|on|of) <tab> {TAIL}",
        (
            f"<col> <must> (be|become) [of type|type] {{type}} [instead of {{ignored:type}}] [not "
            f"{{ignored:type}}] {TAIL}"
        ),
        "[<noun>] {column} <must> (be|become) [of type|type] {type} (in|on|of) <tab>",
        "<col> <must> have [the] type {type:any_type}",
        "(use|take) {type} for <col> [instead of {ignored:type}]",
        "store <col> as {type}",
        f"alter table {{table}} alter [column] {{column}} [set data] type {{type:any_type}} {TAIL}",
    ),
)
