"""The questions that every change asks, as the protocol's five groups word them."""

from protocol.discovery import Group, Option, Question, numbered

ENVIRONMENTS = (
    Option(value="production", label="Production: live user data, careful planning"),
    Option(value="staging", label="Staging: pre-production testing"),
    Option(value="development", label="Development: a local database, lowest risk"),
)

CRITICALITY = (
    Option(value="high", label="High: the application must not notice"),
    Option(value="normal", label="Normal: a slightly slower minute is fine"),
    Option(value="low", label="Low: be done quickly"),
)

ENVIRONMENT = Question(
    id="environment",
    group=Group.DATA,
    text="Is this the production database?",
    form="choice",
    options=ENVIRONMENTS,
    recommended="production",
    safe="production",
    hint="What is not known counts as production.",
)
DOWNTIME = Question(
    id="downtime",
    group=Group.DATA,
    text="Is downtime acceptable? Say none, or when and for how long.",
    form="text",
    options=(
        Option(value="none", label="None: zero downtime"),
        Option(value="window", label="A maintenance window: say when and how long"),
    ),
    recommended="none",
    safe="none",
)
PURPOSE = Question(
    id="purpose",
    group=Group.KIND,
    text="Why is this changed? One sentence for the plan and the announcement.",
    form="text",
    safe="not said",
)
ROWS = Question(
    id="rows",
    group=Group.DATA,
    text="How many rows has the table?",
    form="text",
    hint="Read from the database.",
)
DURATION = Question(
    id="duration",
    group=Group.DATA,
    text="How long will the migration take?",
    form="text",
    hint="Estimated from the rows read and the chosen strategy; the plan gives it per step.",
)
OLD_CODE = Question(
    id="old_code",
    group=Group.BREAKING,
    text="Is application code running that uses the schema as it is now?",
    form="yes_no",
    safe=True,
)
BOTH_SCHEMAS = Question(
    id="both_schemas",
    group=Group.BREAKING,
    text="Can the application work with both the old and the new schema?",
    form="yes_no",
    safe=True,
    hint="Code that reads `SELECT *` into fixed fields cannot.",
)
API = Question(
    id="api",
    group=Group.BREAKING,
    text="Does the change show in API responses?",
    form="yes_no",
    safe=False,
)
CLIENTS = Question(
    id="clients",
    group=Group.BREAKING,
    text="Will clients of that API break?",
    form="yes_no",
    safe=False,
)
ROLLBACK = Question(
    id="rollback",
    group=Group.BREAKING,
    text="If the migration fails, may it be rolled back?",
    form="yes_no",
    safe=True,
)
OLD_SCHEMA = Question(
    id="old_schema",
    group=Group.BREAKING,
    text="Can the new application version run while the schema is still the old one?",
    form="yes_no",
    safe=False,
    hint="If not, deploy it only after verification.",
)
VALIDATION = Question(
    id="validation",
    group=Group.HANDLING,
    text="What must be true of the existing data first? Say none, or the condition in words.",
    form="text",
    safe="none",
)
CRITICAL = Question(
    id="criticality",
    group=Group.PERFORMANCE,
    text="How critical is performance during the migration?",
    form="choice",
    options=CRITICALITY,
    recommended="high",
    safe="high",
)
LOCK_LIMIT = Question(
    id="lock_limit",
    group=Group.PERFORMANCE,
    text="How long may a step wait for its lock, and hold others up meanwhile?",
    form="milliseconds",
    safe=100,
    hint="Milliseconds. After that it gives way and tries again.",
)
INDEX = Question(
    id="index",
    group=Group.PERFORMANCE,
    text="Does the change need an index?",
    form="yes_no",
    safe=False,
    hint="Ask for it as a change of its own, in the same request: “… and add an index on it”.",
)

COMMON = (
    PURPOSE,
    ENVIRONMENT,
    ROWS,
    DURATION,
    DOWNTIME,
    OLD_CODE,
    BOTH_SCHEMAS,
    API,
    CLIENTS,
    ROLLBACK,
    OLD_SCHEMA,
    VALIDATION,
    CRITICAL,
    LOCK_LIMIT,
    INDEX,
)
"""Asked of every kind of change; each kind adds its own."""


def questions_of(kinds: tuple[tuple[Question, ...], ...]) -> tuple[Question, ...]:
    """Every question of a request in the protocol's order: those of each change, numbered, the common ones once."""
    own = tuple(
        question if number == 1 else _of_change(question, number)
        for number, questions in enumerate(kinds, start=1)
        for question in questions
    )
    order, asked = list(Group), {question.id for question in own}
    common = (question for question in COMMON if question.id not in asked)
    return tuple(sorted((*own, *common), key=lambda question: order.index(question.group)))


def _of_change(question: Question, number: int) -> Question:
    return question.model_copy(
        update={
            "id": numbered(question.id, number),
            "of": numbered(question.of, number),
            "text": f"Change {number}: {question.text}",
        }
    )
