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
    """Draw one column a strategy."""
    grid = Table.grid(padding=(0, 2), expand=True)
    for _ in plan.strategies:
        grid.add_column(ratio=1)
    grid.add_row(*(_head(strategy, plan.chosen) for strategy in plan.strategies))
    grid.add_row(*(_body(strategy) for strategy in plan.strategies))
    return grid


def _head(strategy: Strategy, chosen: str) -> Text:
    if strategy.id == chosen:
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
