"""What an approval is bound to, what a plan must hold, and that it says where its numbers come from."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from protocol.dependants import standing
from protocol.discovery import Sheet
from protocol.drafting import choose, environment_of
from protocol.errors import Refused
from protocol.facts import Facts, Figure, ValueFacts
from protocol.findings import Finding, Severity
from protocol.limits import Limits
from protocol.plan import Plan
from protocol.plan_markdown import markdown
from protocol.plan_sql import down_sql, up_sql
from protocol.recipes.instant import undo_by
from protocol.schema import Column
from protocol.steps import Backfill, Backup, Statements, sql_of
from tools.lint import grammar

SHAPES = (
    "constant",
    "constant, in batches",
    "no default",
    "volatile on 15",
    "volatile on 16",
    "volatile on 18",
    "volatile, nullable",
    "volatile, rewriting",
    "computed on 15",
    "computed on 18",
    "computed when read",
    "rows unknown",
)


def test_every_shape_of_plan_is_looked_at(every_plan: dict[str, Plan]) -> None:
    assert tuple(every_plan) == SHAPES


# --- the digest ----------------------------------------------------------------------------------------------------


def with_step(plan: Plan, kind: type[BaseModel], **changes: object) -> Plan:
    """The plan with its first step of a kind changed."""
    at = next(n for n, step in enumerate(plan.steps) if isinstance(step, kind))
    changed = plan.steps[at].model_copy(update=changes)
    return plan.model_copy(update={"steps": (*plan.steps[:at], changed, *plan.steps[at + 1 :])})


VOLATILE = ValueFacts(type="uuid", expression="gen_random_uuid()", volatility="volatile")


def with_facts(plan: Plan, **changes: object) -> Plan:
    return plan.model_copy(update={"facts": plan.facts.model_copy(update=changes)})


def with_target(plan: Plan, **changes: object) -> Plan:
    return with_facts(plan, target=plan.facts.target.model_copy(update=changes))


def with_table(plan: Plan, **changes: object) -> Plan:
    [there] = plan.facts.tables
    table = there.table.model_copy(update=changes)
    return with_facts(plan, tables=(there.model_copy(update={"table": table}),))


def with_table_facts(plan: Plan, **changes: object) -> Plan:
    return with_facts(plan, tables=(plan.facts.tables[0].model_copy(update=changes),))


def with_check(plan: Plan, **changes: object) -> Plan:
    first, *others = plan.checks
    return plan.model_copy(update={"checks": (first.model_copy(update=changes), *others)})


def with_change(plan: Plan, **changes: object) -> Plan:
    return plan.model_copy(update={"changes": (plan.changes[0].model_copy(update=changes),)})


def with_undo(plan: Plan) -> Plan:
    step = next(step for step in plan.steps if isinstance(step, Statements))
    assert step.undo is not None
    return with_step(plan, Statements, undo=undo_by("add_column", "SELECT 1", costs=step.undo.costs))


def with_trigger_column(plan: Plan) -> Plan:
    more = Column(name="x", type="text", nullable=True)
    return with_table(plan, columns=(*plan.facts.tables[0].table.columns, more))


BINDING: dict[str, Callable[[Plan], Plan]] = {
    "a statement": lambda p: with_step(p, Statements, sql=("SELECT 1",)),
    "one space in a statement": lambda p: with_step(p, Statements, sql=tuple(s + " " for s in sql_of(p.steps[2]))),
    "the undo of a step": with_undo,
    "no undo": lambda p: with_step(p, Statements, undo=None),
    "the lock": lambda p: with_step(p, Statements, lock="SHARE"),
    "the lock timeout": lambda p: with_step(p, Statements, lock_timeout_ms=101),
    "no lock timeout": lambda p: with_step(p, Statements, lock_timeout_ms=None),
    "the number of attempts": lambda p: with_step(p, Statements, attempts=21),
    "the id of a step": lambda p: with_step(p, Statements, id="another"),
    "the first statement of a backfill": lambda p: with_step(p, Backfill, first_sql="SELECT 1"),
    "the bound of a backfill": lambda p: with_step(p, Backfill, bound_sql="SELECT 1"),
    "the first update of a backfill": lambda p: with_step(p, Backfill, from_start_sql="SELECT 1"),
    "the update of a backfill": lambda p: with_step(p, Backfill, update_sql="SELECT 1"),
    "the count of a backfill": lambda p: with_step(p, Backfill, left_sql="SELECT 1"),
    "the batch size": lambda p: with_step(p, Backfill, batch_rows=5_001),
    "the pause between batches": lambda p: with_step(p, Backfill, pause_ms=0),
    "the lock timeout of a backfill": lambda p: with_step(p, Backfill, lock_timeout_ms=1),
    "the extent of the backup": lambda p: with_step(p, Backup, whole_database=False),
    "the order of the steps": lambda p: p.model_copy(update={"steps": (*p.steps[:-2], p.steps[-1], p.steps[-2])}),
    "a step less": lambda p: p.model_copy(update={"steps": p.steps[:-1]}),
    "the question of a check": lambda p: with_check(p, sql="SELECT 1"),
    "the answer a check expects": lambda p: with_check(p, expected="text"),
    "a check less": lambda p: p.model_copy(update={"checks": p.checks[:-1]}),
    "the environment": lambda p: p.model_copy(update={"environment": "staging"}),
    "the cluster": lambda p: with_target(p, system_identifier="8"),
    "the database": lambda p: with_target(p, database="shop_copy"),
    "the major version": lambda p: with_target(p, version_num=190000),
    "a column of the table": with_trigger_column,
    "the indexes of the table": lambda p: with_table(p, indexes=()),
    "row security on the table": lambda p: with_table(p, row_security=True),
    "the column's name": lambda p: with_change(p, column="another"),
    "the column's type": lambda p: with_change(p, type="text"),
    "NULL or not": lambda p: with_change(p, nullable=True),
    "the default": lambda p: with_change(p, default="NULL"),
}

FREE: dict[str, Callable[[Plan], Plan]] = {
    "the plan's id and title": lambda p: p.model_copy(update={"id": "other", "title": "Other"}),
    "the texts": lambda p: p.model_copy(update={"request": "…", "why": "…", "recommendation": "…", "restore": "…"}),
    "the risks": lambda p: p.model_copy(update={"risks": (), "overall_risk": "…"}),
    "title and reason of a step": lambda p: with_step(p, Statements, title="Other", why="Other."),
    "duration of a step": lambda p: with_step(p, Backfill, duration=Figure.unknown("?"), held=Figure.unknown("?")),
    "the row count": lambda p: with_table_facts(p, rows=Figure.unknown("?")),
    "the dependants": lambda p: with_table_facts(p, dependants=(standing(p.facts.names[0], "view", "other"),)),
    "alias and role": lambda p: with_target(p, alias="other", role="other"),
    "the minor version": lambda p: with_target(p, version_num=180009, version="18.9"),
}


@pytest.mark.parametrize("what", BINDING)
def test_an_approval_is_bound_to(what: str, long_plan: Plan) -> None:
    assert BINDING[what](long_plan).digest != long_plan.digest


@pytest.mark.parametrize("what", FREE)
def test_an_approval_is_not_bound_to(what: str, long_plan: Plan) -> None:
    changed = FREE[what](long_plan)

    assert changed != long_plan
    assert changed.digest == long_plan.digest


def test_every_binding_change_gives_a_digest_of_its_own(long_plan: Plan) -> None:
    digests = {what: change(long_plan).digest for what, change in BINDING.items()}

    assert len(set(digests.values())) == len(digests)


def test_a_plan_made_again_with_other_numbers_and_words_has_the_same_digest(
    make_plan: Callable[..., Plan], make_facts: Callable[..., Facts]
) -> None:
    later = Figure(value=3_111_222, unit="rows", source="measured", how="count(*)")
    warned = Finding(rule="x", severity=Severity.WARNING, message="Hm.", recipe="Look.", statement="SELECT 1")
    first = make_plan(strategy="batched")
    again = make_plan(
        strategy="batched",
        words="again, please",
        purpose="Another reason.",
        lint=lambda _: (warned,),
        facts=make_facts(rows=later, heap_bytes=Figure.unknown("no right"), dependants=()),
    )

    assert again != first
    assert again.digest == first.digest


def test_other_limits_make_another_plan(make_plan: Callable[..., Plan]) -> None:
    plans = [
        make_plan(strategy="batched", limits=limits)
        for limits in (Limits(), Limits(attempts=3), Limits(batch_rows=100), Limits(pause_ms=0))
    ]

    assert len({plan.digest for plan in plans}) == 4


def test_the_digest_survives_the_disk(every_plan: dict[str, Plan]) -> None:
    for plan in every_plan.values():
        assert Plan.model_validate_json(plan.model_dump_json()).digest == plan.digest


# --- what cannot be built ------------------------------------------------------------------------------------------


def fields_of(plan: Plan) -> dict[str, object]:
    return {name: getattr(plan, name) for name in Plan.model_fields}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (lambda p: {"steps": (p.steps[0], *p.steps[2:])}, "a production plan needs a backup step"),
        (lambda p: {"steps": (*p.steps, p.steps[-1])}, "two steps of a plan share an id"),
        (lambda _: {"steps": ()}, "at least 1 item"),
        (
            lambda _: {"chosen": ("by_hand",)},
            "the chosen strategies are not one of the plan's",
        ),
        (lambda _: {"chosen": ()}, "the chosen strategies are not one of the plan's"),
        (lambda _: {"environment": "laptop"}, "Input should be 'production', 'staging' or 'development'"),
    ],
)
def test_a_plan_that_is_not_whole_cannot_be_built(
    changes: Callable[[Plan], dict[str, object]], reason: str, short_plan: Plan
) -> None:
    with pytest.raises(ValidationError, match=reason):
        Plan.model_validate(fields_of(short_plan) | changes(short_plan))


def test_every_plan_looks_first_and_backs_up_before_it_changes_anything(every_plan: dict[str, Plan]) -> None:
    for plan in every_plan.values():
        kinds = [step.kind for step in plan.steps]

        assert kinds[:2] == ["preflight", "backup"]
        assert set(kinds[2:]) <= {"statements", "backfill"}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, "production"),
        ({"environment": "production"}, "production"),
        ({"environment": "a laptop"}, "production"),
        ({"environment": "staging"}, "staging"),
        ({"environment": "development"}, "development"),
    ],
)
def test_what_is_not_known_to_be_less_counts_as_production(
    said: dict[str, str], expected: str, make_sheet: Callable[..., Sheet]
) -> None:
    assert environment_of(make_sheet(**said)) == expected


def test_a_strategy_with_an_obstacle_is_refused_with_its_reason(make_plan: Callable[..., Plan]) -> None:
    with pytest.raises(Refused, match=r"This cannot be made safe as asked\..*you asked for no downtime"):
        make_plan(
            column="token",
            default="gen_random_uuid()",
            value=VOLATILE,
            strategy="rewrite",
        )


def test_an_unknown_strategy_is_refused_with_the_known_ones(short_plan: Plan) -> None:
    with pytest.raises(Refused, match=r"There is no strategy `by_hand` here; .* Known: one_statement, batched\."):
        choose(short_plan.strategies, "by_hand")


# --- the sections of the protocol's template -----------------------------------------------------------------------

SECTIONS = {
    "## Migration plan: Add column role to users": ("Request", "Database", "Environment", "Data volume"),
    "### 📋 Change summary": ("Table", "Action", "Type", "Default", "Constraint", "Why"),
    "### ⚠️ Impact analysis": (
        *("Breaking changes", "Performance", "Table size", "Time for the steps", "Longest blocking lock"),
        *("Application compatibility", "Old code", "Rollback"),
    ),
    "### 🎯 Strategy": ("Option 1", "Option 2", "downtime", "CHOSEN", "👍", "👎", "Recommendation"),
    "### 📝 Detailed steps": (
        *("Prerequisites", "Backup", "staging", "Team notified"),
        *("Step 1", "Step 2", "Step 3", "Lock", "Duration", "lock_timeout", "Verification"),
    ),
    "### 🔄 Rollback plan": ("If it fails after", "If data is damaged", "pg_restore", "Application"),
    "### 🧪 Testing plan": ("Before, on staging", "Roll it back", "Afterwards"),
    "### 📊 Risk assessment": ("risk | likelihood | impact | mitigation", "Overall risk"),
    "### ⏰ Timeline": ("Preparation", "Back up the database", "Verification", "Total", "When", "Who"),
    "### 📢 Communication": ("Before", "When", "Impact", "Action required", "During", "After"),
}


def sections_of(text: str) -> dict[str, str]:
    parts = re.split(r"(?m)^(#{2,3} .*)$", text)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize("heading", SECTIONS)
def test_the_plan_holds_the_section_with_all_its_parts(heading: str, short_plan: Plan) -> None:
    section = sections_of(markdown(short_plan))[heading]

    assert [part for part in SECTIONS[heading] if part not in section] == []


def test_the_sections_come_in_the_order_of_the_template(short_plan: Plan) -> None:
    headings = [heading for heading in sections_of(markdown(short_plan)) if heading in SECTIONS]

    assert headings == list(SECTIONS)


@pytest.mark.parametrize("shape", SHAPES)
def test_no_section_of_the_model_is_empty(shape: str, every_plan: dict[str, Plan]) -> None:
    plan = every_plan[shape]
    needed = (
        *(plan.summary, plan.why, plan.impact.breaking, plan.impact.performance, plan.impact.compatibility),
        *(plan.strategies, plan.recommendation, plan.prerequisites, plan.steps, plan.checks, plan.rollback),
        *(plan.restore, plan.testing_before, plan.testing_after, plan.risks, plan.overall_risk),
        *(plan.timeline.preparation, plan.timeline.stages, plan.timeline.when, plan.timeline.who),
        *(plan.communications.before, plan.communications.during, plan.communications.after),
        *(plan.file_name, up_sql(plan), down_sql(plan)),
    )

    assert [part for part in needed if not part] == []


@pytest.mark.parametrize("shape", SHAPES)
def test_every_statement_that_runs_is_shown(shape: str, every_plan: dict[str, Plan]) -> None:
    plan = every_plan[shape]
    text = markdown(plan)
    shown = [sql for step in plan.steps if isinstance(step, Statements) for sql in step.sql]
    shown += [step.update_sql for step in plan.steps if isinstance(step, Backfill)]

    assert [sql for sql in shown if sql not in text] == []


@pytest.mark.parametrize("shape", SHAPES)
def test_every_step_has_its_point_of_failure_and_its_stage(shape: str, every_plan: dict[str, Plan]) -> None:
    plan = every_plan[shape]
    titles = [step.title for step in plan.steps]

    assert [point.after for point in plan.rollback] == titles
    assert [stage.name for stage in plan.timeline.stages] == [*titles, "Verification"]


# --- every number with its source ----------------------------------------------------------------------------------


def leaves(value: object) -> Iterator[object]:
    """Walk a model; a Figure is a leaf."""
    match value:
        case Figure():
            yield value
        case BaseModel():
            for name in type(value).model_fields:
                yield from leaves(getattr(value, name))
        case tuple() | list():
            for part in value:
                yield from leaves(part)
        case _:
            yield value


def figures(value: object) -> list[Figure]:
    return [leaf for leaf in leaves(value) if isinstance(leaf, Figure)]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_figure_says_where_it_comes_from(shape: str, every_plan: dict[str, Plan]) -> None:
    found = figures(every_plan[shape])

    assert len(found) > 20
    for figure in found:
        assert figure.how.strip()
        assert (figure.value is None) == (figure.source == "unknown")
        assert figure.value is None or figure.unit


@pytest.mark.parametrize("shape", SHAPES)
def test_no_number_of_performance_or_timeline_is_bare(shape: str, every_plan: dict[str, Plan]) -> None:
    plan = every_plan[shape]
    parts = [plan.impact.performance, plan.timeline.stages, plan.timeline.total]
    bare = [leaf for leaf in leaves(parts) if isinstance(leaf, int | float)]
    spoken = [text for text in leaves([*parts, plan.timeline.preparation, plan.timeline.who]) if isinstance(text, str)]

    assert bare == []
    assert [text for text in spoken if re.search(r"\d", text)] == []


@pytest.mark.parametrize("shape", SHAPES)
def test_the_markdown_keeps_the_source_of_every_number(shape: str, every_plan: dict[str, Plan]) -> None:
    plan = every_plan[shape]
    text = markdown(plan)
    lines = [f"- {label}: {figure}" for label, figure in plan.impact.performance]
    lines += [f"- {stage.name}: {stage.duration}" for stage in plan.timeline.stages]
    lines += [f"- **Total:** {plan.timeline.total}", f"**Data volume:** users: {plan.facts.tables[0].rows}"]
    lines += [f"- Duration: {step.duration}" for step in plan.steps]

    assert [line for line in lines if line not in text.splitlines()] == []
    assert [line for line in lines if re.search(r"(measured|estimated): |unknown \(", line) is None] == []


def test_a_total_of_estimates_is_an_estimate_and_of_the_unknown_unknown(every_plan: dict[str, Plan]) -> None:
    known, unknown = every_plan["volatile on 18"].timeline, every_plan["rows unknown"].timeline

    assert known.total.source == "estimated"
    assert known.total.value == pytest.approx(sum(stage.duration.value or 0 for stage in known.stages))
    assert str(unknown.total) == "unknown (one of its parts is unknown)"


def test_the_longest_lock_is_the_longest_or_unknown(every_plan: dict[str, Plan]) -> None:
    locks = {shape: dict(plan.impact.performance)["Longest blocking lock"] for shape, plan in every_plan.items()}
    rewriting = next(step for step in every_plan["volatile, rewriting"].steps if isinstance(step, Statements))

    assert locks["volatile, rewriting"] == rewriting.duration
    assert all((lock.value or 0) < 1 for shape, lock in locks.items() if shape != "volatile, rewriting")


# --- the files -----------------------------------------------------------------------------------------------------

OWNED = {"constraint", "default", "not null"}
"""What goes when its column goes."""

OBJECTS = {"OBJECT_TRIGGER": "trigger", "OBJECT_FUNCTION": "function"}


class Database:
    """The objects there are after some statements; an object that is dropped twice is a failure."""

    def __init__(self) -> None:
        self.there: set[tuple[str, str]] = set()

    def run(self, sql: str) -> None:
        for statement in grammar.split(sql):
            node = grammar.tree(statement)
            match node.WhichOneof("node"):
                case "variable_set_stmt":
                    assert node.variable_set_stmt.name == "lock_timeout"
                case "create_function_stmt":
                    self.there.add(("function", node.create_function_stmt.funcname[-1].string.sval))
                case "create_trig_stmt":
                    self.there.add(("trigger", node.create_trig_stmt.trigname))
                case "drop_stmt":
                    self._drop(node.drop_stmt)
                case "alter_table_stmt":
                    for command in node.alter_table_stmt.cmds:
                        self._alter(command.alter_table_cmd)
                case other:
                    raise AssertionError(f"{other} is not expected in a migration file")

    def _drop(self, node: Any) -> None:
        [target] = node.objects
        names = target.list.items if target.HasField("list") else target.object_with_args.objname
        kind = OBJECTS[grammar.pb.ObjectType.Name(node.remove_type)]
        self.there.remove((kind, names[-1].string.sval))

    def _alter(self, command: Any) -> None:
        kind = grammar.pb.AlterTableType.Name(command.subtype)
        name, definition = command.name, getattr(command, "def")
        match kind:
            case "AT_AddColumn":
                self.there.add(("column", definition.column_def.colname))
            case "AT_DropColumn":
                self.there.remove(("column", name))
                self.there = {there for there in self.there if there[0] not in OWNED}
            case "AT_ColumnDefault":
                self.there.add(("default", name))
            case "AT_SetNotNull":
                self.there.add(("not null", name))
            case "AT_DropNotNull":
                self.there.remove(("not null", name))
            case "AT_AddConstraint":
                self.there.add(("constraint", definition.constraint.conname))
            case "AT_DropConstraint":
                self.there.discard(("constraint", name))
            case "AT_ValidateConstraint":
                assert ("constraint", name) in self.there
            case _:
                raise AssertionError(f"{kind} is not expected in a migration file")


@pytest.mark.parametrize("shape", SHAPES)
def test_down_undoes_what_up_makes(shape: str, every_plan: dict[str, Plan]) -> None:
    database, plan = Database(), every_plan[shape]
    database.run(up_sql(plan))

    assert ("column", every_plan[shape].changes[0].model_dump()["column"]) in database.there
    database.run(down_sql(plan))
    assert database.there == set()


@pytest.mark.parametrize("shape", SHAPES)
def test_every_point_of_failure_has_the_sql_that_undoes_what_was_done(shape: str, every_plan: dict[str, Plan]) -> None:
    plan = every_plan[shape]
    for done, point in enumerate(plan.rollback, start=1):
        database = Database()
        for step in plan.steps[:done]:
            for sql in step.sql if isinstance(step, Statements) else ():
                database.run(sql)
        for sql in point.sql:
            database.run(sql)

        assert database.there == set()


@pytest.mark.parametrize("shape", SHAPES)
def test_the_steps_own_undo_is_the_rollback_that_is_shown(shape: str, every_plan: dict[str, Plan]) -> None:
    plan = every_plan[shape]
    undo = [sql for step in reversed(plan.steps) if step.undo is not None for sql in step.undo.sql]

    assert list(plan.rollback[-1].sql) == undo


@pytest.mark.parametrize("shape", SHAPES)
def test_up_gives_way_to_others_before_every_exclusive_lock(shape: str, every_plan: dict[str, Plan]) -> None:
    plan = every_plan[shape]
    proving = {sql for s in plan.steps if isinstance(s, Statements) and s.lock_timeout_ms is None for sql in s.sql}
    limit, waits = "", set()
    for statement in grammar.split(up_sql(plan)):
        code = "\n".join(line for line in statement.splitlines() if not line.startswith("--")).strip()
        if code.startswith("SET lock_timeout"):
            limit = code
        elif limit != "SET lock_timeout = '1s'":
            waits.add(code)

    assert waits == proving


@pytest.mark.parametrize("column", ["two\nlines", "a\rb", "a$whimbrel$; DROP TABLE users; --", '"; DROP TABLE x; --'])
@pytest.mark.parametrize(
    "filled", [{"default": "f(1)\n+ 2"}, {"default": None, "computed": "lower(email)\n|| 'x\ny'"}], ids=str
)
def test_nothing_steps_out_of_a_comment_or_a_body(
    column: str, filled: dict[str, str], make_plan: Callable[..., Plan]
) -> None:
    volatility = "immutable" if "computed" in filled else "volatile"
    value = VOLATILE.model_copy(update={"volatility": volatility})
    plan = make_plan(column=column, value=value, strategy="batched", **filled)
    database = Database()
    database.run(up_sql(plan))

    assert ("column", column) in database.there
    database.run(down_sql(plan))
    assert database.there == set()


# --- findings ------------------------------------------------------------------------------------------------------


ERROR = Finding(rule="x", severity=Severity.ERROR, message="No.", recipe="Do not.", statement="SELECT 1")
NO_ROWS = Figure(value=0, unit="rows", source="measured", how="count(*)")
TOKEN: dict[str, object] = {"column": "token", "default": "gen_random_uuid()"}


@pytest.mark.parametrize(
    ("strategy", "rows", "severity"),
    [
        ("batched", None, Severity.ERROR),
        ("rewrite", None, Severity.WARNING),
        ("one_statement", NO_ROWS, Severity.WARNING),
    ],
)
def test_a_lint_error_stands_unless_blocking_is_meant_or_blocks_nobody(
    strategy: str,
    rows: Figure | None,
    severity: Severity,
    make_plan: Callable[..., Plan],
    make_facts: Callable[..., Facts],
    long_plan: Plan,
) -> None:
    facts = make_facts(rows=rows or long_plan.facts.tables[0].rows)
    plan = make_plan(
        **TOKEN,
        value=VOLATILE,
        strategy=strategy,
        downtime="Sunday",
        facts=facts,
        lint=lambda steps: (ERROR.model_copy(update={"statement": steps[0][0]}),),
    )

    assert [finding.severity for finding in plan.findings] == [severity]
    assert bool(plan.errors) == (severity is Severity.ERROR)


def test_the_linter_gets_the_statements_of_each_step_that_has_some(make_plan: Callable[..., Plan]) -> None:
    seen: list[Sequence[Sequence[str]]] = []

    def lint(steps: Sequence[Sequence[str]]) -> tuple[Finding, ...]:
        seen.append(steps)
        return ()

    plan = make_plan(strategy="batched", lint=lint)

    assert seen == [[sql_of(step) for step in plan.steps[2:]]]
