"""The strategies side by side, the chosen one marked."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from agent.chat.prose import prose
from agent.chat.sql_card import sql_card
from agent.chat.visible import visible
from protocol.plan import Plan
from protocol.strategy import Strategy


def strategy_table(plan: Plan) -> RenderableType:
    """Draw one column a strategy, one table a change."""
    tables: list[RenderableType] = []
    for number, change in enumerate(plan.changes, start=1):
        if len(plan.changes) > 1:
            tables.append(Text(f"{number}. {visible(change.title)}", "bold underline"))
        tables.append(_side_by_side(plan.ways_of(number), plan.chosen))
    return tables[0] if len(tables) == 1 else Group(*tables)


def _side_by_side(strategies: tuple[Strategy, ...], chosen: tuple[str, ...]) -> Table:
    grid = Table.grid(padding=(0, 2), expand=True)
    for _ in strategies:
        grid.add_column(ratio=1)
    grid.add_row(*(_head(strategy, chosen) for strategy in strategies))
    grid.add_row(*(_body(strategy) for strategy in strategies))
    return grid


def _head(strategy: Strategy, chosen: tuple[str, ...]) -> Text:
    if strategy.id in chosen:
        return Text(f"● {visible(strategy.title)} (chosen)", "bold green")
    if strategy.obstacle:
        return Text(f"✗ {visible(strategy.title)}", "bold dim")
    return Text(f"○ {visible(strategy.title)}", "bold")


def _body(strategy: Strategy) -> Group:
    parts: list[RenderableType] = [prose(f"Downtime: {strategy.downtime}")]
    if strategy.obstacle:
        parts.append(prose(f"Not here: {strategy.obstacle}", "yellow"))
    if strategy.needs_window:
        parts.append(Text("Needs a maintenance window.", "yellow"))
    parts += [prose(f"+ {pro}", "green") for pro in strategy.pros]
    parts += [prose(f"- {con}", "yellow") for con in strategy.cons]
    if strategy.sketch:
        parts += [Text(), sql_card(*strategy.sketch)]
    return Group(*parts)
