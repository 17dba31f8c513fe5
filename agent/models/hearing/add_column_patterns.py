"""How people say it: the patterns of a request. None of them can match in two ways, so none backtracks far."""

NAME = r'(?:"[^"\n]+"|`[^`\n]+`|[^\W\d][\w$]*)'
TABLE = rf"{NAME}(?:\.{NAME})?"
STRING = r"(?<!\w)'(?:[^']|'')*'"
CUT = "\x1f"
"""Stands where something was understood and cut out, so that nothing is read twice."""

ARTICLE = r"(?:(?:a|an|one|the|our|my|your|this|another|additional|extra|new|simple|single)\s+)*"
VERB = r"\b(?:add|adding|create|introduce|append)\b"
WISH = r"\b(?:need|want|would like|insert|include|put)\b"
TO = r"(?<!\w)(?:to|into|on|onto|in)\s+"
NEEDS = r"(?:needs?|requires?|gets?|wants?|lacks?|(?:should|must|shall) (?:have|get)|is missing)"
COLUMN = r"\b(?:column|field)\b"

ALTER = r"\balter\s+table\b"
"""SQL that was not read as SQL is no sentence either."""
TABLE_THERE = rf"{ARTICLE}(?:table\s+)?(?P<table>{TABLE})(?!\w|\.\w)(?:\s+table\b)?"
CLAUSES = (
    rf"\bgive\s+{TABLE_THERE}\s+(?P<inside>[^.;\n]*?{COLUMN}[^.;\n]*)",
    rf"^\W*{TO}{TABLE_THERE}[\s,]+(?:please\s+)?{VERB}(?P<inside>[^.;]*)",
    rf"{VERB}(?P<inside>[^.;]*?){TO}{TABLE_THERE}",
    rf"(?<!\w){TABLE_THERE}\s+{NEEDS}\s+(?P<inside>[^.;\n]*?{COLUMN}[^.;\n]*)",
    rf"{WISH}(?P<inside>[^.;]*?{COLUMN}[^.;]*?){TO}{TABLE_THERE}",
    rf"(?:{VERB}|{WISH})(?P<inside>[^.;\n]*?{COLUMN}[^.;\n]*)",
)
"""Each finds the table, except the last, and `inside`, what is to be added."""

EXPLICIT_NAMES = (
    rf"\b(?:called|named|(?:with|by)\s+(?:the\s+)?name(?:\s+of)?)\s+(?P<name>{NAME})",
    rf'{COLUMN}\s+(?P<name>"[^"\n]+"|`[^`\n]+`)',
    rf"(?<!\bthe )(?<!\bthis )(?<!\bthat ){COLUMN}\s+(?P<name>{NAME})(?![\w$.\[]|\s*\()",
)

SIZE = r"(?:\s*\(\s*\d+(?:\s*,\s*\d+)?\s*\))?"
TYPE = (
    rf"(?:(?:character varying|varchar|character|char|numeric|decimal|bit varying|varbit|bit){SIZE}"
    rf"|double precision|(?:timestamp|time){SIZE}\s+with(?:out)?\s+time\s+zone"
    rf"|(?:timestamptz|timestamp|timetz|time){SIZE}|date|interval"
    r"|smallint|integer|bigint|int[248]?|real|float[48]?|money|boolean|bool"
    r"|text|citext|uuid|jsonb?|bytea|inet|cidr|macaddr|xml|tsvector|point|smallserial|bigserial|serial"
    r"|string|datetime|double)(?:\s*\[\s*\])*"
)
EVERYDAY = {"text", "date", "time", "interval", "real", "money", "point", "string", "double", "character", "bit", "xml"}
"""Types that are ordinary words too; they count only where a type is expected."""

BEFORE_TYPE = (
    rf"(?:^|[,:;({CUT}]|{VERB}|{VERB}\s+{ARTICLE}{NAME}|{COLUMN}|{COLUMN}\s+{NAME}"
    r"|\b(?:type|as|be|is|a|an|new|nullable))\s*$"
)
AFTER_TYPE = rf"\s*(?:$|[,.;:){CUT}]|{COLUMN}|(?:called|named|to|into|on|in|and|or|with)\b)"

OF_TYPE = (
    r"(?:\b(?:of|with)\s+(?:the\s+)?type|,\s*type|\btype\s*[:=]|\btype\s+is)\s+"
    rf"(?P<type>{TYPE}(?!\w|\.\w)|{TABLE}{SIZE}(?:\s*\[\s*\])*)"
)

NO = (
    r"(?<!\w)(?:not[\s-]null(?:able)?|non[\s-]?null(?:able)?|not optional|(?<!not )(?:mandatory|required)"
    r"|(?:(?:may|can|must|should) ?not|can['’]t|never)(?: be)? null|no nulls?(?: (?:is |are )?allowed)?"
    r"|nulls? (?:is |are )?not allowed|nullable\s*[:=]?\s*(?:no|false))\b"
)
YES = (
    r"(?<!\w)(?:not (?:mandatory|required)|nulls? (?:is |are )?(?:allowed|fine|ok|okay)|allow(?:s|ing)? nulls?"
    r"|(?:may|can) be null|optional|nullable(?:\s*[:=]?\s*(?:yes|true))?)\b"
)

