"""What a statement locks, rewrites, scans and builds, per version of the server.

`effect_of` answers for one statement, `together` for those of one transaction. What it says was measured on PostgreSQL
15.18, 16.2 and 18.6 (`tests/tools/locks`). What depends on the schema and is not known is taken for the worst, and
said.
"""

from tools.locks.effect import Effect, Lock, Work, strongest, together
from tools.locks.known import Growing, Known, KnownColumn, KnownIndex, KnownTable, KnownView
from tools.locks.learn import after, of_table
from tools.locks.of import effect_of

__all__ = [
    "Effect",
    "Growing",
    "Known",
    "KnownColumn",
    "KnownIndex",
    "KnownTable",
    "KnownView",
    "Lock",
    "Work",
    "after",
    "effect_of",
    "of_table",
    "strongest",
    "together",
]
