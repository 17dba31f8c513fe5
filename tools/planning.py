"""Planning and approval as tools: draft, lint, and ask the person for their decision."""

import asyncio

from pydantic import Field

from protocol.changes import KINDS, AddColumn
from protocol.discovery import Answer, Origin
from protocol.drafting import draft
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
from protocol.schema import differences
from protocol.states import Approval, Discovery, Planning
from protocol.value import Value
from tools.discover import Understanding
from tools.engines.postgres import Connection, lost_connection
from tools.introspect.read import candidates, read_facts, read_table
from tools.introspect.value import read_value
from tools.lint.lint import lint, lint_transactions
from tools.registry import Desk, Result, tool

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
    strategy = None if arguments.strategy == "recommended" else arguments.strategy
    try:
        plan = await asyncio.to_thread(_draft, desk, strategy)
    except Refused as error:
        desk.append(DiscoveryReopened(reason=error.message))
        return Result(status="impossible", said=error.message)
    desk.append(PlanDrafted(plan=plan))
    findings = "; ".join(f"{f.severity}: {f.message}" for f in plan.findings) or "no finding"
    steps = ", ".join(step.id for step in plan.steps)
    return Result(
        status="drafted", said=f"{plan.id}: {plan.title}, strategy {plan.chosen}, steps {steps}. Lint: {findings}."
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
            drift = await asyncio.to_thread(drifted, desk, state.plan, state.plan.facts.table.fingerprint)
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
    """Compare the table with the fingerprint a plan or a step left; empty when nothing changed."""
    with lost_connection(desk.database), desk.database.reading() as connection:
        try:
            now = read_table(connection, plan.facts.name)
        except Refused as error:
            return (error.message,)
    if now.fingerprint == fingerprint:
        return ()
    return differences(plan.facts.table, now) or ("the table changed",)


def _draft(desk: Desk, strategy: str | None) -> Plan:
    state = desk.state
    if not isinstance(state, Planning):
        raise IllegalMove(f"No plan can be drafted in phase {state.phase}.")
    with lost_connection(desk.database), desk.database.reading() as connection:
        understanding = _read(connection, desk, state)
    assert understanding.facts is not None
    assert understanding.value is not None
    facts, value = understanding.facts, understanding.value
    change = KINDS[state.kind].from_sheet(state.sheet, facts, value)
    assert isinstance(change, AddColumn)
    return draft(
        plan_id=desk.next_plan_id(),
        words=state.words,
        change=change,
        sheet=state.sheet,
        facts=facts,
        value=value,
        lint=lambda steps: lint_transactions(
            steps,
            major=facts.target.major,
            volatility=lambda said: value.volatility if said == change.default else None,
        ),
        limits=desk.limits,
        strategy=strategy,
    )


def _read(connection: Connection, desk: Desk, state: Planning) -> Understanding:
    sheet = state.sheet
    found, _ = candidates(connection, str(sheet.text("table")))
    if len(found) != 1:
        raise Refused(
            f"Table `{sheet.text('table')}` is gone or no longer the only one of its name. Nothing was changed."
        )
    facts = read_facts(connection, desk.database.alias, found[0])
    problems = KINDS[state.kind].conflicts(sheet, facts)
    if problems:
        raise Refused(" ".join(problems.values()) + " Nothing was changed.")
    value = read_value(
        connection, found[0], str(sheet.text("type")), sheet.expression("default"), sheet.expression("computed")
    )
    return Understanding(facts=facts, value=value)


def _modify(decision: Modify, desk: Desk) -> Result:
    """Withdraw the plan; the approval it could have had is gone with it."""
    desk.append(PlanWithdrawn(reason="the person wants it changed"))
    if decision.strategy:
        return Result(
            status="withdrawn", said=f"The person wants strategy {decision.strategy}. Draft the plan with it."
        )
    desk.append(DiscoveryReopened(reason="the person wants another answer"))
    _give(decision.answers, desk)
    return Result(status="reopened", said=decision.answers.words or "The person changed answers. Ask, then plan again.")


def _give(answers: Answers, desk: Desk) -> None:
    if answers.words:
        desk.append(PersonSaid(words=answers.words))
    assert isinstance(desk.state, Discovery)
    for question, said in answers.given.items():
        desk.append(AnswerGiven(answer=Answer(question=question, value=said, origin=Origin.PERSON)))
