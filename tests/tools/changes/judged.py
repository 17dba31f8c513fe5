"""Plans whose statements the linter knows but has no rule for yet."""

from protocol.plan import Plan


def judged(plan: Plan) -> Plan:
    """Leave out the findings that say only that a rule is missing."""
    findings = tuple(found for found in plan.findings if "no rule judges" not in found.message)
    return plan.model_copy(update={"findings": findings})
