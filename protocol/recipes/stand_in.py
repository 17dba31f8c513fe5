"""A table under another name, with a view at the old one until nobody asks for it there (R13, T18, T20)."""

from collections.abc import Iterable, Iterator

from protocol import rates
from protocol.facts import TableFacts
from protocol.findings import Point, holds, warns
from protocol.names import TableName, quoted
from protocol.recipes.instant import instant, undo_by
from protocol.situation import Situation
from protocol.standing import Grant
from protocol.steps import Gate, Step
from protocol.strategy import Strategy

SECURITY_INVOKER = 15
"""First major version with views that check the caller's own rights and row security."""

OF_A_VIEW = ("SELECT", "INSERT", "UPDATE", "DELETE")
"""Privileges that mean something on a view."""

CANNOT = "COPY, TRUNCATE, CREATE INDEX and foreign keys name it in vain, and it has no ctid or xmin"
"""What a view at the old name refuses (measured on 15, 16 and 18); INSERT … ON CONFLICT and FOR UPDATE work."""


def view_at(old: TableName, new: TableName, grants: Iterable[Grant], major: int) -> tuple[str, ...]:
    """CREATE VIEW with the table's privileges; the caller's own rights and row security hold through it from 15 on."""
    with_ = " WITH (security_invoker = true)" if major >= SECURITY_INVOKER else ""
    return (f"CREATE VIEW {old.sql}{with_} AS SELECT * FROM {new.sql}", *_granted(old, grants))


def _granted(name: TableName, grants: Iterable[Grant]) -> Iterator[str]:
    for grant in grants:
        if grant.privilege in OF_A_VIEW:
            column = f" ({quoted(grant.column)})" if grant.column else ""
            to = quoted(grant.grantee) if grant.grantee else "PUBLIC"
            option = " WITH GRANT OPTION" if grant.grantable else ""
            yield f"GRANT {grant.privilege}{column} ON {name.sql} TO {to}{option}"


def ways(
    situation: Situation, old: TableName, new: TableName, *, there: str, back: str, first: tuple[Step, ...] = ()
) -> tuple[Strategy, ...]:
    """With a view at the old name, or in place; `there` and `back` are the statements that move the table."""
    facts = situation.facts.of(old)
    with_view = _with_view(situation, facts, new, there, back, first)
    in_place = _in_place(situation, facts, there, back, first)
    return (with_view, in_place) if situation.yes("old_code") is not False else (in_place, with_view)


def _with_view(
    situation: Situation, facts: TableFacts, new: TableName, there: str, back: str, first: tuple[Step, ...]
) -> Strategy:
    old, limit = facts.name, situation.lock_limit
    view = view_at(old, new, facts.grants, situation.major)
    drop = f"DROP VIEW {old.sql}"
    obstacle = ""
    if facts.table.row_security and situation.major < SECURITY_INVOKER:
        obstacle = (
            f"`{old}` has row security, and before PostgreSQL {SECURITY_INVOKER} a view shows the rows of its owner"
        )
    steps: tuple[Step, ...] = (
        *first,
        instant(
            "move",
            f"{old} becomes {new}, with a view at the old name",
            "One transaction: nobody finds the old name empty. Only the catalogue changes; indexes, constraints, "
            "triggers, privileges and views on the table follow it.",
            there,
            *view,
            limit=limit,
            undo=undo_by("move", drop, back),
        ),
        Gate(
            id="new_name_live",
            title=f"Every running version names {new}",
            why="The view serves those that still use the old name; it can stay for as long as they need it.",
            lock="none",
            held=rates.NO_LOCK,
            duration=rates.INSTANT,
            waits_for=f"no running application version names `{old.schema_name}.{old.name}` any more",
        ),
        instant(
            "drop_view",
            "Drop the view at the old name",
            "Nobody asks for it any more. A statement that does fails from now on.",
            drop,
            limit=limit,
            undo=undo_by("drop_view", *view),
        ),
    )
    return Strategy(
        id="with_view",
        title="A view keeps the old name alive",
        sketch=(there, view[0], drop),
        pros=(
            "Old and new code run side by side, reading and writing the same rows",
            "Holds its lock for milliseconds, and touches no row",
        ),
        cons=(f"The view is no table: {CANNOT}", "Two deploys: code to the new name before the view goes"),
        downtime="none",
        steps=() if obstacle else steps,
        obstacle=obstacle,
    )


def _in_place(situation: Situation, facts: TableFacts, there: str, back: str, first: tuple[Step, ...]) -> Strategy:
    in_use = situation.no_downtime and situation.yes("old_code") is not False and not facts.is_empty
    return Strategy(
        id="in_place",
        title="At once, without a view",
        sketch=(there,),
        pros=("One instant statement",),
        cons=("Statements with the old name fail until new code runs",),
        downtime="until code with the new name runs",
        steps=(
            *first,
            instant(
                "move",
                "The table goes by its new name",
                "Only the catalogue changes; no row is touched.",
                there,
                limit=situation.lock_limit,
                undo=undo_by("move", back),
            ),
        ),
        obstacle="running code would not find the table, and you asked for no downtime" if in_use else "",
        needs_window=True,
    )


def renamed(facts: TableFacts, new: TableName) -> TableFacts:
    """What is known of the table, under its new name; the server's definitions of indexes name it too."""
    indexes = tuple(
        index.model_copy(update={"definition": index.definition.replace(f" {facts.name.sql} ", f" {new.sql} ", 1)})
        for index in facts.table.indexes
    )
    table = facts.table.model_copy(update={"name": new, "indexes": indexes})
    return facts.model_copy(update={"table": table})


def impact(facts: TableFacts | None, old: TableName) -> Iterator[Point]:
    yield holds(
        "Views, foreign keys, triggers and privileges follow the table; its indexes and sequences keep their names"
    )
    yield warns(f"Function bodies, COPY and scripts that name {old} are not found by the server: look for them")
    publications = [d.name for d in facts.dependants if d.kind == "publication"] if facts else []
    if publications:
        yield warns(f"Subscribers of {', '.join(publications)} match tables by name: rename it there in step")
