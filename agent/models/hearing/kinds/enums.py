"""Labels of enumerated types."""

from agent.models.hearing.phrase import of, phrase, without
from agent.models.hearing.said import Said

ENUM = (
    "((enum type|enum|enumerated type|enumeration|type) {enum:named}|{enum:named} (enum "
    "type|enum|enumerated type|enumeration|type))"
)
VALUE = "(value|label|option|entry|member)"
PLACE = (
    f"[[,] [right|directly|just] (before {{side=before}}|after {{side=after}}) [{VALUE}] {{neighbour:label}}"
    "|[,] [at|in] [the] (end|last) [place] {side=last}|[,] as last [one] {side=last}]"
)


def _placed(said: tuple[Said, ...]) -> tuple[Said, ...]:
    side, neighbour = of(said, "side"), of(said, "neighbour")
    rest = without(said, "side", "neighbour")
    if side is None:
        return rest
    if neighbour is None:
        return (*rest, side._replace(question="place", value="last"))
    return (*rest, neighbour._replace(question="place", value=f"{side.value} {neighbour.value}", start=side.start))


PHRASES = (
    phrase(
        "add_enum_value",
        f"(add|append|put|insert) [enum] {VALUE} {{value:label}} (to|into|in) ({ENUM}|{{enum:named}}) {PLACE}",
        f"(add|append|put|insert) [{VALUE}] {{value:label}} {PLACE} (to|into|in) {ENUM}",
        (
            f"(add|append|put|insert) [{VALUE}] {{value:label}} (as [a] {VALUE}) (to|into|in|of) "
            f"({ENUM}|{{enum:named}}) {PLACE}"
        ),
        f"(add|append|put|insert) {{value:label}} (to|into|in) {ENUM} {PLACE}",
        f"(add|append|put|insert) {{value:text}} (to|into|in) [values|labels] [of] ({ENUM}) {PLACE}",
        f"(extend|expand) {ENUM} (by|with) [{VALUE}] {{value:label}} {PLACE}",
        f"{ENUM} (needs|should have|gets|lacks|is missing) [another] {VALUE} [<called>] {{value:label}} {PLACE}",
        f"{ENUM} (needs|should have|gets|lacks|is missing) {{value:text}} {PLACE}",
        f"{VALUE} {{value:text}} (for|in|of) ({ENUM}|{{enum:named}}) {PLACE}",
        f"alter type {{enum:named}} add value {{value:text}} {PLACE}",
        make=_placed,
    ),
    phrase(
        "rename_enum_value",
        f"rename [enum] {VALUE} {{value:label}} (to|as|into) {{new_value:label}} (in|of|on) ({ENUM}|{{enum:named}})",
        f"rename [enum] {VALUE} {{value:label}} (of|in|on) ({ENUM}|{{enum:named}}) (to|as|into) {{new_value:label}}",
        f"rename {{value:label}} (to|as|into) {{new_value:label}} in {ENUM}",
        f"rename {{value:text}} (in|of) {ENUM} (to|as|into) {{new_value:label}}",
        f"(in|of|on) {ENUM} [,] (rename|change|call) [{VALUE}] {{value:label}} [(to|as|into)] {{new_value:label}}",
        f"(change|call) [enum] {VALUE} {{value:label}} [to] {{new_value:label}} (in|of) ({ENUM}|{{enum:named}})",
        "alter type {enum:named} rename value {value:text} to {new_value:text}",
    ),
)
