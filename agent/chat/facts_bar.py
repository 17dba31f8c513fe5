"""The live facts of the table in question, each with where it comes from."""

from rich.console import Group, RenderableType
from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from agent.chat.visible import visible
from protocol.facts import Facts, Figure, TableFacts

MANY = 8

SOURCES = {"measured": "measured", "estimated": "estimate", "unknown": "unknown"}


class FactsBar(VerticalScroll):
    DEFAULT_CSS = """
    FactsBar { width: 41; border-left: solid $panel; padding: 0 1; background: $surface; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.body = Static("No table was read yet.", markup=False)

    def on_mount(self) -> None:
        self.mount(self.body)

    def show_facts(self, facts: Facts) -> None:
        self.body.update(facts_card(facts))


def facts_card(facts: Facts) -> RenderableType:
    """Draw the facts in a narrow column, table by table."""
    return Group(
        *(part for table in facts.tables for part in _table(table)),
        Text(visible(f"{facts.target.database}, PostgreSQL {facts.target.version}"), "dim"),
        _figure("Database", facts.database_bytes),
        _figure("Longest", facts.activity.longest_transaction),
        _figure("Replicas", facts.activity.replicas),
        *(Text(f"! {visible(obstacle)}", "yellow") for obstacle in facts.rights.obstacles),
    )


def _table(table: TableFacts) -> tuple[Text, ...]:
    return (
        Text(visible(str(table.name)), "bold"),
        _figure("Rows", table.rows),
        _figure("Table", table.heap_bytes),
        _figure("Indexes", table.index_bytes),
        *_key(table),
        _figure("Writes", table.writes_per_second),
        _figure("Sessions", table.sessions),
        *_dependants(table),
        Text(),
    )


def _figure(label: str, figure: Figure) -> Text:
    line = Text.assemble((f"{label:<9} ", "dim"), visible(figure.short))
    if figure.source != "unknown":
        line.append(f" · {SOURCES[figure.source]}", "dim")
    return line


def _key(facts: TableFacts) -> tuple[Text, ...]:
    if facts.key is None:
        return (Text.assemble(("Key       ", "dim"), ("! none to walk along", "yellow")),)
    columns = ", ".join(column.name for column in facts.key.columns)
    return (Text.assemble(("Key       ", "dim"), visible(columns)),)


def _dependants(facts: TableFacts) -> list[Text]:
    others = [dependant for dependant in facts.dependants if not dependant.is_part]
    if not others:
        return [Text("\nNothing depends on it.", "dim")]
    lines = [Text(f"\nDependants: {len(others)}", "bold")]
    lines += [Text.assemble((f"{d.kind} ", "dim"), visible(d.name)) for d in others[:MANY]]
    if len(others) > MANY:
        lines.append(Text(f"and {len(others) - MANY} more", "dim"))
    return lines
