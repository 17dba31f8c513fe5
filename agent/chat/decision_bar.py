"""Modify, Decline, Proceed: always in this order, none preselected, and on production only after the name is typed."""

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from agent.chat.choices import Choices
from agent.chat.decline_screen import DeclineScreen
from agent.chat.grace import Grace
from agent.chat.modify_screen import ModifyScreen
from agent.chat.visible import visible
from protocol.person import Approve, Decision, Decline, Modify
from protocol.plan import Plan


class DecisionBar(Vertical):
    DEFAULT_CSS = """
    DecisionBar { height: auto; border-top: solid $warning; padding: 0 1; background: $surface; }
    DecisionBar > .asked { height: auto; }
    DecisionBar > Horizontal { height: 1; }
    DecisionBar Input { width: 40; margin-right: 2; }
    DecisionBar .match { width: 1fr; }
    DecisionBar Choices { margin-top: 0; }
    """

    def __init__(self, plan: Plan, *, grace: Grace, by: str, done: Callable[[Decision], None]) -> None:
        super().__init__()
        self.plan = plan
        self.grace = grace
        self.by = by
        self.done = done
        self.name_field: Input | None = None
        self.match = Static(classes="match", markup=False)

    def compose(self) -> ComposeResult:
        if not self.plan.errors and self.plan.environment == "production":
            self.name_field = Input(placeholder="name of the database", compact=True)
            self.name_field.cursor_blink = False
            yield Static(f"This is PRODUCTION. To proceed, type its name: {self._database}", markup=False)
            with Horizontal():
                yield self.name_field
                yield self.match
        else:
            yield Static(self._asked(), classes="asked", markup=False)
        yield Choices(
            ("modify", "Modify", "default"),
            ("decline", "Decline", "default"),
            ("proceed", "Proceed", "default"),
            grace=self.grace,
        )

    def on_mount(self) -> None:
        self._allow()

    @property
    def may_proceed(self) -> bool:
        if self.plan.errors:
            return False
        return self.name_field is None or self.name_field.value.strip() == self.plan.facts.target.database

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._allow()

    @on(Input.Submitted)
    def _go_on(self, event: Input.Submitted) -> None:
        event.stop()
        if self.may_proceed:
            # The Enter that ends the name must not be the one that approves.
            self.grace.restart()
            self.query_one("#proceed", Button).focus()

    @on(Button.Pressed, "#proceed")
    def _proceed(self, event: Button.Pressed) -> None:
        event.stop()
        if self.may_proceed:
            self.done(Approve(digest=self.plan.digest, by=self.by))

    @on(Button.Pressed, "#decline")
    def _decline(self, event: Button.Pressed) -> None:
        event.stop()
        self.app.push_screen(DeclineScreen(), self._decided)

    @on(Button.Pressed, "#modify")
    def _modify(self, event: Button.Pressed) -> None:
        event.stop()
        self.app.push_screen(ModifyScreen(self.plan), self._decided)

    def _decided(self, decision: Decline | Modify | None) -> None:
        if decision is not None:
            self.done(decision)

    @property
    def _database(self) -> str:
        return visible(self.plan.facts.target.database)

    def _asked(self) -> str:
        if self.plan.errors:
            return f"✗ The linter refuses it ({len(self.plan.errors)}): it can be modified or declined."
        return f"Plan {self.plan.digest[:12]} for {self._database}: shall it be carried out?"

    def _allow(self) -> None:
        self.query_one("#proceed", Button).disabled = not self.may_proceed
        if self.name_field is not None:
            self.match.update(self._told(self.name_field.value))

    def _told(self, typed: str) -> str:
        if not typed:
            return "Proceed stays locked until then"
        return "✓ that is it" if self.may_proceed else "✗ not its name"
