"""Run every rule over every statement."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from protocol.findings import Finding
from protocol.value import Value
from tools.lint import rules as folder
from tools.lint.actions import Opaque, Statement
from tools.lint.context import Context
from tools.lint.frameworks import Source, sections
from tools.lint.live import Server
from tools.lint.parse import parse
from tools.lint.psql import with_names_filled_in, without_psql
from tools.lint.rule import Rule
from tools.lint.suppressions import suppressed
from tools.lint.volatility import VolatilityOf


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule of the folder, in the order of their names."""
    names = sorted(module.name for module in pkgutil.iter_modules(folder.__path__))
    modules = (importlib.import_module(f"{folder.__name__}.{name}") for name in names)
    return tuple(kind() for module in modules for _, kind in inspect.getmembers(module, _is_rule))


class Judged(Value):
    """What speaks against one file, in its order, and how many statements were looked at."""

    findings: tuple[Finding, ...]
    statements: int


class History:
    """Judges files in the order in which they are deployed; a later one knows what the earlier ones did."""

    def __init__(
        self,
        *,
        major: int = 18,
        volatility: VolatilityOf | None = None,
        in_transaction: bool = False,
        server: Server | None = None,
    ) -> None:
        self._context = Context(major=major, volatility=volatility, server=server)
        self._in_transaction = in_transaction

    def judge(self, source: Source) -> Judged:
        """Judge the next file. What a part does that undoes another is not remembered. Raises nothing."""
        known = {rule.id for rule in rules()}
        statements: list[Statement] = []
        found: list[Finding] = []
        for section in sections(source):
            here = _statements(section.sql)
            context = self._context.aside() if section.undoes else self._context
            context.begin_file(self._in_transaction or section.is_wrapped(here))
            found += _judged(here, context)
            statements += here
        return Judged(findings=suppressed(source.text, statements, found, known), statements=len(statements))


def lint(
    sql: str, *, major: int = 18, volatility: VolatilityOf | None = None, in_transaction: bool = False
) -> tuple[Finding, ...]:
    """Judge a file for a server of version `major`, in the order of its statements. Raises nothing.

    `in_transaction` says that the tool which runs the file wraps it in one transaction; otherwise each statement is its
    own, except between BEGIN and COMMIT. `volatility` asks a live server; without it, what is built in answers.
    """
    history = History(major=major, volatility=volatility, in_transaction=in_transaction)
    return history.judge(Source(text=sql)).findings


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
        found += _each_judged(statements, context)
        context.end()
    return tuple(found)


def _statements(sql: str) -> list[Statement]:
    plain, unread = without_psql(sql)
    return sorted((*_read(plain), *unread), key=lambda statement: (statement.line, statement.column))


def _read(sql: str) -> Sequence[Statement]:
    """Read a script; one that is wrong as it stands may be right once its placeholders are names."""
    statements = parse(sql)
    broken = _broken(statements)
    filled_in = with_names_filled_in(sql) if broken else sql
    if filled_in == sql:
        return statements
    again = parse(filled_in)
    return again if _broken(again) <= broken else statements


def _broken(statements: Iterable[Statement]) -> int:
    actions = (action for statement in statements for action in statement.actions)
    return sum(isinstance(action, Opaque) and action.broken for action in actions)


def _judged(statements: Sequence[Statement], context: Context) -> Iterator[Finding]:
    yield from _each_judged(statements, context)
    if statements:
        for rule in rules():
            yield from rule.at_end(statements[-1], context)


def _each_judged(statements: Sequence[Statement], context: Context) -> Iterator[Finding]:
    context.foresee(statements)
    for statement in statements:
        context.effect_of(statement)  # first, for with it the context learns what the statement's tables are
        for rule in _interested(frozenset(map(type, statement.actions))):
            yield from rule.check(statement, context)
        context.note(statement)


@cache
def _interested(kinds: frozenset[type[Value]]) -> tuple[Rule, ...]:
    """Return the rules that look at one of these actions: to call each rule for each statement would take longer."""
    return tuple(rule for rule in rules() if not rule.looks_at or not kinds.isdisjoint(rule.looks_at))


def _is_rule(member: object) -> bool:
    return inspect.isclass(member) and issubclass(member, Rule) and member is not Rule
