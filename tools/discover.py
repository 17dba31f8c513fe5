"""Discovery as tools: what the words say, what the database says, and what the person is asked."""

import asyncio
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from protocol.changes import kinds
from protocol.discovery import Answer, Group, Option, Origin, Question, Scalar, Sheet, nearest, numbered
from protocol.errors import BadAnswer, NeedsAnswer
from protocol.events import AnswerGiven, ChangeNamed, DiscoveryCompleted, DiscoveryReopened, FactsRead, PersonSaid
from protocol.facts import Facts
from protocol.person import Answers
from protocol.questions import COMMON, DURATION, ROWS, questions_of
from protocol.rates import BACKFILL_ROWS_PER_SECOND, REFERENCE, time_for
from protocol.states import Discovery
from protocol.value import Value
from tools.engines.postgres import lost_connection
from tools.pasted_sql import pasted_whole
from tools.preflight import refuse_without_rights
from tools.registry import Desk, Result, tool
from tools.understand import Understanding, understand

DISCOVERY = frozenset({"discovery"})

READ_FROM_DATABASE = {ROWS.id, DURATION.id}
"""Never asked: as soon as the table is known, the database answers them."""


def _known_kind(kind: str) -> str:
    if kind not in kinds():
        raise ValueError("known kinds of change: " + ", ".join(kinds()))
    return kind


class Heard(Value):
    """One answer found in the person's words; `quote` is the exact piece of their text it rests on."""

    question: str = Field(description="id of the question")
    value: str
    quote: str = Field(description="the person's own words, copied exactly")


class ProposeChange(Value):
    number: int = Field(default=1, ge=1, le=20, description="1, or the place of this change among several, in order")
    kind: Annotated[str, AfterValidator(_known_kind), WithJsonSchema({"type": "string", "enum": list(kinds())})]
    heard: tuple[Heard, ...]


class AskPerson(Value):
    reason: str = Field(description="one sentence for the person: why these questions are asked")


@tool(phases=DISCOVERY, arguments=ProposeChange)
async def propose_change(arguments: ProposeChange, desk: Desk) -> Result:
    """Note what the words say, check it against the database, and tell what is still open."""
    if arguments.number > len(changes_of(desk)) + 1:
        return Result(status="refused", said=f"There is no change {arguments.number - 1} yet; number them from 1.")
    _name(desk, arguments.number, arguments.kind)
    known = {question.id: question for question in kinds()[arguments.kind].questions()}
    common = {question.id: question for question in COMMON}
    refused = [reason for heard in arguments.heard if (reason := _note(heard, known, common, arguments.number, desk))]
    understanding = await _understand(desk)
    open_ = sheet_of(desk).must(_questions(desk))
    said = [*refused, *(f"{question}: {reason}" for question, reason in understanding.problems.items())]
    said.append("still open: " + (", ".join(question.id for question in open_) or "nothing"))
    return Result(status="noted", said="\n".join(said))


@tool(phases=DISCOVERY, arguments=AskPerson)
async def ask_person(arguments: AskPerson, desk: Desk) -> Result:  # noqa: ARG001 - every tool has the same shape
    """Show every question with what is known for correction; complete discovery when nothing is open."""
    refused: dict[str, str] = {}
    while True:
        understanding = await _understand(desk)
        questions = _with_options(_questions(desk), understanding)
        problems = _impossible(desk) | understanding.problems | refused
        answers = await desk.person.answer(sheet_of(desk), _askable(questions, sheet_of(desk)), problems)
        if answers.words:
            desk.append(PersonSaid(words=answers.words))
            return Result(status="said", said=answers.words)
        refused = _take(answers, questions, desk)
        if refused:
            continue
        questions = _questions(desk)
        for assumed in sheet_of(desk).assumed(questions):
            desk.append(AnswerGiven(answer=assumed))
        understanding = await _understand(desk)
        if changes_of(desk) and not understanding.problems and not sheet_of(desk).open(questions):
            desk.append(DiscoveryCompleted())
            return Result(status="complete", said=told(sheet_of_planning(desk)))
        if not answers.given:
            raise _unanswered(desk, questions, understanding)


async def _understand(desk: Desk) -> Understanding:
    """Look at the database with the answers so far; note what it answers itself."""
    understanding = await asyncio.to_thread(_read, desk)
    if understanding.facts.tables:
        refuse_without_rights(understanding.facts.rights.obstacles)
    if changes_of(desk):
        _note_facts(desk, understanding.facts)
    return understanding


def _read(desk: Desk) -> Understanding:
    with lost_connection(desk.database), desk.database.reading() as connection:
        return understand(connection, desk.database.alias, changes_of(desk), sheet_of(desk))


