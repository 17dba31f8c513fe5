"""Foreign keys."""

from agent.models.hearing.phrase import of, phrase, without
from agent.models.hearing.said import Said

DELETE = (
    "([,] on delete [do] <ondelete>|[,] (with|and) cascading (delete|deletes) {on_delete=cascade}"
    "|[,] (with|and) on delete <ondelete>|[,] [and] <ondelete> on delete|[,] <called> {constraint_name:new})*"
)
POINTS = (
    "(references|reference|referencing|refers to|refer to|referring to|points to|point to|pointing "
    "to|pointing at|points at|point at|->|links to|link to)"
)
REF = (
    "([table] {ref_table:bare_table} [table]|table {ref_table:named}|{ref_table:named} table"
    "|[table] {ref_table:named} [table] {ref_columns:inside}|{ref_columns:ref_path}"
    "|{ref_column:name} (in|of) {ref_table:named})"
)
FROM = (
    "([columns|column] {columns:path}|<tab> {columns:inside}|[columns|column] {columns} [<noun>] (in|of) "
    "<tab>|[columns|column] {columns:reference})"
)
KEY = "[<add>] [a] (foreign key|foreign - key|fk|reference) [constraint] [<called> {constraint_name:new}]"


def _keyed(said: tuple[Said, ...]) -> tuple[Said, ...]:
    column = of(said, "ref_column")
    return said if column is None else (*without(said, "ref_column"), column._replace(question="ref_columns"))


PHRASES = (
    phrase(
        "add_foreign_key",
        f"{KEY} (from|on|for) {FROM} [,] [that|which] (to|{POINTS}) {REF} {DELETE}",
        f"{KEY} {FROM} (to|{POINTS}) {REF} {DELETE}",
        (
            f"{KEY} to <tab> [,] [on|for|from|with] [column|columns] {{columns}} [,] [that|which] {POINTS} {REF} "
            f"{DELETE}"
        ),
        f"{KEY} (on|to) <tab> : {{columns}} (to|{POINTS}) {REF} {DELETE}",
        f"{FROM} [<must>] {POINTS} {REF} {DELETE}",
        f"make {FROM} [a] [foreign key] [that] (to|{POINTS}) {REF} {DELETE}",
        f"make {FROM} a (foreign key|reference) to {REF} {DELETE}",
        f"{FROM} (is|should be|must be) [a] (foreign key|reference) to {REF} {DELETE}",
        f"{FROM} must (exist|be found) in {REF} {DELETE}",
        f"(link|connect|tie) {FROM} (to|with) {REF} {DELETE}",
        make=_keyed,
    ),
)
