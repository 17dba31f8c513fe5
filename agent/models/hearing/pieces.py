"""What many phrases share: how a column, a table, and the verbs are said."""

PIECES = {
    "in": "(in|on|of|from|for|inside|within|to)",
    "tab": "([table] {table} [table]|table {table:after_noun})",
    "at": "<in> <tab>",
    "noun": "(column|field)",
    "col": (
        "([<noun>] {column:path} [<noun>]"
        "|<noun> {column:after_noun} [<at>]"
        "|[<noun>] {column} [<noun>] [<at>]"
        "|[<noun>] {column} [<noun>] [,] <at>"
        "|<tab> 's [<noun>] {column} [<noun>]"
        "|<tab> [<noun>] {column} <noun>)"
    ),
    "surecol": (
        "([<noun>] {column:path} [<noun>]"
        "|<noun> {column:after_noun} [<at>]"
        "|{column} <noun> [<at>]"
        "|{column} <at>"
        "|<tab> 's [<noun>] {column} [<noun>])"
    ),
    "cols": (
        "([<noun>] {columns:path} [<noun>]"
        "|[(columns|fields|<noun>)] {columns} [(columns|fields|<noun>)] [<at>]"
        "|{columns:reference}"
        "|<tab> {columns:columns_inside}"
        ")"
    ),
    "drop": "(drop|remove|delete|eliminate|discard|dispose of|get rid of|throw away|throw out|ditch|kill)",
    "add": "(add|create|make|introduce|put|define|set up|declare|i need|we need|need)",
    "build": "(add|create|build|make|put|introduce|need|we need|i need)",
    "change": "(change|alter|convert|modify|cast|turn|migrate|transform|switch)",
    "widen": "(widen|extend|enlarge|expand|lengthen|shrink|narrow|shorten|grow|increase|bump)",
    "must": "(must|should|has to|shall|needs to|is supposed to|ought to|have to)",
    "called": "(called|named|with the name|with name|by the name of|under the name)",
    "surecols": (
        "([<noun>] {columns:path} [<noun>]"
        "|[(columns|fields|<noun>)] {columns} [(columns|fields|<noun>)] <at>"
        "|(columns|fields|<noun>) {columns}"
        "|{columns:reference}"
        "|<tab> {columns:columns_inside})"
    ),
    "conname": "[<called> {constraint_name:new}]",
    "method": (
        "(btree {method=btree}|hash {method=hash}|gin {method=gin}|gist {method=gist}|spgist {method=spgist}"
        "|brin {method=brin})"
    ),
    "ondelete": (
        "(cascade {on_delete=cascade}|restrict {on_delete=restrict}|set null {on_delete=set null}"
        "|set default {on_delete=set default}|no action {on_delete=no action}|do nothing {on_delete=no action})"
    ),
    "usinggist": "[using (gist {method=gist}|spgist {method=spgist}|btree {method=btree})]",
    "null": "(null|nulls|null values|null value)",
    "required": (
        "(not null|not nullable|non null|nonnull|non - null|not - null|non - nullable|non nullable|required|mandatory"
        "|obligatory|compulsory)"
    ),
    "isnull": (
        "(where|when|if|for|wherever|in) [rows] [with|where] [it] [is|are] [they]"
        " (empty|null|missing|nothing|not set|unset|no value|nulls)"
    ),
}
