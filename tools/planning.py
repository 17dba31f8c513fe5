"""Planning and approval as tools: draft, lint, and ask the person for their decision."""

import asyncio
import re
from pathlib import Path

from pydantic import Field

from protocol.changes import kinds
from protocol.discovery import Answer, Origin, Sheet
from protocol.drafting import Linter, Weigher, draft
from protocol.errors import IllegalMove, Refused, ToolRefused
from protocol.events import (
    AnswerGiven,
    DiscoveryReopened,
    DriftFound,
    PersonSaid,
    PlanApproved,
    PlanDeclined,
    PlanDrafted,
    PlanWithdrawn,
)
from protocol.person import Answers, Approve, Decline, Modify
from protocol.plan import Plan
from protocol.questions import questions_of
from protocol.references import References
from protocol.schema import snapshot_differences
from protocol.states import Approval, Discovery, Planning
from protocol.value import Value
from tools.code.find import find_references
from tools.engines.postgres import lost_connection
from tools.introspect.read import read_snapshot
from tools.lint.lint import lint, lint_transactions
from tools.lint.volatility import VolatilityOf
from tools.locks.of_plan import effects_of
from tools.registry import Desk, Result, tool
from tools.understand import Understanding, understand

MAY_LINT = frozenset({"discovery", "planning", "approval", "execution", "verification", "monitoring", "paused"})


class DraftPlan(Value):
    strategy: str = Field(description="id of the strategy to take, or recommended")


class RequestApproval(Value):
    plan: str = Field(description="id of the plan")


class LintSql(Value):
    sql: str = Field(description="SQL to look at; it is never run")


@tool(phases=frozenset({"planning"}), arguments=DraftPlan)
async def draft_plan(arguments: DraftPlan, desk: Desk) -> Result:
    """Read the database afresh and write the plan; open discovery again when no strategy can be taken."""
    wanted = () if arguments.strategy == "recommended" else tuple(re.split(r"[\s,]+", arguments.strategy))
    try:
        plan = await asyncio.to_thread(_draft, desk, wanted)
    except Refused as error:
        desk.append(DiscoveryReopened(reason=error.message))
        return Result(status="impossible", said=error.message)
    desk.append(PlanDrafted(plan=plan))
    findings = "; ".join(f"{f.severity}: {f.message}" for f in plan.findings) or "no finding"
    steps = ", ".join(step.id for step in plan.steps)
    return Result(
        status="drafted",
        said=f"{plan.id}: {plan.title}, strategy {', '.join(plan.chosen)}, steps {steps}. Lint: {findings}.",
    )


@tool(phases=frozenset({"approval"}), arguments=RequestApproval)
async def request_approval(arguments: RequestApproval, desk: Desk) -> Result:
    """Show the plan to the person; only they can approve it, and only as it is."""
    state = desk.state
    if not isinstance(state, Approval) or state.plan.id != arguments.plan:
        raise ToolRefused(f"There is no plan `{arguments.plan[:60]}` waiting for approval. Nothing was done.")
    decision = await desk.person.review(state.plan)
    match decision:
        case Approve(digest=digest, by=by):
            drift = await asyncio.to_thread(drifted, desk, state.plan, state.plan.schema_before.fingerprint)
            if drift:
                desk.append(DriftFound(differences=drift))
                return Result(
                    status="drift", said="The schema changed meanwhile: " + "; ".join(drift) + ". Plan again."
                )
            desk.append(PlanApproved(digest=digest, by=by))
            return Result(
                status="approved", said=f"The person approved {state.plan.id}. Steps are confirmed one by one."
            )
        case Decline(reason=reason):
            desk.append(PlanDeclined(reason=reason))
            return Result(status="declined", said=f"The person declined: {reason}. Nothing was changed.")
        case Modify():
            return _modify(decision, desk)


@tool(phases=MAY_LINT, arguments=LintSql)
async def lint_sql(arguments: LintSql, desk: Desk) -> Result:  # noqa: ARG001 - every tool has the same shape
    """Lint SQL that is only talked about."""
    findings = lint(arguments.sql)
    lines = [f"{f.severity} {f.rule}: {f.message} {f.recipe}" for f in findings]
    return Result(status="linted", said="\n".join(lines) or "no finding")


