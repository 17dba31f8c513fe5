"""What stands on the tables of a request, and where code uses them, as points of the plan's impact."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import cast, get_args

from protocol import dependants
from protocol.around import Around
from protocol.dependants import Dependant, Outcome
from protocol.facts import Facts
from protocol.findings import Point, holds, warns
from protocol.references import Reference, References
from protocol.table_facts import TableFacts
from protocol.wish import Wish

FEW = 3
MANY = 12
"""Lines of one sort in a plan; the rest is counted."""

BREAKING: tuple[str, ...] = get_args(dependants.Change)
"""Kinds of change for which the fate of each dependant was measured."""

SAID: dict[Outcome, str] = {
    "blocks": "the server refuses the plain change while it stands",
    "vanishes silently": "it goes without a word",
    "breaks at run time": "it fails the next time it runs",
    "cannot be known": "whether it uses it cannot be known from here; look at it",
}


def standing_points(wishes: Sequence[Wish], facts: Facts) -> Iterable[Point]:
    """Each dependant that a breaking change concerns, with what becomes of it; else only what is there."""
    for wish in wishes:
        if wish.change.kind in BREAKING:
            yield from _first(list(_fates(wish)))
    for table in facts.tables:
        yield _standing(table)


def live_points(around: Around) -> Iterable[Point]:
    """What the application really runs against what changes, the most called first; why not, where it is not known."""
    for use in around.live:
        queries = use.found.queries
        if queries:
            yield warns(f"Live: {len(queries)} statements of pg_stat_statements use {use.subject}")
        yield from (
            warns(f"Live: `{query.text}`, {query.calls.short} calls, {query.mean.short} each")
            for query in queries[:FEW]
        )
    missing = dict.fromkeys(sentence for use in around.live for sentence in use.found.not_seen)
    yield from (Point(mark="unknown", text=f"Live: {sentence}") for sentence in missing)


def code_points(around: Around) -> Iterable[Point]:
    """Where the application uses what changes, by file and line; migrations that ran once are counted only."""
    if around.code is None:
        yield Point(mark="unknown", text="Application code was not searched: name its folder with --code PATH")
        return
    for references in around.code:
        matter = _those_that_matter(references)
        of = " or ".join(f"{references.table}.{column}" for column in references.columns) or str(references.table)
        yield holds(
            f"Code: {len(matter)} places concern {of}, {len(references.uses)} use the table; {references.files_read:,} "
            f"files were read, {len(references.history)} places in old migrations are left out"
        )
        yield from _first([_used(use) for use in matter])
        yield from (
            Point(mark="unknown", text=f"Code: {one.files} files were not read ({one.reason}), such as {one.example}")
            for one in references.not_read
        )


def _those_that_matter(references: References) -> list[Reference]:
    """The uses of the columns that change; of the whole table where no column is meant."""
    if not references.columns:
        return list(references.uses)
    return [use for use in references.uses if use.column is not None or "*" in use.note or "without" in use.note]


def _used(use: Reference) -> Point:
    mark = "" if use.certainty == "exact" else ", perhaps"
    return warns(f"Code: {use.place} ({use.note}{mark})")


def _fates(wish: Wish) -> Iterable[Point]:
    change = cast(dependants.Change, wish.change.kind)
    column = wish.change.columns_touched[:1]
    for name in wish.change.subjects:
        table = wish.situation.facts.find(name)
        for dependant in table.dependants if table else ():
            outcome = dependant.outcome(change, column[0] if column else None)
            if outcome in SAID and dependant.kind != "comment":
                yield _fate(dependant, outcome)


def _fate(dependant: Dependant, outcome: Outcome) -> Point:
    note = f" ({dependant.note})" if dependant.note else ""
    text = f"{dependant.kind[0].upper()}{dependant.kind[1:]} {dependant.name}{note}: {SAID[outcome]}"
    return Point(mark="unknown" if outcome == "cannot be known" else "warns", text=text)


def _standing(table: TableFacts) -> Point:
    others = [f"{d.kind} {d.name}" for d in table.dependants if not d.is_part]
    more = f" and {len(others) - MANY} more" if len(others) > MANY else ""
    return holds(f"Stands on {table.name}: " + (", ".join(others[:MANY]) + more if others else "nothing else"))


def _first(points: Sequence[Point]) -> Iterable[Point]:
    yield from islice(points, MANY)
    if len(points) > MANY:
        yield warns(f"… and {len(points) - MANY} more of these")
