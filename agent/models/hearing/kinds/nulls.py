"""NULL forbidden and allowed."""

from agent.models.hearing.phrase import phrase

FILL = (
    "[([,] [(and|by|with)] [,] (use|using|put|putting|take|taking|set|setting) [them|it|rows] [to] "
    "{fill:value} [<isnull>]"
    "|[,] [and] (fill|filling|backfill|backfilling|replace|replacing) [them|it|rows|rest|gaps] "
    "[old|existing|missing|empty|current] [<null>|rows|values|ones|gaps] (with|by) {fill:value}"
    "|[,] [and] [(old|existing|missing|empty|current)] [<null>|rows|values|ones] (get|become|are) {fill:value}"
    "|[,] [and] no rows (is|are|hold|have|holds) null)]"
)

PHRASES = (
    phrase(
        "set_not_null",
        f"make <col> <required> {FILL}",
        f"make [<noun>] {{column}} <required> (in|on|of|for) <tab> {FILL}",
        f"set <col> [to|as] <required> {FILL}",
        f"(set|put|enforce|add|require) [a] (not null|not - null) [constraint] (on|to|for|in) <col> {FILL}",
        f"set not null (on|for) <col> {FILL}",
        f"(forbid|disallow|prohibit|ban|prevent|stop|reject) <null> (in|for|on) <col> {FILL}",
        f"(do not|don't|no longer|never) (allow|permit|accept) <null> (in|for|on) <col> {FILL}",
        (
            "<col> (cannot|can not|can't|must not|mustn't|may not|should not|shouldn't|must never|should "
            "never|may never|can never|can no longer|may no longer) be (null|nullable|null any more|optional) "
            f"{FILL}"
        ),
        f"<col> (<must> be|is|becomes) <required> {FILL}",
        f"[<noun>] {{column}} (<must> be|is|becomes) <required> (in|on|of|for) <tab> {FILL}",
        f"<col> (must|should|has to) always (have|hold) a value {FILL}",
        f"(require|demand) <col> {FILL}",
        f"<col> (needs|gets|wants) a not null [constraint] {FILL}",
        f"no (more) <null> in <col> {FILL}",
        f"alter <col> set not null {FILL}",
        f"alter table {{table}} alter [column] {{column}} set not null {FILL}",
    ),
    phrase(
        "drop_not_null",
        "make <col> (nullable|optional|null able|not required|not mandatory|non mandatory) [again|after all]",
        "make [<noun>] {column} (nullable|optional) (in|on|of|for) <tab>",
        "set <col> [to|as] (nullable|optional)",
        "(allow|permit|accept) <null> (in|for|on) <col> [again]",
        "<drop> (not null|not - null) [constraint] (on|from|of|for|in) <col>",
        "<col> (can|may|should|must|is allowed to|should be allowed to) be (null|nullable|optional) [again]",
        "<col> (is|becomes) (optional|nullable|not required|no longer required)",
        "<col> should allow <null>",
        "<col> (does not need|doesn't need|need not|no longer needs) to be (required|mandatory|not null)",
        "(stop requiring|do not require|don't require|no longer require) <col>",
        "[<noun>] {column} (can|may|should|must) be (null|nullable|optional) (in|on|of|for) <tab>",
        "let <col> be (null|nullable|optional)",
        "alter table {table} alter [column] {column} drop not null",
    ),
)
