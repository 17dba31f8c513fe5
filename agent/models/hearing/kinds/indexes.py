"""Indexes to build."""

from agent.models.hearing.phrase import phrase, placed, refused

INDEX = (
    "[<build>] [another|partial|covering|multicolumn|multi - column|composite|combined|functional|concurrent] "
    "[unique {unique=yes}] [partial] [<method>] (index|indexes) [concurrently]"
)
NAME = "[<called> {index_name:new}|{index_name:name}]"
TAIL = (
    "([,] <called> {index_name:new}"
    "|[,] (using|with) <method> [index]"
    "|[,] (include|including|covering) {include:inside}"
    "|[,] (include|including|covering) [columns|column] {include:columns}"
    "|[,] [only] (where|for rows where|only where|on rows where|for rows with|with condition) {where:condition}"
    "|[,] [it] [must|should] [be] unique {unique=yes}"
    "|concurrently)*"
)

PHRASES = (
    placed("add_index", f"{INDEX} {NAME} on {{keys}} {TAIL}", f"index {{keys}} {TAIL}"),
    phrase(
        "add_index",
        f"{INDEX} {NAME} (on|for|over|to) <tab> [using <method>] {{keys:inside}} {TAIL}",
        f"{INDEX} {NAME} (on|over) [column|columns] {{keys}} (in|of|on|from) <tab> {TAIL}",
        f"{INDEX} {NAME} (on|for|over|to) [column] {{keys:path}} {TAIL}",
        f"{INDEX} {NAME} (on|for|over|to|in) <tab> (by|over|on|for|using|with|,|:) [columns|column] {{keys}} {TAIL}",
        f"{INDEX} {NAME} (on|for|over|to) {{keys:reference}} {TAIL}",
        f"{INDEX} {NAME} (on|for|over|to) (columns|column) {{keys}} {TAIL}",
        f"(index|reindex) <tab> (by|on|over|using) {{keys}} {TAIL}",
        f"index <tab> {{keys:inside}} {TAIL}",
        f"index {{keys}} (in|of|on|from) <tab> {TAIL}",
        f"index [column] {{keys:path}} [column] {TAIL}",
        f"index {{keys}} (column|columns) (in|of|on|from) <tab> {TAIL}",
        f"index [column] {{keys:reference}} {TAIL}",
        (
            f"<tab> (needs|gets|should have|wants) [a] [unique {{unique=yes}}] [<method>] index (on|by|over) "
            f"{{keys}} {TAIL}"
        ),
        (
            f"<tab> (needs|gets|should have|wants) [a] [unique {{unique=yes}}] [<method>] index (on|by|over) "
            f"{{keys:inside}} {TAIL}"
        ),
        f"(in|on) <tab> [,] {INDEX} {NAME} on {{keys}} {TAIL}",
    ),
    refused(
        "Which columns is the index on? Say “add an index on {a} (…)”, or “index column of table”.",
        f"{INDEX} (on|for|over|to) [table] {{a:named}} [table]",
        "index {a:named}",
    ),
)
