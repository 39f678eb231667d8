"""The line in which a query is typed, with what is wrong with it and what could follow.

It knows no query language: its screen is told what was typed, and says what became of it.
Esc takes the query away and Up brings it back, as every query that was kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from devtrace.tui.text import display, wrap
from devtrace.tui.theme import palette_of

DEBOUNCE_SECONDS = 0.06
"""What is typed is asked for when no key came for so long."""
MAX_TYPED_CHARS = 10_000
_SHOWN_CHOICES = 6
_CHOICE_CELLS = 48
_SIGN = " / "


class Remark(NamedTuple):
    """What is wrong with what was typed."""

    text: str
    position: int
    """In characters from its start."""
    length: int


class Offer(NamedTuple):
    """What could stand in place of `typed[start:stop]`."""

    start: int
    stop: int
    choices: Sequence[tuple[str, str]]
    """Each as it is to be written, and what it is."""


NO_OFFER = Offer(0, 0, ())
Offering = Callable[[str, int], Offer]
"""Returns what could stand at a cursor."""


class _Typed(Input):
    """The text itself; keys that are not for it go to the bar."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "bar('earlier')", show=False),
        Binding("down", "bar('later')", show=False),
        Binding("tab", "bar('accept')", show=False),
        Binding("escape", "bar('clear')", show=False),
    ]

    def action_bar(self, what: str) -> None:
        """Have the bar do what a key asks for."""
        bar = self.query_ancestor(QueryBar)
        {
            "earlier": lambda: bar.recall(-1),
            "later": lambda: bar.recall(1),
            "accept": bar.accept,
            "clear": bar.clear,
        }[what]()


