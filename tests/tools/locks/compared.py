"""Bring what was measured and what `effect_of` says to one form, so that they can be compared.

Compared are, for relations that stood before the statement and stand after it: the strongest lock on each table, view
and index; the tables written anew; the tables read whole; the foreign keys checked; the indexes built. Left out are:
ACCESS SHARE, which the server takes on much that it only looks at (a view's tables, a primary key …); what the
statement itself creates or drops, for nobody can wait for that; and TOAST tables.
Two things the server does differ in form only: TRUNCATE swaps in new, empty files, which is no rewrite; and it reads
the users of a domain without a word at DEBUG1.
"""

import re
from typing import Any, NamedTuple

from tests.tools.locks.measured import SETUP, Case, Measured
from tools.lint import actions as a
from tools.lint.parse import parse
from tools.locks import Effect, Known, after, effect_of

SILENT = (a.AddDomainConstraint, a.ValidateDomainConstraint, a.SetDomainNotNull)
EMPTY = {"small_empty"}


class Said(NamedTuple):
    """One form for both; where it is refused, nothing else counts."""

    refused: bool
    locks: frozenset[tuple[str, str]] = frozenset()
    rewrites: frozenset[str] = frozenset()
    scans: frozenset[str] = frozenset()
    foreign_keys: frozenset[str] = frozenset()
    builds: frozenset[tuple[str, str]] = frozenset()


REFUSED = Said(True)


def ground() -> Known:
    """What the set-up makes; that its tables hold rows is told here, for that no DDL says."""
    known = Known()
    for statement in parse(SETUP):
        known = after(known, statement.actions)
    filled = (table for tables in known.tables.values() for table in tables if table.table.name not in EMPTY)
    for table in filled:
        known = known.with_table(table.with_(empty=False))
    return known


GROUND = ground()


class Pair(NamedTuple):
    """What `effect_of` says, and how a measured one reads beside it."""

    said: Said
    effect: Effect
    relations: frozenset[str]
    tables: frozenset[str]
    renamed: dict[str, str]
    emptied: bool


def foretold(case: Case, major: int) -> Pair:
    """Weigh a case: first what comes before it, each statement on what the ones before it left."""
    known = GROUND
    for sql in case.before:
        effect = effect_of(sql, major, known)
        if effect.refused:
            return Pair(REFUSED, effect, frozenset(), frozenset(), {}, False)
        known = after(known, [action for statement in parse(sql) for action in statement.actions])
    [statement] = parse(case.sql)
    effect = effect_of(statement, major, known, in_transaction=True)
    tables = _tables(known)
    relations = (tables | _parts(known)) - _gone(known, statement)
    silent = any(isinstance(action, SILENT) for action in statement.actions)
    emptied = any(isinstance(action, a.Truncate) for action in statement.actions)
    return Pair(_said(effect, relations, silent), effect, relations, tables, _renamed(statement), emptied)


def _said(effect: Effect, relations: frozenset[str], silent: bool) -> Said:
    if effect.refused:
        return REFUSED
    scans = () if silent else effect.scans
    locks = {lock.relation.name: lock.mode for lock in effect.locks if lock.mode != "ACCESS SHARE"}
    return Said(
        refused=False,
        locks=frozenset((name, mode) for name, mode in locks.items() if name in relations),
        rewrites=frozenset(work.relation.name for work in effect.rewrites),
        scans=frozenset(work.relation.name for work in scans if not work.name),
        foreign_keys=frozenset(work.name for work in scans if work.name),
        builds=frozenset((work.name, work.relation.name) for work in effect.builds),
    )


def seen(measured: Measured, pair: Pair) -> Said:
    """Bring what was measured to the same form."""
    if measured.refused:
        return REFUSED
    locks = {pair.renamed.get(name, name): mode for name, mode in measured.locks.items()}
    found = re.findall(r'building index "(.*?)" on table "(.*?)"', "\n".join(measured.said))
    builds = [(index, table) for index, table in found if table in pair.tables and not pair.emptied]
    return Said(
        refused=False,
        locks=frozenset((name, mode) for name, mode in locks.items() if name in pair.relations),
        rewrites=frozenset(name for name in measured.rewritten if name in pair.tables and not pair.emptied),
        scans=frozenset(_named("verifying table", measured)),
        foreign_keys=frozenset(_named("validating foreign key constraint", measured)),
        builds=frozenset(builds),
    )


def _named(words: str, measured: Measured) -> list[str]:
    return re.findall(rf'{words} "(.*?)"', "\n".join(measured.said))


def _tables(known: Known) -> frozenset[str]:
    return frozenset(name for name, tables in known.tables.items() if tables)


def _parts(known: Known) -> frozenset[str]:
    """The indexes and views."""
    every = [table for tables in known.tables.values() for table in tables]
    indexes = [index.name for table in every for index in table.indexes]
    return frozenset([*indexes, *(view.view.name for table in every for view in table.views)])


def _gone(known: Known, statement: a.Statement) -> frozenset[str]:
    left = after(known, statement.actions)
    renamed = set(_renamed(statement).values())
    return (_tables(known) | _parts(known)) - _tables(left) - _parts(left) - renamed


def _renamed(statement: a.Statement) -> dict[str, str]:
    """New name -> old name."""
    return dict(pair for action in statement.actions for pair in _renames(action))


def _renames(action: Any) -> list[tuple[str, str]]:
    match action:
        case a.RenameTable(table=old, to=to) | a.RenameIndex(index=old, to=to) | a.RenameView(view=old, to=to):
            return [(to, old.name)]
        case a.RenameConstraint(name=name, to=to):
            return [(to, name)]
        case a.AddConstraint(name=name, using_index=index) if index:
            return [(name or index, index)]
        case _:
            return []
