"""Words that are no name, unless somebody puts them in quotes."""

from agent.models.hearing import add_column_patterns as p

ROLES = p.ROLES
NOT_A_VALUE = p.NOT_A_VALUE | {"where", "when", "if", "then", "empty", "missing", "from", "by", "using", "current"}

NOT_A_NAME = frozenset(  # a block of words reads better than two hundred list items
    """
    the some any all every each it its this that these those them they something everything both another
    column columns field fields table tables row rows record records index indexes indices constraint constraints
    trigger view comment partition partitions sequence enum function policy grant extension schema database
    unique foreign primary key default null nulls not generated identity exclusion duplicate duplicates deduplicate
    and or also please just to for of on onto in into inside with within as at by from is are be been was should must
    may can could will would cannot shall which where if when so called named then than instead after before first last
    unless per via using use set make have has had get gets do does don't doesn't didn't isn't can't won't shouldn't
    drop remove delete add create rename change alter convert modify move copy merge split attach detach update
    allow forbid ensure nothing no none we you i he she our my your their
    """.split()  # noqa: SIM905
) - {"first", "last"}

NEVER_A_NAME = frozenset(
    """
    the it its this that these those them to for of on onto in into from and or as at by with is are be was should must
    may can could will would cannot which where if called named then than a an names
    """.split()  # noqa: SIM905
)
"""Not even behind the word column."""
