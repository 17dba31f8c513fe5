"""Tables to create, and comments."""

from agent.models.hearing.phrase import phrase

MAKE = "(create|add|make|build|set up|introduce|we need|i need|need) [another]"
WITH = "(with|having|of|consisting of|containing|that has|:|,) [these|following] [columns|fields] [:] {definition}"
ON = (
    "([<noun>] {column:path} [<noun>]|<noun> {column:after_noun} (of|in|on) <tab>|{column} <noun> (of|in|on) <tab>"
    "|{column} (of|in) <tab>|{table:bare_table} [table]|table {table:named}|{table:named} table|{table:table_reference})"
)
IS = "(is|:|as|saying|to|that says|to say|=|reading|with|with text|,|should say|should be)"

PHRASES = (
    phrase(
        "create_table",
        f"{MAKE} table [<called>] {{table_name:new_table}} {WITH}",
        f"{MAKE} {{table_name:new_table}} table {WITH}",
        f"{MAKE} table [<called>] {{table_name:new_table}} {{definition:inside}}",
        f"{MAKE} {{table_name:new_table}} table {{definition:inside}}",
        f"{MAKE} table [<called>] {{table_name:new_table}}",
        f"{MAKE} {{table_name:new_table}} table",
    ),
    phrase(
        "add_comment",
        f"comment on {ON} [{IS}] {{comment:text}}",
        f"comment on {ON} (is|:|saying|that says) {{comment:rest}}",
        f"comment {ON} (with|as|:) {{comment:text}}",
        f"(add|set|put|write) [a] comment {{comment:text}} (to|on|for) {ON}",
        f"(add|set|put|write|change|update) [a] comment (to|on|for|of) {ON} [{IS}] {{comment:text}}",
        f"(add|set|put|write) [a] comment (to|on|for) {ON} (:|saying|that says) {{comment:rest}}",
        f"(describe|document) {ON} (as|with|:) {{comment:text}}",
        f"<drop> comment (on|of|from|for) {ON} {{comment=none}}",
    ),
)
