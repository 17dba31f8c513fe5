"""Words around a request that ask for nothing: politeness, order, hesitation."""

from agent.models.hearing.said import FILLERS
from agent.models.hearing.tokens import Tokens

_LEAD_INS = """
    could you; can you; would you; will you; i want to; i want you to; i would like to; i'd like to;
    i would like you to; we want to; we need to; we have to; i need to; i have to; we would like to;
    you should; let us; lets; let 's; i 'd like to; we should; go ahead and; help me; it would be nice to;
    i need you to; we must; i must; try to; start to; make sure to; do this; do the following; next; first;
    second; secondly; third; finally; lastly; afterwards; after that; then; and; also; please; ok; okay;
    hi; hello; hey; so; but; now; plus; kindly; well; yes; additionally; furthermore; besides; at last;
    too; as well; to; ,; :; -; *; &; firstly; actually; instead; no ,; sorry
    """
_TAILS = """
    please; thanks; thank you; thx; too; as well; also; now; today; asap; then; .; !; ?; ,; and;
    if possible; for me; instead; after all; right away; again; ok; :; soon; cheers
    """
NOTHING = FILLERS | frozenset(  # a block of words reads better than a list
    """
    it is this that with as in on at here there run execute apply do following sql statement statements change
    changes migration , . ! : - and then so thanks thank you hi hello 's first finally too also only should be want i we
    need to for would like make sure
    """.split()  # noqa: SIM905
)
"""Words that alone ask for nothing."""


def _phrases(block: str) -> tuple[list[str], ...]:
    return tuple(phrase.split() for phrase in block.split(";"))


_LEADS = {words[0]: tuple(one for one in _phrases(_LEAD_INS) if one[0] == words[0]) for words in _phrases(_LEAD_INS)}
_ENDS = {words[-1]: tuple(one for one in _phrases(_TAILS) if one[-1] == words[-1]) for words in _phrases(_TAILS)}


def says_nothing(tokens: Tokens) -> bool:
    """Tell whether there is only politeness around what was cut out."""
    return all(token.word in NOTHING for token in tokens.all)


def bare_clause(tokens: Tokens) -> Tokens:
    """A clause without what is only politeness or order around it."""
    start, end = 0, len(tokens)
    while start < end and (step := _lead(tokens, start, end)):
        start += step
    while start < end and (step := _tail(tokens, start, end)):
        end -= step
    return tokens.part(start, end)


def _lead(tokens: Tokens, start: int, end: int) -> int:
    known = _LEADS.get(tokens.word(start), ())
    is_item = tokens[start].kind == "number" and tokens.word(start + 1) in (".", ")") and start + 2 < end
    return max((len(w) for w in known if len(w) <= end - start and _words_at(tokens, start, w)), default=2 * is_item)


def _tail(tokens: Tokens, start: int, end: int) -> int:
    known = _ENDS.get(tokens.word(end - 1), ())
    return max((len(w) for w in known if len(w) <= end - start and _words_at(tokens, end - len(w), w)), default=0)


def _words_at(tokens: Tokens, at: int, words: list[str]) -> bool:
    return all(tokens.word(at + place) == word for place, word in enumerate(words))
