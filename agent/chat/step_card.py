"""Everything a person needs to know of one step before saying yes to it."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from agent.chat.prose import prose
from agent.chat.sql_card import sql_card
from agent.chat.visible import visible
from protocol.figure import Figure
from protocol.steps import Backfill, Backup, Concurrently, Gate, Statements, Step, sql_of

STRONG = {"SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"}
"""Locks under which nobody can write."""


def step_card(step: Step) -> RenderableType:
    """Draw why, lock, times and what they rest on, SQL and undo of a step."""
    if isinstance(step, Gate):
        return _gate(step)
    times = [("Lock", lock_text(step)), ("Held", figure_text(step.held)), ("Takes", figure_text(step.duration))]
    return Group(prose(step.why), Text(), _measures(step, times), *_effects(step), Text(), *_sql(step), *_undo(step))


def step_brief(step: Step) -> RenderableType:
    """Draw the same for the moment of the yes: SQL first, and times without what they rest on."""
    if isinstance(step, Gate):
        return _gate(step)
    held = Text.assemble(lock_text(step), f", held {visible(step.held.short)}")
    times = [("Lock", held), ("Takes", Text(visible(step.duration.short)))]
    return Group(*_sql(step), Text(), _measures(step, times), Text(), prose(step.why), *_undo(step))


def _gate(gate: Gate) -> RenderableType:
    """Say what the run waits for; it holds nothing meanwhile."""
    return Group(
        Text.assemble(("Waits until this is true: ", "bold"), visible(gate.waits_for)),
        Text(),
        prose(gate.why),
        Text("It rests for hours or days without a connection and without a lock. Hold leaves it; resume asks again."),
    )


def lock_text(step: Step) -> Text:
    if isinstance(step, Gate):
        return Text("deploy gate", "cyan")
    if step.lock == "none":
        return Text("no lock", "green")
    return Text(step.lock, "bold yellow" if step.lock in STRONG else "")


def figure_text(figure: Figure) -> Text:
    """Write a number, and in a dimmer colour what it rests on."""
    return Text.assemble(visible(figure.short), (f"  {figure.source}: {visible(figure.how)}", "dim"))


def _effects(step: Step) -> list[RenderableType]:
    """What the SQL does on this server, lock by lock."""
    return [prose(f"· {effect}", "dim") for effect in step.effects]


def _sql(step: Step) -> tuple[RenderableType, ...]:
    sql = sql_of(step)
    return (sql_card(*sql),) if sql else (Text("Changes no table of yours.", "dim"),)


def _measures(step: Step, times: list[tuple[str, Text]]) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(style="dim", width=8)
    grid.add_column(ratio=1)
    for label, value in times:
        grid.add_row(label, value)
    for label, limit in _limits(step):
        grid.add_row(label, limit)
    return grid


def _limits(step: Step) -> list[tuple[str, str]]:
    match step:
        case Statements(lock_timeout_ms=None):
            return [("Waits", "without a limit; giving way would only lose the scan")]
        case Statements(lock_timeout_ms=limit, attempts=attempts):
            return [("Waits", f"{limit} ms for its lock, then gives way; {attempts} tries")]
        case Concurrently(lock_timeout_ms=int(limit), attempts=attempts):
            return [("Waits", f"{limit} ms for its lock, outside a transaction, then gives way; {attempts} tries")]
        case Concurrently():
            return [("Waits", "without a limit, outside a transaction; it holds nobody up")]
        case Backfill():
            return [("Batches", f"{step.batch_rows:,} rows, {step.pause_ms} ms pause between")]
        case Backup(whole_database=whole):
            what = "the whole database" if whole else visible(", ".join(str(table) for table in step.tables))
            return [("Saves", what)]
        case _:
            return []


def _undo(step: Step) -> list[RenderableType]:
    if step.undo is None and step.is_no_return:
        return [Text("\n⛔ The point of no return: what this takes away is in the backup only.", "bold red")]
    if step.undo is None:
        return [Text("\nUndo: nothing to undo", "dim")]
    mark = [Text("\n⚠ Taking it back has its price", "bold yellow")] if step.final else []
    return [*mark, Text("\nUndo", "bold"), sql_card(*step.undo.sql), prose(f"Costs: {step.undo.costs}", "dim")]
