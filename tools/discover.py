"""Discovery as tools: what the words say, what the database says, and what the person is asked."""

import asyncio
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from protocol.changes import KINDS, Change
from protocol.discovery import Answer, Option, Origin, Question, Scalar, Sheet, nearest
from protocol.errors import BadAnswer, NeedsAnswer
from protocol.events import AnswerGiven, DiscoveryCompleted, DiscoveryReopened, FactsRead, PersonSaid
from protocol.facts import Facts, ValueFacts
from protocol.names import TableName
from protocol.person import Answers
from protocol.questions import DURATION, ROWS
from protocol.rates import BACKFILL_ROWS_PER_SECOND, REFERENCE, time_for
from protocol.states import Discovery
from protocol.value import Value
from tools.engines.postgres import lost_connection
from tools.introspect.read import candidates, read_facts
from tools.introspect.value import read_value
from tools.preflight import refuse_without_rights
from tools.registry import Desk, Result, tool

DISCOVERY = frozenset({"discovery"})

READ_FROM_DATABASE = {ROWS.id, DURATION.id}
"""Never asked: as soon as the table is known, the database answers them."""


def _known_kind(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError("known kinds of change: " + ", ".join(KINDS))
    return kind


class Heard(Value):
    """One answer found in the person's words; `quote` is the exact piece of their text it rests on."""

    question: str = Field(description="id of the question")
    value: str
    quote: str = Field(description="the person's own words, copied exactly")


class ProposeChange(Value):
    kind: Annotated[str, AfterValidator(_known_kind), WithJsonSchema({"type": "string", "enum": list(KINDS)})]
    heard: tuple[Heard, ...]


class AskPerson(Value):
    reason: str = Field(description="one sentence for the person: why these questions are asked")


class Understanding(Value):
    """What the database makes of the answers so far; problems map a question to the reason it has to be asked."""

    facts: Facts | None = None
    value: ValueFacts | None = None
    problems: dict[str, str] = Field(default_factory=dict)
    tables: tuple[str, ...] = ()


@tool(phases=DISCOVERY, arguments=ProposeChange)
async def propose_change(arguments: ProposeChange, desk: Desk) -> Result:
    """Note what the words say, check it against the database, and tell what is still open."""
    kind = KINDS[arguments.kind]
    known = {question.id: question for question in kind.questions()}
    refused = [reason for heard in arguments.heard if (reason := _note(heard, known, desk))]
    understanding = await understand(desk, kind)
    open_ = sheet_of(desk).must(kind.questions())
    said = [*refused, *(f"{question}: {reason}" for question, reason in understanding.problems.items())]
    said.append("still open: " + (", ".join(question.id for question in open_) or "nothing"))
    return Result(status="noted", said="\n".join(said))


@tool(phases=DISCOVERY, arguments=AskPerson)
async def ask_person(arguments: AskPerson, desk: Desk) -> Result:  # noqa: ARG001 - every tool has the same shape
    """Show every question with what is known for correction; complete discovery when nothing is open."""
    name = "add_column"
    kind = KINDS[name]
    refused: dict[str, str] = {}
    while True:
        understanding = await understand(desk, kind)
        questions = _with_tables(kind.questions(), understanding)
        problems = _impossible(desk) | understanding.problems | refused
        answers = await desk.person.answer(sheet_of(desk), _askable(questions, sheet_of(desk)), problems)
        if answers.words:
            desk.append(PersonSaid(words=answers.words))
            return Result(status="said", said=answers.words)
        refused = _take(answers, questions, desk)
        if refused:
            continue
        for assumed in sheet_of(desk).assumed(questions):
            desk.append(AnswerGiven(answer=assumed))
        understanding = await understand(desk, kind)
        if not understanding.problems and not sheet_of(desk).open(questions):
            desk.append(DiscoveryCompleted(kind=name))
            return Result(status="complete", said=told(sheet_of_planning(desk)))
        if not answers.given:
            raise _unanswered(desk, questions, understanding)


async def understand(desk: Desk, kind: type[Change]) -> Understanding:
    """Look at the database with the answers so far; note what it answers itself."""
    return await asyncio.to_thread(_understand, desk, kind)


def _understand(desk: Desk, kind: type[Change]) -> Understanding:
    said = sheet_of(desk).text("table")
    if said is None:
        return Understanding()
    with lost_connection(desk.database), desk.database.reading() as connection:
        found, near = candidates(connection, said)
        if len(found) != 1:
            return Understanding(problems={"table": _which(said, found, near)}, tables=_names(found, near))
        facts = read_facts(connection, desk.database.alias, found[0])
        refuse_without_rights(facts.rights.obstacles)
        _note_facts(desk, facts)
        sheet = sheet_of(desk)
        problems = kind.conflicts(sheet, facts)
        value, wrong = None, None
        if sheet.text("type"):
            try:
                value = read_value(
                    connection,
                    found[0],
                    str(sheet.text("type")),
                    sheet.expression("default"),
                    sheet.expression("computed"),
                )
            except BadAnswer as error:
                wrong = error.message
        if wrong:
            question, _, reason = wrong.partition(": ")
            problems = {question: reason} | problems
        return Understanding(facts=facts, value=value, problems=problems)


def sheet_of(desk: Desk) -> Sheet:
    state = desk.state
    return state.sheet if isinstance(state, Discovery) else Sheet()


def sheet_of_planning(desk: Desk) -> Sheet:
    return getattr(desk.state, "sheet", Sheet())


def told(sheet: Sheet) -> str:
    """The answers with their origin, one a line."""
    return "\n".join(
        f"{a.question} = {a.value} ({a.origin}{': ' + a.detail if a.detail else ''})" for a in sheet.answers
    )


def _note(heard: Heard, known: dict[str, Question], desk: Desk) -> str:
    """Append one heard answer; return the reason when it cannot be taken."""
    question = known.get(heard.question)
    if question is None:
        close = nearest(heard.question, list(known))
        return f"there is no question `{heard.question}`" + (f"; nearest is `{close}`" if close else "")
    there = sheet_of(desk).get(question.id)
    if there is not None and there.origin is Origin.PERSON:
        return f"`{question.id}` was answered by the person already"
    try:
        value = question.parse(heard.value)
    except BadAnswer as error:
        return error.message
    if against := _against_setting(question, value, desk):
        return against
    quoted = bool(heard.quote.strip()) and _folded(heard.quote) in _folded(desk.words)
    origin = Origin.WORDS if quoted else Origin.ASSUMPTION
    detail = f"“{heard.quote}”" if quoted else "the model's reading; not in your words"
    desk.append(AnswerGiven(answer=Answer(question=question.id, value=value, origin=origin, detail=detail)))
    return ""


def _against_setting(question: Question, value: Scalar, desk: Desk) -> str:
    """A profile that says production is not talked out of it."""
    there = sheet_of(desk).get(question.id)
    if question.id != "environment" or there is None or there.origin is not Origin.SETTING or there.value == value:
        return ""
    return f"{there.detail} says that this is {there.value}; change it there, not here."


def _folded(text: str) -> str:
    return " ".join(text.lower().split())


def _take(answers: Answers, questions: tuple[Question, ...], desk: Desk) -> dict[str, str]:
    """Append what the person filled in; return the reasons for what cannot be taken."""
    known = {question.id: question for question in questions}
    refused: dict[str, str] = {}
    for name, said in answers.given.items():
        if name not in known:
            close = nearest(name, list(known))
            raise BadAnswer(
                f"There is no question `{name}`"
                + (f"; did you mean `{close}`?" if close else ".")
                + " Nothing was changed."
            )
        try:
            value = known[name].parse(said)
        except BadAnswer as error:
            refused[name] = error.message
            continue
        if against := _against_setting(known[name], value, desk):
            refused[name] = against
            continue
        desk.append(AnswerGiven(answer=Answer(question=name, value=value, origin=Origin.PERSON)))
    return refused


def _note_facts(desk: Desk, facts: Facts) -> None:
    known = [event.facts for event in desk.history if isinstance(event, FactsRead)]
    if not known or known[-1].table != facts.table:
        desk.append(FactsRead(facts=facts))
    duration = time_for(facts.rows, BACKFILL_ROWS_PER_SECOND, "written in batches")
    answers = {
        "rows": (facts.rows.short, facts.rows.how),
        "duration": (
            f"milliseconds if no row has to be written, else {duration.short}",
            f"estimated: {BACKFILL_ROWS_PER_SECOND:,} rows a second, {REFERENCE}",
        ),
    }
    for question, (value, detail) in answers.items():
        answer = Answer(question=question, value=value, origin=Origin.DATABASE, detail=detail)
        there = sheet_of(desk).get(question)
        if there is None or (there.origin is not Origin.PERSON and there.value != value):
            desk.append(AnswerGiven(answer=answer))


def _which(said: str, found: tuple[TableName, ...], near: TableName | None) -> str:
    if found:
        names = ", ".join(f"{t.schema_name}.{t.name}" for t in found)
        return f"{len(found)} tables are called `{said}`: {names}. Say which."
    if near:
        return f"There is no table `{said}`. The nearest is `{near}`."
    return f"There is no table `{said}` in this database, and none with a similar name."


def _names(found: tuple[TableName, ...], near: TableName | None) -> tuple[str, ...]:
    return tuple(f"{t.schema_name}.{t.name}" for t in found) or ((str(near),) if near else ())


def _with_tables(questions: tuple[Question, ...], understanding: Understanding) -> tuple[Question, ...]:
    options = tuple(Option(value=name, label=name) for name in understanding.tables)
    return tuple(q.model_copy(update={"options": options}) if q.id == "table" and options else q for q in questions)


def _askable(questions: tuple[Question, ...], sheet: Sheet) -> tuple[Question, ...]:
    """What the database answers is shown for correction once it has, and never asked."""
    return tuple(q for q in questions if q.id not in READ_FROM_DATABASE or sheet.get(q.id) is not None)


def _impossible(desk: Desk) -> dict[str, str]:
    """Why the plan could not be made with these answers, until one of them is changed."""
    moves = [event for event in desk.history if isinstance(event, AnswerGiven | DiscoveryReopened)]
    last = moves[-1] if moves else None
    return {"plan": last.reason} if isinstance(last, DiscoveryReopened) else {}


def _unanswered(desk: Desk, questions: tuple[Question, ...], understanding: Understanding) -> NeedsAnswer:
    open_ = [question.id for question in sheet_of(desk).must(questions) if question.id not in READ_FROM_DATABASE]
    missing = tuple(dict.fromkeys([*open_, *understanding.problems]))
    reasons = " ".join(understanding.problems.values())
    return NeedsAnswer(
        f"An answer is needed for: {', '.join(missing)}. {reasons}".strip() + " Nothing was changed.", missing=missing
    )
