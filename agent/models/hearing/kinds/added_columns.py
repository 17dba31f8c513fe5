"""Several columns to add at once; one alone is read by what surrounds it, in `add_column`."""

from agent.models.hearing.phrase import phrase

ADD = "(add|create|introduce|append|put|we need|need|i need)"
HOW_MANY = "[two|three|four|five|following]"

PHRASES = (
    phrase(
        "add_column",
        f"{ADD} {HOW_MANY} [columns|fields] {{column:each}} [columns|fields] (to|on|in|into) <tab>",
        f"{ADD} {HOW_MANY} {{type}} (columns|fields) {{column:each}} (to|on|in|into) <tab>",
        (
            f"{ADD} {HOW_MANY} [columns|fields] {{column:each}} [columns|fields] (to|on|in|into) <tab> [,] "
            f"[both|all] [of type|as] {{type}}"
        ),
        f"{ADD} {HOW_MANY} (columns|fields) (to|on|in|into) <tab> (:|,|called|named) {{column:each}}",
        f"{ADD} {HOW_MANY} [columns|fields|column] {{column|type:typed_columns}} (to|on|in|into) <tab>",
        f"{ADD} {HOW_MANY} (columns|fields) (to|on|in|into) <tab> (:|,|called|named) {{column|type:typed_columns}}",
    ),
)
