"""Work that takes as long as a table is large while others wait for a lock: told by `tools/locks`, never by syntax."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from protocol.steps import LockMode
from tools.lint.actions import (
    Action,
    AddColumn,
    AddConstraint,
    AddDomainConstraint,
    AlterColumnType,
    AttachPartition,
    Cluster,
    CreateIndex,
    CreateTable,
    CreateView,
    RefreshView,
    Reindex,
    Relation,
    SetAccessMethod,
    SetDomainNotNull,
    SetLogged,
    SetNotNull,
    SetTablespace,
    Statement,
    Vacuum,
    ValidateDomainConstraint,
)
from tools.lint.context import Context
from tools.locks import Effect, Lock, Work
from tools.locks.effect import STRENGTH, WorkKind

HAVE_A_RULE: tuple[type[Action], ...] = (
    AddColumn,
    AddConstraint,
    AddDomainConstraint,
    AlterColumnType,
    AttachPartition,
    Cluster,
    CreateIndex,
    CreateTable,
    RefreshView,
    Reindex,
    SetAccessMethod,
    SetDomainNotNull,
    SetLogged,
    SetNotNull,
    SetTablespace,
    Vacuum,
    ValidateDomainConstraint,
)
"""Actions whose work has a rule with a recipe of its own; the general rule leaves these to it."""

VERBS: dict[WorkKind, str] = {
    "rewrite": "rewrites",
    "scan": "reads all of",
    "index build": "builds an index on",
    "rows": "changes rows of",
}


class Blocking(NamedTuple):
    """Work, and the strongest lock on a table in use under which it is done."""

    work: Work
    relation: Relation
    mode: LockMode

    @property
    def waiting(self) -> str:
        """Who waits: `reads and writes of `t` wait`."""
        return waiting(self.relation, self.mode)


def waiting(relation: Relation, mode: LockMode) -> str:
    return f"reads and writes of `{relation}` wait" if mode == "ACCESS EXCLUSIVE" else f"writes to `{relation}` wait"


def waited_for(statement: Statement, context: Context) -> Relation | None:
    """Return a table in use that a statement waits for under ACCESS EXCLUSIVE.

    None where it runs CONCURRENTLY: that is better off without a limit.
    """
    effect = context.effect_of(statement)
    locks = (lock.relation for lock in effect.locks if lock.mode == "ACCESS EXCLUSIVE" and effect.transactional)
    used = (each for each in locks if context.is_table(each) and not context.is_new(each))
    return next((each for each in used if not context.makes(statement, each)), None)


def own(statement: Statement, context: Context) -> Blocking | None:
    """Return the work that a statement does under a lock of its own, None where it does none at length."""
    return of(context.effect_of(statement), statement.actions, context)


def of(effect: Effect, actions: Iterable[Action], context: Context) -> Blocking | None:
    """Return the first work of an effect with the strongest lock beside it."""
    made = tuple(_made(actions))
    work = next(lengthy(effect, made, context), None)
    locks = [lock for lock in effect.locks if _blocks(lock, made, context)]
    if work is None or not locks:
        return None
    strongest = max(locks, key=lambda lock: STRENGTH[lock.mode])
    return Blocking(work, strongest.relation, strongest.mode)


def of_kind(statement: Statement, context: Context, *kinds: WorkKind) -> Iterator[Work]:
    """Yield the work of these kinds on tables that are neither new nor small."""
    made = tuple(_made(statement.actions))
    return (work for work in lengthy(context.effect_of(statement), made, context) if work.kind in kinds)


def lengthy(effect: Effect, made: tuple[Relation, ...], context: Context) -> Iterator[Work]:
    return (work for work in effect.work if work.relation not in made and not context.is_quick(work.relation))


def _blocks(lock: Lock, made: tuple[Relation, ...], context: Context) -> bool:
    return STRENGTH[lock.mode] >= STRENGTH["SHARE"] and lock.relation not in made and not context.is_new(lock.relation)


def _made(actions: Iterable[Action]) -> Iterator[Relation]:
    for action in actions:
        match action:
            case CreateTable(table=made) | CreateView(view=made):
                yield made