NO_DEFAULT = r"\b(?:no default(?: value)?|without (?:a |any )?default(?: value)?|default(?: value)?\s*[:=]?\s*none)\b"
INNER = r"(?:[^()']|'(?:[^']|'')*')*"
ATOM = (
    r"(?:(?:interval\s+)?'(?:[^']|'')*'|-?\d+(?:\.\d+)?(?![\w%])"
    rf"|(?:[A-Za-z_][\w.]*)?\((?:[^()']|'(?:[^']|'')*'|\({INNER}\))*\)|[^\W\d]\w*)(?:::[A-Za-z_]\w*{SIZE}(?:\[\])?)?"
)
DEFAULT = (
    r"\bdefault(?:s|ed|ing)?\b(?:\s+value)?(?:\s+(?:to|of|is|as|being|should be))?\s*[:=]?\s*"
    rf"(?P<value>{ATOM}(?:\s*(?:\|\||[-+*/])\s*{ATOM})*|[“\"‘`][^“”\"‘’`\n]*[”\"’`])"
)
COMPUTED = (
    r"\b(?:computed|calculated|derived)\s+(?:as|from|by)\s+"
    r"(?P<value>(?:'(?:[^']|'')*'|\((?:[^()']|'(?:[^']|'')*'|\((?:[^()])*\))*\)|[^,;'()\n])+)"
)
END_OF_COMPUTED = (
    r"\s+(?:(?:on|in)\s+(?:production|staging|development)|(?:to|into)\s+(?:the\s+)?(?:table\s+)?[\w.\"]+\s*$)"
)

ENVIRONMENT = (
    r"(?<![\w.-])(?<!\bto )(?<!\binto )(?<!\btable )(?<!\bcalled )(?<!\bnamed )(?<!\bcolumn )(?<!\bschema )"
    r"(?:(?P<not>not|no)\s+)?(?:(?:on|in|for|at)\s+)?(?:(?:a|the|our)\s+)?"
    r"(?P<value>production|prod|staging|development|dev)\b(?![\w.-])"
    rf"(?!\s+{COLUMN})(?:\s+(?:database|server|environment|system))?"
)
ENVIRONMENTS = {"prod": "production", "dev": "development"}
NO_DOWNTIME = r"\b(?:(?:no|zero|without(?: any)?)[\s-]downtime|downtime\s*[:=]?\s*none)\b"
WINDOW = (
    r"(?<!no )(?<!without a )(?:\bmaintenance\s+window\s*:?\s+(?P<value>[^,;\n]+)"
    r"|\bwindow\s+(?P<plain>(?:of|on|from|at|between)\s[^,;\n]+))"
)
PURPOSE = r"\b(?:because|so that|in order to)\s+(?P<value>[^.;\n]+)"

ROLES = {"user", "current_user", "session_user", "current_role", "system_user", "current_catalog"}
"""`default user` may mean the text or the role; it is asked."""
CONSTANTS = {
    "true",
    "false",
    "null",
    "current_timestamp",
    "current_date",
    "localtimestamp",
    "localtime",
    "current_time",
}
NOT_A_VALUE = set(  # a block of words reads better than a hundred list items
    """
    a an the it its no not to of for and or on in with is as be been should will can value values empty blank zero
    one unknown undecided open later yet whatever something what which that this their these those same column field
    behaviour behavior now today role
    """.split()  # noqa: SIM905
)

NOT_A_COLUMN = set(  # a block of words reads better than a hundred list items
    """
    a an the new some any all every each it its this that these those them they something everything more column
    columns field fields table tables row rows record records data value values entry entries index indexes
    constraint constraints trigger view comment partition sequence enum function policy grant permission permissions
    rule extension schema database unique check exclusion foreign primary key default null not generated identity support and or
    also please just to of for on in into with as at by from is are be was should must may can could will would
    which where if when so called named
    """.split()  # noqa: SIM905
)
NOT_A_TABLE = set(  # a block of words reads better than a hundred list items
    """
    a an the all every each both some any it this that them these those our my your table tables database databases
    schema production staging development prod dev which what whom do be have make null not and or i we you they he
    she there column field right left end top front beginning
    """.split()  # noqa: SIM905
)
FILLER = set(  # a block of words reads better than a hundred list items
    """
    a an one the our my your this another additional extra new simple single and with as of it is be been that which
    should must will please following also being having to have
    """.split()  # noqa: SIM905
)

REFUSED = rf"\b(?:do\s+not|don['’]?t|never|why|should\s+(?:i|we))\b[^.;\n]{{0,40}}?{VERB}"
SEVERAL = (
    r"\b(?:columns|fields|tables)\b",
    rf"{COLUMN}[^.;]*?\b(?:and|also|plus)\b\s+(?!(?:the|this|that)\b)[^.;,]*?{COLUMN}",
    rf"\b(?:and|then|also|plus)\s+(?:please\s+)?(?:also\s+)?(?:then\s+)?{VERB}",
    rf"\b(?:and|plus)\s+(?:{NAME}\s+)?{TO}",
)
NEXT_TABLE = rf"\s*(?:\band\b|&|,|\bor\b)\s*(?P<table>{TABLE})\s*(?:$|[.;\n])"
POLITE = {"please", "thanks", "thx", "too", "now", "today", "asap"}
ALSO_MEANT = {
    r"\b(?:drop|remove|delete)\b": "Say what is dropped in a clause of its own: “…, then drop the column … from …”.",
    r"\brename\b": "Say what is renamed in a clause of its own: “…, then rename … to …”.",
    r"\b(?:index|indexes|indices)\b": "Say the index in a clause of its own: “… and add an index on it”.",
    r"\b(?:foreign key|references)\b": "Say the foreign key in a clause of its own: “… and it references teams(id)”.",
    r"\bunique\b": "Say that in a clause of its own: “… and make it unique”.",
    r"\b(?:constraint|primary key)\b": "Say the constraint in a clause of its own: “… and add a check (…) to …”.",
    r"\b(?:generated|identity|auto-?increment)\b": (
        "Generated and identity columns rewrite the table, and that is not something I can carry out; a column that is "
        "computed by a trigger is: say “computed as …”."
    ),
}
"""What is asked for beside the column, and how it is said."""
