"""Questions and answers as plain lines."""

from collections.abc import Iterable, Mapping

from protocol.discovery import Origin, Question, Scalar, Sheet


def question_lines(question: Question, problem: str | None = None) -> Iterable[str]:
    """One question with its numbered options."""
    yield f"\n{question.group}: {question.text}"
    if problem:
        yield f"! {problem}"
    for number, option in enumerate(question.options, start=1):
        mark = "  (recommended)" if option.value == question.recommended else ""
        yield f"  {number}. {option.label}{mark}"
    if question.hint:
        yield f"  {question.hint}"


def sheet_lines(sheet: Sheet, questions: tuple[Question, ...], given: Mapping[str, Scalar]) -> Iterable[str]:
    """Every question with its answer and where it comes from, group by group."""
    group = None
    for question in questions:
        if question.group is not group:
            group = question.group
            yield f"\n{group}"
        yield f"  {question.id:<13} {_answer(sheet, question, given)}"


def spoken(value: Scalar | None) -> str:
    match value:
        case True:
            return "yes"
        case False:
            return "no"
        case _:
            return str(value)


def _answer(sheet: Sheet, question: Question, given: Mapping[str, Scalar]) -> str:
    if question.id in given:
        return f"{spoken(given[question.id])}  [{Origin.PERSON}]"
    there = sheet.get(question.id)
    if there is None:
        return f"{spoken(question.safe)}  [{Origin.ASSUMPTION}]" if question.safe is not None else "?"
    return f"{spoken(there.value)}  [{there.origin}{': ' + there.detail if there.detail else ''}]"