def drifted(desk: Desk, plan: Plan, fingerprint: str) -> tuple[str, ...]:
    """Compare everything the plan watches with the fingerprint a plan or a step left; empty when nothing changed."""
    with lost_connection(desk.database), desk.database.reading() as connection:
        now = read_snapshot(connection, plan.watched)
    if now.fingerprint == fingerprint:
        return ()
    return snapshot_differences(plan.schema_before, now) or ("what the plan watches changed",)


def _draft(desk: Desk, strategies: tuple[str, ...]) -> Plan:
    state = desk.state
    if not isinstance(state, Planning):
        raise IllegalMove(f"No plan can be drafted in phase {state.phase}.")
    with lost_connection(desk.database), desk.database.reading() as connection:
        understanding = understand(connection, desk.database.alias, state.changes, state.sheet)
    if understanding.problems or len(understanding.wishes) < len(state.changes):
        raise Refused(" ".join(understanding.problems.values()) + " Nothing was changed.")
    return draft(
        plan_id=desk.next_plan_id(),
        words=state.words,
        wishes=understanding.wishes,
        sheet=_asked(state),
        facts=understanding.facts,
        lint=_linter(understanding),
        limits=desk.limits,
        strategies=strategies,
        weigh=_weigher(understanding),
        references=_references(desk.code, understanding),
    )


def _references(code: Path | None, understanding: Understanding) -> tuple[References, ...] | None:
    """Search the application's code for every table and column of the request; None where no folder was named."""
    if code is None:
        return None
    changes = [wish.change for wish in understanding.wishes]
    return tuple(
        find_references(code, table, change.columns_touched)
        for change in changes
        for table in change.subjects
        if table in understanding.facts.names
    )


def _asked(state: Planning) -> Sheet:
    """The answers to this request's questions; those to a kind that was given up are left out."""
    asked = questions_of(tuple(kinds()[name].questions() for name in state.changes))
    ids = {question.id for question in asked}
    return Sheet(answers=tuple(answer for answer in state.sheet.answers if answer.question in ids))


def _linter(understanding: Understanding) -> Linter:
    """Our own rules, knowing of an expression's volatility what the server said of it."""
    volatility = volatilities(understanding)
    return lambda steps: lint_transactions(steps, major=understanding.facts.target.major, volatility=volatility)


def _weigher(understanding: Understanding) -> Weigher:
    volatility = volatilities(understanding)
    return lambda steps: {
        step.id: effect.because for step, effect in effects_of(steps, understanding.facts, volatility)
    }


def volatilities(understanding: Understanding) -> VolatilityOf:
    """What the server said of each expression of the request."""
    values = [value for wish in understanding.wishes for value in wish.situation.values]
    return {value.expression: value.volatility for value in values if value.expression}.get


def _modify(decision: Modify, desk: Desk) -> Result:
    """Withdraw the plan; the approval it could have had is gone with it."""
    before = desk.state.plan if isinstance(desk.state, Approval) else None
    desk.append(PlanWithdrawn(reason="the person wants it changed"))
    if decision.strategy:
        kept = [name for name in (before.chosen if before else ()) if _number(name) != _number(decision.strategy)]
        wanted = ",".join([*kept, decision.strategy])
        return Result(status="withdrawn", said=f"The person wants strategy {wanted}. Draft the plan with it.")
    desk.append(DiscoveryReopened(reason="the person wants another answer"))
    _give(decision.answers, desk)
    return Result(status="reopened", said=decision.answers.words or "The person changed answers. Ask, then plan again.")


def _give(answers: Answers, desk: Desk) -> None:
    if answers.words:
        desk.append(PersonSaid(words=answers.words))
    assert isinstance(desk.state, Discovery)
    for question, said in answers.given.items():
        desk.append(AnswerGiven(answer=Answer(question=question, value=said, origin=Origin.PERSON)))


def _number(strategy: str) -> str:
    """Which change of the request a strategy belongs to, by the number its id ends with; the first one's have none."""
    found = re.search(r"_([0-9]+)$", strategy)
    return found[1] if found else "1"
