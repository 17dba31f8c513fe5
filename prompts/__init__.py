"""What the model is told: plain Markdown, one file a phase and one a tool."""

import re
from functools import cache
from importlib import resources


class MissingFact(KeyError):
    """A prompt asks for a fact that was not given."""


@cache
def _text(name: str) -> str:
    return resources.files("prompts").joinpath(f"{name}.md").read_text("utf-8").strip()


def render(name: str, **facts: object) -> str:
    """Return the prompt with every `{{fact}}` filled in; raise MissingFact rather than leave a hole."""

    def fill(found: re.Match[str]) -> str:
        if found[1] not in facts:
            raise MissingFact(f"{name}.md needs `{found[1]}`")
        return str(facts[found[1]])

    return re.sub(r"\{\{(\w+)\}\}", fill, _text(name))
