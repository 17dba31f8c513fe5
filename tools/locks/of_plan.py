"""What each step of a plan locks and does, statement after statement on the schema as the ones before leave it."""

from collections.abc import Iterable

from protocol.facts import Facts
from protocol.steps import Backfill, ChangingStep, Concurrently, Statements, Step, shown_sql
from tools.lint.parse import parse
from tools.lint.volatility import VolatilityOf
from tools.locks.effect import Effect, together
from tools.locks.known import Known
from tools.locks.learn import after, of_table
from tools.locks.of import effect_of


def effects_of(
    steps: Iterable[Step], facts: Facts, volatility: VolatilityOf | None = None
) -> tuple[tuple[Step, Effect], ...]:
    """Return the effect of each step that runs SQL; those that run none are left out."""
    known, found = known_of(facts), []
    for step in steps:
        if isinstance(step, Statements | Concurrently | Backfill):
            effect, known = _effect(step, known, facts.target.major, volatility)
            found.append((step, effect))
    return tuple(found)


def known_of(facts: Facts) -> Known:
    """What was read about the tables of a request, as the locks want to know it."""
    known = Known()
    for table in facts.tables:
        learnt = of_table(table.table)
        for there in (each for named in learnt.tables.values() for each in named):
            known = known.with_table(there.with_(empty=True) if table.is_empty else there)
    return known


def _effect(step: ChangingStep, known: Known, major: int, volatility: VolatilityOf | None) -> tuple[Effect, Known]:
    effects: list[Effect] = []
    together_in_one = isinstance(step, Statements) and len(step.sql) > 1
    for sql in shown_sql(step):
        for statement in parse(sql):
            effects.append(effect_of(statement, major, known, volatility=volatility, in_transaction=together_in_one))
            known = after(known, statement.actions)
    return together(effects) if len(effects) > 1 else effects[0], known