class QueryBar(Vertical):
    """A line that is there while a query is typed or holds.

    Args:
        placeholder: What stands there before anything is typed.
        history: Returns the queries that were kept, the newest at the end.
        offering: Says what could follow; None offers nothing.
        keeps_nothing: Whether Enter without a text keeps it as well, instead of clearing.
    """

    @dataclass
    class Asked(Message):
        """The user typed something and paused."""

        text: str

    @dataclass
    class Kept(Message):
        """The user is content with what is typed."""

        text: str

    @dataclass
    class Cleared(Message):
        """The user takes the query away."""

        text: str
        """As it was."""

    def __init__(
        self,
        placeholder: str,
        *,
        history: Callable[[], Sequence[str]] = tuple,
        offering: Offering | None = None,
        keeps_nothing: bool = False,
    ) -> None:
        super().__init__()
        self._input = _Typed(
            placeholder=placeholder,
            compact=True,
            select_on_focus=False,
            max_length=MAX_TYPED_CHARS,
        )
        self._tally = Static("", id="tally", markup=False)
        self._popup = Static("", id="query-popup", markup=False)
        self._history = history
        self._offering = offering
        self._keeps_nothing = keeps_nothing
        self._recalled = 0
        """How many steps back in history the user is; 0 is what was typed."""
        self._draft = ""
        self._timer: Timer | None = None
        self._said = ""
        self._remark: Remark | None = None
        self._offer = NO_OFFER

    def compose(self) -> ComposeResult:
        """Lay out sign, text and tally, and what stands below while one types."""
        with Horizontal(id="query-line"):
            yield Static(_SIGN, id="query-sign", markup=False)
            yield self._input
            yield self._tally
        yield self._popup

    # -- for the screen ------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether the user is typing."""
        return self._input.has_focus

    @property
    def text(self) -> str:
        """What is typed."""
        return self._input.value

    def open(self, text: str) -> None:
        """Let the user type, beginning with *text*."""
        self.show(text)
        self.add_class("-shown")
        self._recalled, self._draft = 0, ""
        self._input.cursor_position = len(text)
        self._input.focus()

    def show(self, text: str) -> None:
        """Show a query without asking for it; an empty one leaves no line."""
        if text != self._input.value:
            self._offer = NO_OFFER
            with self._input.prevent(Input.Changed):
                self._input.value = text
        self.set_class(bool(text) or self.is_open, "-shown")

    def say(
        self, tally: str, *, remark: Remark | None = None, is_alarming: bool = False
    ) -> None:
        """Say how much matches, and what is wrong with what is typed."""
        if tally != self._said:
            self._said = tally
            self._tally.update(tally)
        self.set_class(is_alarming, "-wrong")
        if remark != self._remark:
            self._remark = remark
            self._draw_popup()

    # -- what keys do --------------------------------------------------------------------

    def recall(self, step: int) -> None:
        """Go back (-1) or forth (1) among the queries that were kept."""
        typed = self._input.value
        if self._recalled == 0:
            self._draft = typed
        entries = [each for each in self._history() if each != self._draft]
        back = max(0, min(len(entries), self._recalled - step))
        if back != self._recalled:
            self._recalled = back
            self._input.value = entries[-back] if back else self._draft
            self._input.cursor_position = len(self._input.value)

    def accept(self) -> None:
        """Write the first of what is offered."""
        if not self._offer.choices:
            return
        start, stop, choices = self._offer
        typed, chosen = self._input.value, choices[0][0]
        self._input.value = f"{typed[:start]}{chosen}{typed[stop:]}"
        self._input.cursor_position = start + len(chosen)
        self._look_ahead()

    def clear(self) -> None:
        """Take the query away."""
        text = self._input.value.strip()
        self._stop_waiting()
        self.show("")
        self.remove_class("-shown")
        self.post_message(self.Cleared(text))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Ask when the user pauses; what could follow is offered at once."""
        event.stop()
        self._stop_waiting()
        self._timer = self.set_timer(DEBOUNCE_SECONDS, self._ask)
        self._look_ahead()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the query; an empty one is none."""
        event.stop()
        self._stop_waiting()
        text = event.value.strip()
        is_kept = bool(text) or self._keeps_nothing
        self.post_message(self.Kept(text) if is_kept else self.Cleared(text))
        self.set_class(bool(text), "-shown")

    def on_descendant_blur(self) -> None:
        """Put what could follow away."""
        self._offer = NO_OFFER
        self.set_class(bool(self._input.value), "-shown")
        self._draw_popup()

    def on_descendant_focus(self) -> None:
        """Say again what is wrong."""
        self._draw_popup()

    def _ask(self) -> None:
        self._timer = None
        self.post_message(self.Asked(self._input.value.strip()))

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    # -- what stands below ---------------------------------------------------------------

    def _look_ahead(self) -> None:
        typed, cursor = self._input.value, self._input.cursor_position
        is_offering = self._offering is not None and typed.strip() and self.is_open
        self._offer = (
            self._offering(typed, cursor) if self._offering and is_offering else NO_OFFER
        )
        self._remark = None
        self._draw_popup()

    def _draw_popup(self) -> None:
        lines = self._lines() if self.is_open else []
        self._popup.set_class(bool(lines), "-shown")
        self._popup.update(Text("\n").join(lines))

    def _lines(self) -> list[Text]:
        """Return the caret and what it says, and the choices below the word they replace."""
        palette = palette_of(self.app.theme)
        width = max(20, self.size.width)
        lines: list[Text] = []
        if self._remark is not None:
            text, position, length = self._remark
            wrong = self._input.value[position : position + length]
            at = min(self._column(position), width - 1)
            carets = "^" * max(1, min(cell_len(wrong), width - at))
            lines.append(Text(" " * at + carets, palette.error))
            wrapped = wrap(text, width - len(_SIGN) - 1, max_lines=3)
            lines += [Text(" " * len(_SIGN) + each, palette.warning) for each in wrapped]
        at = min(self._column(self._offer.start), max(0, width - _CHOICE_CELLS))
        for number, (choice, kind) in enumerate(self._offer.choices[:_SHOWN_CHOICES]):
            written = display(choice, _CHOICE_CELLS - 18)
            offered = Text(" " * at)
            offered.append(written, palette.strong if number == 0 else palette.text)
            offered.append("  Tab" if number == 0 else "", palette.accent)
            offered.append(f"  {kind}", palette.faint)
            lines.append(offered)
        return lines

    def _column(self, position: int) -> int:
        """Return the column of a character that is typed."""
        before = cell_len(self._input.value[:position])
        return len(_SIGN) + max(0, before - round(self._input.scroll_x))
