"""What was read from files, and what of it could not be."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from devtrace.formats.source import source_name
from devtrace.tui.long_work import LongWork
from devtrace.tui.opened_files import OpenedFiles
from devtrace.tui.text import display, wrap
from devtrace.tui.theme import Mark, Palette, palette_of

MAX_SHOWN_LINES = 100
"""Broken lines that are shown; `devtrace stats` prints up to a thousand."""
_LOOK_SECONDS = 0.25
_LINE_CELLS = 62
_NAME_CELLS = 200


class FilesScreen(ModalScreen[None]):
    """Closes with Esc or q.

    Args:
        opened: What was opened so far.
        saving: What is being saved.
        cancel: Ends what is being read or saved.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "close", show=False),
        Binding("x", "cancel", "end", show=False),
    ]

    def __init__(
        self,
        opened: Sequence[OpenedFiles],
        *,
        opening_key: str = "O",
        saving: Sequence[LongWork] = (),
        cancel: Callable[[], int] = int,
    ) -> None:
        super().__init__()
        self._opening_key = opening_key
        self._opened = tuple(opened)
        self._saving = saving
        self._cancel = cancel

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with VerticalScroll(id="files"):
            yield Static(self._page(palette_of(self.app.theme)), markup=False)

    def on_mount(self) -> None:
        """Go on saying how far it is."""
        self.set_interval(_LOOK_SECONDS, self._look)

    def _look(self) -> None:
        self.query_one(Static).update(self._page(palette_of(self.app.theme)))

    def action_cancel(self) -> None:
        """End what is being read or saved."""
        count = self._cancel()
        self.app.notify("ended" if count else "nothing is being read or saved")
        self._look()

    def _page(self, palette: Palette) -> Text:
        text = Text()
        for work in list(self._saving):
            text.append(f"{display(work.state, _NAME_CELLS)}\n\n", palette.strong)
        if not self._opened and not self._saving:
            text.append(f"No file is open. {self._opening_key} opens one.\n", palette.strong)
        for files in self._opened:
            text.append(f"{display(files.state, _NAME_CELLS)}\n", palette.strong)
            for path in files.paths:
                text.append(f"  {display(source_name(path), _NAME_CELLS)}\n", palette.muted)
            for line, is_problem in _facts(files):
                style = palette.warning if is_problem else palette.text
                mark = f"{Mark.FINDING} " if is_problem else ""
                first, *more = wrap(display(line, 4 * _LINE_CELLS), _LINE_CELLS, max_lines=4)
                text.append(f"  {mark}{first}\n", style)
                text.append("".join(f"    {each}\n" for each in more), style)
            text.append("\n")
        is_busy = self._saving or any(not each.is_done for each in self._opened)
        if is_busy:
            text.append("x ends what is being read or saved.  ", palette.accent)
        text.append("Esc closes this.", palette.muted)
        return text


def _facts(files: OpenedFiles) -> Iterator[tuple[str, bool]]:
    """Yield a line for each thing to be said, and whether it is a problem."""
    counts = files.counts
    held = (
        (counts.spans, "spans"),
        (counts.duplicates, "exact copies"),
        (counts.logs, "log records"),
        (counts.metrics, "data points"),
    )
    yield ", ".join(f"{count} {what}" for count, what in held if count) or "nothing yet", False
    for error in list(files.errors):
        yield str(error), True
    for reason, count in _copied(counts.refused):
        yield f"{count} × refused: {reason}", True
    broken_lines = list(counts.broken_lines)
    for file, line, message in islice(broken_lines, MAX_SHOWN_LINES):
        yield f"{file}:{line}: {message}", True
    if len(broken_lines) > MAX_SHOWN_LINES:
        yield f"and {len(broken_lines) - MAX_SHOWN_LINES} more broken lines", True
    for sentence, count in _copied(counts.diagnostics):
        yield f"{count} × {sentence}", False


def _copied(counts: Counter[str]) -> list[tuple[str, int]]:
    """Return what a counter holds, which the thread that reads may change meanwhile."""
    return sorted(dict.copy(counts).items(), key=lambda pair: -pair[1])
