"""Read a request into changes, in order: what is not understood is said, and nothing is guessed."""

from collections.abc import Collection, Sequence

from agent.models.hearing.clauses import Clause, clauses, sentences
from agent.models.hearing.common import common
from agent.models.hearing.context import Unclear
from agent.models.hearing.heard import HeardChange, Hearing
from agent.models.hearing.making import Making
from agent.models.hearing.outline import Addition, Outline, Piece
from agent.models.hearing.refusing import is_no, knows
from agent.models.hearing.sql import Pasted, broken_in, pasted_in
from agent.models.hearing.text import Text
from agent.models.hearing.tokens import Tokens
from tools.discover import Heard

LONGEST = 4_000
"""Characters. A request is a few sentences; what is longer is a document, and nobody means every word of it."""

MOST_CHANGES = 20


def hear(words: str, known: Collection[str], running: Sequence[HeardChange] = ()) -> Hearing:
    """Read a request; with `running`, the changes so far, words may add to them or correct them.

    `known` are the kinds of change that this version carries out.
    """
    if len(words) > LONGEST:
        return Hearing(problem=f"That is {len(words):,} characters long; say the change in a sentence. {knows(known)}")
    pasted = pasted_in(words)
    problem = next((one.problem for one in pasted if one.problem), "")
    prose = _without(words, pasted)
    if not problem and is_no(prose.left):
        problem = f"I take that as a no, or as a question; nothing was done. {knows(known)}"
    if problem:
        return Hearing(problem=problem)
    try:
        return _heard(words, prose, pasted, Making(words, known, running))
    except Unclear as unclear:
        return Hearing(problem=broken_in(prose.left) or str(unclear))


def _without(words: str, pasted: tuple[Pasted, ...]) -> Text:
    text = Text(words)
    for one in pasted:
        text.cut(one.start, one.end)
    return text


def _heard(words: str, prose: Text, pasted: tuple[Pasted, ...], making: Making) -> Hearing:
    shared = common(prose)
    outline = Outline(words, prose.left)
    for sentence in sentences(Tokens(words, Tokens(prose.left).all)):
        outline.sentence(tuple(clauses(sentence)))
    for piece in outline.pieces(pasted):
        _take(piece, making, outline)
        if len(making.changes) > MOST_CHANGES:
            raise Unclear(f"More than {MOST_CHANGES} changes in one request are not taken; say the first ones first.")
    return making.hearing(shared)


def _take(piece: Piece, making: Making, outline: Outline) -> None:
    match piece:
        case Pasted():
            making.pasted(piece)
        case Addition():
            making.addition(piece, outline.text(piece.spans))
        case Clause():
            making.clause(piece)
        case Heard():
            making.context.place = piece
