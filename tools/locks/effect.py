"""What a statement does to others: locks, and work that takes as long as the table is large."""

from collections.abc import Iterable
from typing import Literal, get_args

from protocol.steps import LockMode
from protocol.value import Value
from tools.lint.actions import Relation

MODES: tuple[LockMode, ...] = get_args(LockMode)
STRENGTH: dict[LockMode, int] = {mode: rank for rank, mode in enumerate(MODES)}

WorkKind = Literal["rewrite", "scan", "index build", "rows"]


class Lock(Value):
    """The strongest lock taken on a table, an index, a view or a sequence, held until the transaction ends."""

    relation: Relation
    mode: LockMode
    because: str


class Work(Value):
    """Something that takes time in proportion to the table.

    `name` is the index that is built, or the constraint that is checked; empty for every index of the table.
    `empty` says that the table is known to hold no row.
    """

    kind: WorkKind
    relation: Relation
    name: str = ""
    because: str
    empty: bool = False


class Effect(Value):
    """`refused` is why the server will not do it, empty where it will; `doubts` are what would have to be known."""

    locks: tuple[Lock, ...] = ()
    work: tuple[Work, ...] = ()
    transactional: bool = True
    refused: str = ""
    doubts: tuple[str, ...] = ()

    @property
    def rewrites(self) -> tuple[Work, ...]:
        return self._of("rewrite")

    @property
    def scans(self) -> tuple[Work, ...]:
        return self._of("scan")

    @property
    def builds(self) -> tuple[Work, ...]:
        return self._of("index build")

    @property
    def instant(self) -> bool:
        """Whether it takes no longer on a large table than on a small one, once it has its locks."""
        return not self.refused and not self.doubts and all(work.empty for work in self.work)

    @property
    def because(self) -> tuple[str, ...]:
        """One sentence for each thing it does, and for each that is not known."""
        said = [*(lock.because for lock in self.locks), *(work.because for work in self.work), *self.doubts]
        return tuple(dict.fromkeys([self.refused, *said] if self.refused else said))

    def mode_on(self, relation: Relation) -> LockMode:
        """Return the lock taken on a relation; a schema that is not said matches any."""
        return next((lock.mode for lock in self.locks if same(lock.relation, relation)), "none")

    def _of(self, kind: WorkKind) -> tuple[Work, ...]:
        return tuple(work for work in self.work if work.kind == kind)


def same(one: Relation, other: Relation) -> bool:
    """Tell whether two names may stand for one relation: a schema that is not said matches any."""
    if one.name != other.name:
        return False
    return one.schema_name == other.schema_name or not (one.schema_name and other.schema_name)


def stronger(one: LockMode, other: LockMode) -> LockMode:
    return max(one, other, key=STRENGTH.__getitem__)


def strongest(effects: Iterable[Effect]) -> LockMode:
    """Return the strongest lock of all, `none` where there is none."""
    modes = (lock.mode for effect in effects for lock in effect.locks)
    return max(modes, key=STRENGTH.__getitem__, default="none")


def together(effects: Iterable[Effect]) -> Effect:
    """Add up the statements of one transaction: each lock is held, from then on, through all that follows.

    The first that cannot run inside a transaction makes the server refuse the whole.
    """
    every = tuple(effects)
    locks: dict[Relation, Lock] = {}
    for lock in (lock for effect in every for lock in effect.locks):
        held = locks.get(lock.relation)
        if held is None or STRENGTH[held.mode] < STRENGTH[lock.mode]:
            locks[lock.relation] = lock
    refused = next((effect.refused for effect in every if effect.refused), "")
    if not refused and len(every) > 1 and not all(effect.transactional for effect in every):
        refused = "One of its statements cannot run inside a transaction (25001)."
    return Effect(
        locks=tuple(locks.values()),
        work=tuple(dict.fromkeys(work for effect in every for work in effect.work)),
        transactional=all(effect.transactional for effect in every),
        refused=refused,
        doubts=tuple(dict.fromkeys(doubt for effect in every for doubt in effect.doubts)),
    )
