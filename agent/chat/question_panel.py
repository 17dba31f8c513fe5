"""The questions of the protocol in five tabs; Enter goes on to the next, Ctrl+S hands the answers in."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Button, Input, Static, TabbedContent, TabPane

from agent.chat.question_field import QuestionField
from protocol.discovery import Group, Question, Scalar, Sheet
from protocol.person import Answers

WIDE = 100

SHORT = {
    Group.KIND: "Type",
    Group.DATA: "Production",
    Group.BREAKING: "Breaking",
    Group.HANDLING: "Data",
    Group.PERFORMANCE: "Performance",
}
"""The groups' names where there is no room for the whole."""


class QuestionPanel(Vertical):
    DEFAULT_CSS = """
    QuestionPanel { height: 65vh; border-top: solid $accent; background: $surface; }
    QuestionPanel TabbedContent { height: 1fr; }
    QuestionPanel TabPane { padding: 0; height: 1fr; }
    QuestionPanel VerticalScroll { height: 1fr; }
    QuestionPanel > Horizontal { height: 1; padding: 0 1; }
    QuestionPanel #use { margin-right: 2; }
    QuestionPanel .progress { width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "next_field", show=False),
        Binding("up", "previous_field", show=False),
        Binding("f6", "next_group", "Next group"),
    ]

    def __init__(
        self, sheet: Sheet, questions: tuple[Question, ...], problems: dict[str, str], done: Callable[[Answers], None]
    ) -> None:
        super().__init__()
        self.done = done
        self.fields = [QuestionField(q, sheet.get(q.id), problems.get(q.id)) for q in in_order(questions)]
        self.groups = [group for group in Group if self._of(group)]
        self.progress = Static(classes="progress", markup=False)

    def compose(self) -> ComposeResult:
        first = self._first_open()
        with TabbedContent(initial=pane_id(first.question.group) if first else ""):
            for group in self.groups:
                with TabPane(Content(group.value), id=pane_id(group)), VerticalScroll(can_focus=False):
                    yield from self._of(group)
        with Horizontal():
            yield Button("Use these answers", id="use", variant="primary", compact=True)
            yield self.progress

    def on_mount(self) -> None:
        self.call_after_refresh(self._count)

    def on_resize(self, _: Resize) -> None:
        self._count()

    def take_focus(self) -> None:
        """Go to the first question that is open; with none open, to the first of all."""
        self._go_to(self._first_open() or self.fields[0])

    def words(self, words: str) -> None:
        """Hand in what was said in free words, with the answers that are good so far."""
        self.done(Answers(given=self._given(), words=words))

    def use(self) -> None:
        """Hand the answers in, or go to the first that is none."""
        bad = [field for field in self.fields if not field.check()]
        if bad:
            self._count()
            self._go_to(bad[0])
        else:
            self.done(Answers(given=self._given()))

    def action_next_field(self) -> None:
        self._step(1)

    def action_previous_field(self) -> None:
        self._step(-1)

    def action_next_group(self) -> None:
        tabs = self.query_one(TabbedContent)
        here = [pane_id(group) for group in self.groups].index(tabs.active)
        self._go_to(self._of(self.groups[(here + 1) % len(self.groups)])[0])

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        """Enter goes to the next question that is open; with none left, to the button."""
        event.stop()
        is_open = self._first_open()
        if is_open is None:
            self.query_one("#use", Button).focus()
        elif is_open.has_focus_within:
            self._step(1)
        else:
            self._go_to(is_open)

    @on(Input.Changed)
    @on(Input.Blurred)
    def _recount(self, event: Input.Changed | Input.Blurred) -> None:
        event.stop()
        self._count()

    @on(Button.Pressed, "#use")
    def _use(self, event: Button.Pressed) -> None:
        event.stop()
        self.use()

    def _step(self, by: int) -> None:
        here = next((i for i, field in enumerate(self.fields) if field.has_focus_within), None)
        if here is None:
            self.take_focus()
        elif here + by >= len(self.fields):
            self.query_one("#use", Button).focus()
        else:
            self._go_to(self.fields[max(0, here + by)])

    def _go_to(self, field: QuestionField) -> None:
        self.query_one(TabbedContent).active = pane_id(field.question.group)
        # The pane of another tab can take the focus only once it is shown.
        self.call_after_refresh(field.take_focus)

    def _first_open(self) -> QuestionField | None:
        return next((field for field in self.fields if field.is_open), None)

    def _of(self, group: Group) -> list[QuestionField]:
        return [field for field in self.fields if field.question.group is group]

    def _given(self) -> dict[str, Scalar]:
        given = {field.question.id: field.given for field in self.fields}
        return {id_: value for id_, value in given.items() if value is not None}

    def _count(self) -> None:
        tabs = self.query_one(TabbedContent)
        for group in self.groups:
            needed = sum(field.is_open for field in self._of(group))
            name = group.value if self.size.width >= WIDE else SHORT[group]
            tabs.get_tab(pane_id(group)).label = Content(f"{name} {'!' + str(needed) if needed else '✓'}")
        needed = sum(field.is_open for field in self.fields)
        self.progress.update(f"{needed} still need your answer" if needed else "All have an answer or an assumption.")


def in_order(questions: tuple[Question, ...]) -> list[Question]:
    order = list(Group)
    return sorted(questions, key=lambda question: order.index(question.group))


def pane_id(group: Group) -> str:
    return f"group-{group.name.lower()}"
