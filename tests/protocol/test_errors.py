"""The tree of errors is the one drawn at the top of its module, exit codes included."""

import re
from collections.abc import Iterator

import pytest

from protocol import errors
from protocol.errors import NeedsAnswer, StepFailed, WhimbrelError


def drawn() -> Iterator[tuple[str, str | None, int]]:
    """Yield name, parent and exit code of every line of the tree."""
    above: list[tuple[int, str]] = []
    for line in str(errors.__doc__).splitlines():
        found = re.match(r"([│├└─ ]*)(\w+) +(\d+)\b", line)
        if found is None:
            continue
        depth = len(found[1])
        above = [(d, name) for d, name in above if d < depth]
        yield found[2], above[-1][1] if above else None, int(found[3])
        above.append((depth, found[2]))


def every(kind: type[WhimbrelError]) -> Iterator[type[WhimbrelError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from every(below)


DEFINED = [kind for kind in every(WhimbrelError) if kind.__module__ == errors.__name__]


def test_the_drawn_tree_is_the_tree() -> None:
    actual = {
        (kind.__name__, None if kind is WhimbrelError else kind.__mro__[1].__name__, kind.exit_code) for kind in DEFINED
    }

    assert actual == set(drawn())


@pytest.mark.parametrize("kind", DEFINED, ids=lambda kind: kind.__name__)
def test_the_docstring_is_a_sentence_and_the_default_message(kind: type[WhimbrelError]) -> None:
    assert kind.__doc__ is not None

    assert re.fullmatch(r"[A-Z][^\n]*\.", kind.__doc__) is not None
    assert kind().message == kind.__doc__


def test_a_message_of_its_own_replaces_the_docstring() -> None:
    assert StepFailed("`users` was not changed.").message == "`users` was not changed."


def test_missing_answers_are_named() -> None:
    error = NeedsAnswer(missing=("column", "type"))

    assert (error.missing, error.exit_code) == (("column", "type"), 5)
    assert NeedsAnswer().missing == ()
