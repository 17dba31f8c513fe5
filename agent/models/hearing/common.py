"""What may be said of any change: where it is run, when, and why."""

from collections.abc import Iterator

from agent.models.hearing import add_column_patterns as p
from agent.models.hearing.text import Text
from tools.discover import Heard


def purpose(text: Text) -> Iterator[Heard]:
    found = text.take(p.PURPOSE)
    if found:
        yield text.heard("purpose", *found.span("value"))


def environment(text: Text) -> Iterator[Heard]:
    """“Not production”, or two of them, is no answer."""
    every = list(text.find(p.ENVIRONMENT))
    for found in every:
        text.cut(*found.span())
    said = {p.ENVIRONMENTS.get(found["value"].lower(), found["value"].lower()) for found in every if not found["not"]}
    if len(said) == 1 and not any(found["not"] for found in every):
        yield Heard(question="environment", value=said.pop(), quote=text.said(*every[0].span("value")))


def downtime(text: Text) -> Iterator[Heard]:
    none, window = text.take(p.NO_DOWNTIME), text.take(p.WINDOW)
    if none:
        yield Heard(question="downtime", value="none", quote=text.said(*none.span()))
    elif window:
        yield text.heard("downtime", *window.span("value" if window["value"] else "plain"))


def common(text: Text) -> tuple[Heard, ...]:
    """Cut all three out of the text."""
    found = (*purpose(text), *environment(text), *downtime(text))
    for dangling in tuple(text.find(rf"\b(?:with|on|in|at|during|it is|this is)\s*(?={p.CUT})")):
        text.cut(*dangling.span())
    return found
