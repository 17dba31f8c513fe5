"""Each rule's page: found by its name or another linter's, printed alone, and all together as `docs/rules.md`.

`python -m tools.lint.pages > docs/rules.md` writes the document.
"""

from collections.abc import Sequence
from difflib import get_close_matches

from protocol.errors import UsageError
from tools.lint.lint import rules
from tools.lint.rule import Rule

HEAD = """\
# Rules of `whimbrel lint`

<!-- Written by `python -m tools.lint.pages > docs/rules.md` from the rules' own docstrings. -->

`whimbrel rule NAME` prints one of these pages, and finds it by the names of other linters too.
An *error* is certain to hurt or to fail, a *warning* may, an *advice* is taste.
The SQL under each rule is its test: the unsafe block gets its finding, the safe one gets none of any rule.
"""


def find(name: str) -> tuple[Rule, ...]:
    """Return the rule of this name, or those that other linters call so; raise UsageError with the nearest names."""
    wanted = name.strip().lower()
    own = tuple(rule for rule in rules() if rule.id == wanted.replace("_", "-"))
    found = own or tuple(rule for rule in rules() if wanted in map(str.lower, rule.also_known_as))
    if not found:
        names = [rule.id for rule in rules()] + [other for rule in rules() for other in rule.also_known_as]
        near = get_close_matches(wanted, names, n=3)
        meant = f" Did you mean {' or '.join(f'`{one}`' for one in near)}?" if near else " `whimbrel rule` lists them."
        raise UsageError(f"There is no rule `{name}`.{meant}")
    return found


def check_known(names: Sequence[str]) -> frozenset[str]:
    """Return the rules of these names, given by the person; raise UsageError where there is no such rule."""
    return frozenset(rule.id for name in names for rule in find(name))


def overview() -> str:
    """One line a rule: its name, its severity, its first sentence."""
    width = max(len(rule.id) for rule in rules())
    return "\n".join(f"{rule.id:<{width}}  {rule.severity.value:<7}  {rule.summary}" for rule in rules())


def page(rule: Rule, heading: str = "#") -> str:
    """The rule's page as Markdown."""
    known = ", ".join(f"`{name}`" for name in rule.also_known_as)
    parts = [
        f"{heading} {rule.id}",
        f"*{rule.severity.value}*" + (f" · elsewhere: {known}" if known else ""),
        rule.page,
        "Instead:",
        f"```text\n{rule.recipe}\n```",
        f"Silence it where you know better: `-- whimbrel: ignore {rule.id}: the reason`",
    ]
    return "\n\n".join(parts)


def document() -> str:
    """All pages, with a table of contents."""
    listed = "\n".join(f"- [{rule.id}](#{rule.id}) ({rule.severity.value}): {rule.summary}" for rule in rules())
    return "\n\n".join([HEAD.rstrip(), listed, *(page(rule, "##") for rule in rules())]) + "\n"


if __name__ == "__main__":
    print(document(), end="")