def changes_of(desk: Desk) -> tuple[str, ...]:
    state = desk.state
    return state.changes if isinstance(state, Discovery) else ()


def _questions(desk: Desk) -> tuple[Question, ...]:
    """Every question of the request; what is to be changed comes first while nobody has said it."""
    changes = changes_of(desk)
    if not changes:
        return (_kind_question(), *COMMON)
    return questions_of(tuple(kinds()[name].questions() for name in changes))


def _kind_question() -> Question:
    return Question(
        id="change",
        group=Group.KIND,
        text="What are you changing?",
        form="choice",
        options=tuple(Option(value=name, label=kind.label) for name, kind in kinds().items()),
    )


def _name(desk: Desk, number: int, kind: str) -> None:
    known = changes_of(desk)
    if len(known) < number or known[number - 1] != kind:
        desk.append(ChangeNamed(number=number, change=kind))


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


def _note(heard: Heard, own: dict[str, Question], common: dict[str, Question], number: int, desk: Desk) -> str:
    """Append one heard answer; return the reason when it cannot be taken."""
    question = own.get(heard.question) or common.get(heard.question)
    if question is None:
        close = nearest(heard.question, [*own, *common])
        return f"there is no question `{heard.question}`" + (f"; nearest is `{close}`" if close else "")
    if question.id in own:
        question = question.model_copy(update={"id": numbered(question.id, number)})
    if question.typed:
        return f"`{question.id}` is answered by the person alone, in their own hand"
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
    if question.form == "sql" and not pasted_whole(str(value), desk.words):
        return f"`{question.id}` takes SQL only as the person pasted it: whole statements, word for word"
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
        if name == "change":
            _name(desk, 1, str(value))
            continue
        desk.append(AnswerGiven(answer=Answer(question=name, value=value, origin=Origin.PERSON)))
    return refused


def _note_facts(desk: Desk, facts: Facts) -> None:
    known = [event.facts for event in desk.history if isinstance(event, FactsRead)]
    structure = [table.table for table in facts.tables]
    if facts.tables and (not known or [table.table for table in known[-1].tables] != structure):
        desk.append(FactsRead(facts=facts))
    opaque = any(kinds()[name].opaque for name in changes_of(desk))
    for question, (value, detail) in _told_by(facts, opaque=opaque).items():
        answer = Answer(question=question, value=value, origin=Origin.DATABASE, detail=detail)
        there = sheet_of(desk).get(question)
        if there is None or (there.origin is not Origin.PERSON and there.value != value):
            desk.append(AnswerGiven(answer=answer))


def _told_by(facts: Facts, *, opaque: bool) -> dict[str, tuple[str, str]]:
    """The questions that the database answers: how many rows, and how long they take to write."""
    if opaque:
        return dict.fromkeys(("rows", "duration"), ("unknown", "nothing is known of the SQL that was pasted"))
    if not facts.tables:
        return {
            "rows": ("none", "no table that is there is touched"),
            "duration": ("milliseconds", "no row is touched"),
        }
    alone = len(facts.tables) == 1
    rows = "; ".join(f"{'' if alone else f'{table.name}: '}{table.rows.short}" for table in facts.tables)
    largest = max(facts.tables, key=lambda table: table.rows.value or 0)
    duration = time_for(largest.rows, BACKFILL_ROWS_PER_SECOND, "written in batches")
    return {
        "rows": (rows, "; ".join(dict.fromkeys(table.rows.how for table in facts.tables))),
        "duration": (
            f"milliseconds if no row has to be written, else {duration.short}",
            f"estimated: {BACKFILL_ROWS_PER_SECOND:,} rows a second, {REFERENCE}",
        ),
    }


def _with_options(questions: tuple[Question, ...], understanding: Understanding) -> tuple[Question, ...]:
    found = understanding.options
    return tuple(
        q.model_copy(update={"options": tuple(Option(value=name, label=name) for name in found[q.id])})
        if q.id in found
        else q
        for q in questions
    )


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
    reasons = " ".join(_sentence(reason) for reason in understanding.problems.values())
    hints = {q.id: q.hint or q.text for q in questions}
    how = " ".join(f"({name}: {hints[name]})" for name in open_[:3] if name in hints)
    if not open_ and reasons:
        return NeedsAnswer(f"This cannot stand as it was said: {reasons} Nothing was changed.", missing=missing)
    said = " ".join(part for part in (f"An answer is needed for: {', '.join(missing)}.", how, reasons) if part)
    return NeedsAnswer(f"{said} Nothing was changed. --answers FILE takes them without asking.", missing=missing)


def _sentence(reason: str) -> str:
    return reason[:1].upper() + reason[1:]
