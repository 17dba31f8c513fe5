"""One question: its text, a field to answer in, its options, and where the present answer came from."""

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from agent.chat.option_lines import OptionLines, options_of, picked
from agent.chat.visible import visible
from protocol.discovery import Answer, Question, Scalar
from protocol.errors import BadAnswer

NEEDED = "This needs your answer; nothing can be assumed."


class QuestionField(Vertical):
    DEFAULT_CSS = """
    QuestionField { height: auto; padding: 0 1; margin-bottom: 1; border-left: thick transparent; }
    QuestionField:focus-within { border-left: thick $accent; background: $boost; }
    QuestionField > .asked { height: auto; }
    QuestionField > Horizontal { height: auto; }
    QuestionField Input { width: 2fr; }
    QuestionField .origin { width: 3fr; height: auto; padding-left: 2; color: $text-muted; }
    QuestionField .details { display: none; }
    QuestionField .hint { height: auto; padding-left: 2; color: $text-muted; }
    QuestionField .problem { height: auto; padding-left: 2; color: $text-error; display: none; }
    QuestionField.-wrong .problem { display: block; }
    QuestionField:focus-within .details, QuestionField.-needed .details, QuestionField.-wrong .details {
        display: block;
    }
    """

    def __init__(self, question: Question, answer: Answer | None, problem: str | None) -> None:
        super().__init__(id=f"question-{question.id}")
        self.question = question
        self.known = answer
        self.problem = problem
        self.field = Input(
            value=written(answer.value) if answer else "",
            placeholder=self._placeholder(),
            compact=True,
            select_on_focus=True,
        )
        self.field.cursor_blink = False
        self.asked = Static(classes="asked", markup=False)
        self.list = OptionLines(question)
        self.wrong = Static(classes="problem", markup=False)

    def compose(self) -> ComposeResult:
        yield self.asked
        with Horizontal():
            yield self.field
            yield Static(self._origin(), classes="origin", markup=False)
        if self.list.options:
            yield self.list
        if self.question.hint:
            yield Static(visible(self.question.hint), classes="hint details", markup=False)
        yield self.wrong

    def on_mount(self) -> None:
        self.set_class(self.is_needed, "-needed")
        self._tell(self.problem)
        self._show_sign()

    @property
    def is_needed(self) -> bool:
        return self.known is None and self.question.safe is None

    @property
    def said(self) -> str:
        """What stands in the field, with an option's number replaced by its value."""
        return picked(self.question, self.field.value)

    @property
    def is_open(self) -> bool:
        """Tell whether the person still has to say something here."""
        return self.problem is not None or (self.is_needed and not self.said.strip())

    @property
    def given(self) -> Scalar | None:
        """What the person filled in or changed; None where the present answer stays."""
        said = self.said.strip()
        if not said or self.fault:
            return None
        stays = self.known is not None and self.question.parse(said) == self.known.value
        return None if stays else said

    @property
    def fault(self) -> str | None:
        """Say why what stands in the field is no answer."""
        if not self.said.strip():
            return NEEDED if self.is_needed else None
        try:
            self.question.parse(self.said)
        except BadAnswer as error:
            return error.message
        return None

    def check(self) -> bool:
        """Show the fault, if there is one, and tell whether the field is fine."""
        self._tell(self.fault)
        self._show_sign()
        return self.fault is None

    def take_focus(self) -> None:
        self.field.focus()
        self.scroll_visible(animate=False)

    @on(Input.Changed)
    def _mark_option(self) -> None:
        self._show_sign()

    @on(Input.Blurred)
    def _leave(self) -> None:
        if self.field.value.strip() and self.field.value != self.said:
            self.field.value = self.said
        if self.field.value.strip() and (self.given is not None or self.fault):
            self.check()

    @on(OptionLines.Picked)
    def _fill_in(self, event: OptionLines.Picked) -> None:
        event.stop()
        self.field.value = event.value
        self.field.focus()

    def _tell(self, problem: str | None) -> None:
        self.problem = problem
        self.wrong.update(f"✗ {visible(problem)}" if problem else "")
        self.set_class(problem is not None, "-wrong")

    def _show_sign(self) -> None:
        mark, style = self._sign()
        self.asked.update(Text.assemble((f"{mark} ", style), (visible(self.question.text), "bold")))
        if options_of(self.question):
            self.list.mark(self.said.strip() or self._standing())

    def _sign(self) -> tuple[str, str]:
        if self.problem:
            return "✗", "red"
        if self.is_needed and not self.said.strip():
            return "!", "bold yellow"
        return ("✓", "green") if self.said.strip() else ("~", "dim")

    def _standing(self) -> str | None:
        """The value that holds while the field is empty."""
        value = self.known.value if self.known else self.question.safe
        return None if value is None else written(value)

    def _placeholder(self) -> str:
        standing = self._standing()
        if standing is None:
            return "needs your answer"
        return visible(standing)

    def _origin(self) -> str:
        if self.known is None:
            return "" if self.question.safe is None else "← assumed, if you do not say otherwise"
        detail = f": {visible(self.known.detail)}" if self.known.detail else ""
        return f"← {self.known.origin.value}{detail}"


def written(value: Scalar) -> str:
    """Write an answer as a person would type it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
