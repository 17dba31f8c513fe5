"""Defaults of existing columns."""

from agent.models.hearing.phrase import phrase

PHRASES = (
    phrase(
        "set_default",
        (
            "(set|change|make|switch|alter|update|modify) default [value] (of|for|on|in) <col> (to|as|=|be|into) "
            "{default:value}"
        ),
        "(set|change|make|switch|alter) <col> ('s default|default) [value] (to|as|=) {default:value}",
        "(set|use|put) {default:value} as [the] default [value] (of|for|on|in) <col>",
        "default [value] (of|for|on|in) <col> (should be|must be|is|becomes|shall be|to|:|=) {default:value}",
        "<col> (should|must|shall) default to {default:value}",
        "<col> defaults to {default:value}",
        "<col> (should have|gets|needs|must have|should get) [a] default [value] [of|:] {default:value}",
        "make <col> default [to] {default:value}",
        "default <col> to {default:value}",
        "(let|have) <col> default to {default:value}",
        "give <col> [a] default [value] [of|:] {default:value}",
        "add [a] default [value] [of] {default:value} (to|on|for) <col>",
        "set [a] default [value] [of] {default:value} (on|for) <col>",
        "(add|set) [a] default [value] (to|on|for) <col> [:|,|of] {default:value}",
        "alter table {table} alter [column] {column} set default {default:value}",
    ),
    phrase(
        "drop_default",
        "<drop> default [value] (of|from|on|for|in) <col>",
        "<drop> <col> 's default [value]",
        "<col> (should have|has|needs|gets|must have) no default [value] [any more|anymore]",
        (
            "<col> (does not need|doesn't need|no longer needs|no longer has|should not have) [a] default "
            "[value] [any more|anymore]"
        ),
        "no default [value] (for|on) <col> [any more|anymore]",
        "(clear|unset) default [value] (of|from|on|for|in) <col>",
        "alter table {table} alter [column] {column} drop default",
    ),
)
