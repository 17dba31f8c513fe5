"""Run every rule over every statement."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from protocol.findings import Finding
from tools.lint import rules as folder
from tools.lint.actions import Statement
from tools.lint.context import Context
from tools.lint.parse import parse
from tools.lint.rule import Rule
from tools.lint.volatility import VolatilityOf


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule of the folder, in the order of their names."""
    names = sorted(module.name for module in pkgutil.iter_modules(folder.__path__))
    modules = (importlib.import_module(f"{folder.__name__}.{name}") for name in names)
    return tuple(kind() for module in modules for _, kind in inspect.getmembers(module, _is_rule))


def lint(
    sql: str, *, major: int = 18, volatility: VolatilityOf | None = None, in_transaction: bool = False
) -> tuple[Finding, ...]:
    """Judge a file for a server of version `major`, in the order of its statements. Raises nothing.

    `in_transaction` says that the tool which runs the file wraps it in one transaction; otherwise each statement is its
    own, except between BEGIN and COMMIT. `volatility` asks a live server; without it, what is built in answers.
    """
    context = Context(major=major, volatility=volatility, in_transaction=in_transaction)
    return tuple(_judged(parse(sql), context))


def lint_statements(
    statements: Sequence[str], *, major: int = 18, volatility: VolatilityOf | None = None
) -> tuple[Finding, ...]:
    """Judge a plan's statements, each a transaction of its own; what one proves counts for the later ones."""
    return lint_transactions([[statement] for statement in statements], major=major, volatility=volatility)


def lint_transactions(
    transactions: Sequence[Sequence[str]], *, major: int = 18, volatility: VolatilityOf | None = None
) -> tuple[Finding, ...]:
    """Judge a plan's steps: the statements of one entry run together in a transaction; a lone one needs none.

    Lines and columns count within each statement.
    """
    context = Context(major=major, volatility=volatility)
    found: list[Finding] = []
    for together in transactions:
        statements = [statement for text in together for statement in parse(text)]
        if len(statements) > 1:
            context.begin()
        found += _judged(statements, context)
        context.end()
    return tuple(found)


def _judged(statements: Iterable[Statement], context: Context) -> Iterator[Finding]:
    for statement in statements:
        for rule in rules():
            yield from rule.check(statement, context)
        context.note(statement)


def _is_rule(member: object) -> bool:
    return inspect.isclass(member) and issubclass(member, Rule) and member is not Rule
