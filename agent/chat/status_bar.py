"""The line at the top of every view: where we are, on what, and how far."""

from rich.text import Text
from textual.events import Resize
from textual.widgets import Static

from agent.chat.controls import Controls
from agent.chat.phase_sign import environment_sign, phase_sign
from agent.chat.visible import visible
from protocol.events import FactsRead, ModelReplied, Move, Narrative
from protocol.states import Approval, Discovery, Idle, Planning, State, plan_of
from protocol.target import Target

Part = tuple[str, str, int]
"""Text, style, and rank: where there is no room, the part of the highest rank goes first."""


class StatusBar(Static):
    DEFAULT_CSS = """
    StatusBar { height: 1; background: $panel; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, controls: Controls) -> None:
        super().__init__(markup=False)
        self.controls = controls
        self.state: State = Idle()
        self.target: Target | None = None
        self.model = controls.model
        self.usd: float | None = None

    def see(self, event: Move | Narrative, state: State) -> None:
        self.state = state
        match event:
            case FactsRead(facts=facts):
                self.target = facts.target
            case ModelReplied(model=model, usd=usd):
                self.model = model
                self.usd = self.usd if usd is None else (self.usd or 0) + usd
        self._draw()

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self, _: Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        self.update(_fitted(self._parts(), self.size.width or 80))

    def _parts(self) -> list[Part]:
        environment, phase = environment_sign(environment_of(self.state, self.controls.environment)), self.state
        plan, target = plan_of(self.state), self.target
        cost = "" if self.usd is None else f" ${self.usd:.3f}"
        parts: list[Part] = [
            (f" {environment} ", environment.style, 0),
            (visible(self.controls.alias), "bold", 2),
            (f"PG {target.version_num // 10000}" if target else "", "", 5),
            (f"as {visible(target.role)}" if target else "", "", 6),
            (str(phase_sign(phase)), phase_sign(phase).style, 1),
            (f"plan {plan.digest[:12]}" if plan else "", "", 3),
            (visible(self.model) + cost, "dim", 4),
        ]
        return [part for part in parts if part[0]]


def environment_of(state: State, known: str | None) -> str | None:
    """What the plan, the answers or the request say of the target; else what was known at the start."""
    match state:
        case Discovery() | Planning():
            return state.sheet.text("environment") or state.environment or known
        case Approval(plan=plan):
            return plan.environment
        case _:
            plan_then = plan_of(state)
            return plan_then.environment if plan_then else known


def _fitted(parts: list[Part], width: int) -> Text:
    while sum(len(text) + 2 for text, _, _ in parts) > width + 2 and len(parts) > 2:
        parts.remove(max(parts, key=lambda part: part[2]))
    line = Text(no_wrap=True, overflow="ellipsis")
    for place, (text, style, _) in enumerate(parts):
        line.append("  " if place else "")
        line.append(text, style)
    return line
