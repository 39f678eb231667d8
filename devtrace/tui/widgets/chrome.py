"""The lines around every screen: where you are, how much is held, what you can press."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from devtrace.model.time import bytes_text
from devtrace.tui.actions import Action
from devtrace.tui.text import Piece, spread, strip_of, width_of
from devtrace.tui.theme import Mark, Palette, palette_of

_NAME = " devtrace "
_STATE_CELLS = 18
"""What the modes leave of the header for the state of the screen."""
_MAX_FOOTER_KEYS = 7
_ABBREVIATIONS = ((9_999.5, 1, ""), (999_500, 1_000, "k"), (999_500_000, 1_000_000, "M"))
"""Below which count, in which unit."""
_EXPOSED = f"{Mark.FINDING} open to the network"
_FILES = "files"
"""What stands for the endpoints of a session that has none."""


class OneLine(Widget):
    """A widget that is one line of pieces over the raised background."""

    def pieces(self, palette: Palette, width: int) -> list[Piece]:
        """Return what the line shows."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:  # noqa: ARG002  # there is one line
        """Draw the line."""
        palette = palette_of(self.app.theme)
        width = self.size.width
        return strip_of(self.pieces(palette, width), width, palette.raised)


class HeaderLine(OneLine):
    """The name, the modes, and the state of the screen at the right.

    Args:
        modes: Key and title of each mode.
        current: Title of the mode shown.
        is_exposed: Whether other machines can send here, which is said.
    """

    class ModeClicked(Message):
        """The user clicked a mode."""

        def __init__(self, title: str) -> None:
            super().__init__()
            self.title = title

    def __init__(
        self, modes: Sequence[tuple[str, str]], current: str, *, is_exposed: bool = False
    ) -> None:
        super().__init__()
        self._modes = tuple(modes)
        self._is_exposed = is_exposed
        self._current = current
        self._state: tuple[str, str] = ("", "")

    def show_state(self, text: str, *, tone: str = "") -> None:
        """Show *text* at the right; *tone* is `accent`, `warning`, `error` or empty."""
        if (text, tone) != self._state:
            self._state = (text, tone)
            self.refresh()

    def pieces(self, palette: Palette, width: int) -> list[Piece]:
        """Return name, modes, state, and whether other machines can send here."""
        left = [(_NAME, palette.strong)]
        for (_, title), (key_text, title_text) in self._laid_out(width):
            is_current = title == self._current
            left.append((key_text, palette.accent if is_current else palette.faint))
            left.append((title_text, palette.strong if is_current else palette.muted))
        text, tone = self._state
        style = getattr(palette, tone) if tone else palette.muted
        right = [(text + " ", style)] if text else []
        if self._is_exposed:
            has_room = width_of([*left, *right]) + len(_EXPOSED) + 2 < width
            warning = _EXPOSED if has_room else Mark.FINDING
            right.append((f" {warning} ", palette.warning))
        return spread(left, right, width)

    def _laid_out(self, width: int) -> list[tuple[tuple[str, str], tuple[str, str]]]:
        """Return each mode with what is written of it: where room is scarce, only its key."""
        texts = [(f"  {key} ", title) for key, title in self._modes]
        used = len(_NAME) + sum(len(key) + len(title) for key, title in texts)
        if used + _STATE_CELLS > width:
            texts = [(key, title if title == self._current else "") for key, title in texts]
        return list(zip(self._modes, texts, strict=True))

    def on_click(self, event: events.Click) -> None:
        """Tell which mode was clicked."""
        at = len(_NAME)
        for (_, title), (key_text, title_text) in self._laid_out(self.size.width):
            begin, at = at, at + len(key_text) + len(title_text)
            if begin <= event.x < at:
                self.post_message(self.ModeClicked(title))


class Held(NamedTuple):
    """The figures of the status line."""

    grpc: str
    """Where spans are received; empty when they are not, as is `http`."""
    http: str
    spans_per_second: float
    traces: int
    spans: int
    byte_count: int
    max_bytes: int
    evicted: int
    refused: int
    malformed: int
    duplicates: int
    truncated: int
    diagnostics: int = 0
    """What is wrong with senders, each kind once for each of them."""
    muted: int = 0
    """Operations whose traces are hidden from the list."""


class StatusLine(OneLine):
    """How much is held, against which bound, and everything that was dropped."""

    def __init__(self) -> None:
        super().__init__()
        self._held: Held | None = None

    def show(self, held: Held) -> None:
        """Show *held*; redraws only what is different."""
        if held != self._held:
            self._held = held
            self.refresh()

    def pieces(self, palette: Palette, width: int) -> list[Piece]:
        """Return the longest of the wordings that fits."""
        if self._held is None:
            return []
        pieces: list[Piece] = []
        for wording in (_exact, _rounded, _short, _tiny, _tiniest):
            pieces = [(" ", palette.muted), *wording(self._held, palette)]
            if width_of(pieces) <= width:
                break
        return pieces


def _exact(held: Held, palette: Palette) -> list[Piece]:
    return _long(held, palette, _count)


def _rounded(held: Held, palette: Palette) -> list[Piece]:
    return _long(held, palette, _abbreviated)


def _long(held: Held, palette: Palette, count: Callable[[float], str]) -> list[Piece]:
    muted = palette.muted
    return [
        (f"grpc {_place(held.grpc)}  http {_place(held.http)}" if held.grpc else _FILES, muted),
        (" │ ", palette.rule),
        (f"{count(held.spans_per_second)} spans/s", palette.text),
        (" │ ", palette.rule),
        (f"{_of(held.traces, 'trace', count)} {_of(held.spans, 'span', count)}  ", muted),
        (
            f"{bytes_text(held.byte_count)} of {bytes_text(held.max_bytes)}",
            _room(held, palette),
        ),
        (" │ ", palette.rule),
        *_dropped(held, palette, "evicted ", "refused ", "duplicates "),
    ]


def _short(held: Held, palette: Palette) -> list[Piece]:
    muted = palette.muted
    return [
        (f":{_port(held.grpc)} :{_port(held.http)}" if held.grpc else _FILES, muted),
        (" │ ", palette.rule),
        (f"{_abbreviated(held.spans_per_second)}/s", palette.text),
        (" │ ", palette.rule),
        (f"{_abbreviated(held.traces)} traces {_abbreviated(held.spans)} spans ", muted),
        (f"{bytes_text(held.byte_count)}/{bytes_text(held.max_bytes)}", _room(held, palette)),
        (" │ ", palette.rule),
        *_dropped(held, palette, "ev ", "ref ", "dup "),
    ]


def _tiny(held: Held, palette: Palette) -> list[Piece]:
    muted = palette.muted
    return [
        (f":{_port(held.grpc)} :{_port(held.http)} " if held.grpc else "", muted),
        (f"{_abbreviated(held.spans_per_second)}/s ", palette.text),
        (f"{_of(held.traces, 'trace', _abbreviated)} ", muted),
        (f"{_of(held.spans, 'span', _abbreviated)} ", muted),
        (f"{100 * held.byte_count // held.max_bytes}% ", _room(held, palette)),
        *_dropped(held, palette, "ev", "ref", "dup"),
    ]


def _tiniest(held: Held, palette: Palette) -> list[Piece]:
    place, _, _, _, *rest = _tiny(held, palette)
    return [
        place,
        (f"{_abbreviated(held.traces)} tr {_abbreviated(held.spans)} sp ", palette.muted),
        *rest,
    ]


def _dropped(held: Held, palette: Palette, *words: str) -> list[Piece]:
    """Return each counter of what was dropped; those that users must not miss in colour."""
    evicted, refused, duplicates = words
    lost = held.refused + held.malformed + held.truncated
    pieces = [
        (f"{evicted}{_abbreviated(held.evicted)} ", palette.muted),
        (
            f"{Mark.FINDING + ' ' if lost else ''}{refused}{_abbreviated(lost)} ",
            palette.warning if lost else palette.muted,
        ),
        (f"{duplicates}{_abbreviated(held.duplicates)}", palette.muted),
    ]
    if held.muted:
        pieces.append((f" muted {held.muted}", palette.muted))
    if held.diagnostics:
        pieces += [(" ! ", palette.accent), (_abbreviated(held.diagnostics), palette.warning)]
    return pieces


def _room(held: Held, palette: Palette) -> Style:
    return palette.warning if held.byte_count * 10 > held.max_bytes * 9 else palette.muted


def _place(endpoint: str) -> str:
    """Return an endpoint as one would say it: on this machine the port is enough."""
    is_local = endpoint.startswith(("127.0.0.1:", "[::1]:"))
    return f":{_port(endpoint)}" if is_local else endpoint


def _port(endpoint: str) -> str:
    return endpoint.rpartition(":")[2]


def _count(number: float) -> str:
    """Return a count with thin gaps between thousands."""
    return f"{number:,.0f}".replace(",", " ")


def _of(number: int, noun: str, count: Callable[[float], str]) -> str:
    return f"{count(number)} {noun}" if number == 1 else f"{count(number)} {noun}s"


def _abbreviated(number: float) -> str:
    """Return a count in four cells, up to a million million."""
    for limit, scale, unit in _ABBREVIATIONS:
        if number < limit:
            return f"{number / scale:.0f}{unit}"
    return f"{number / 1e9:.0f}G"


class KeyLine(OneLine):
    """At most seven keys, the last always among them; a click is as good as a press."""

    class Pressed(Message):
        """The user clicked a key."""

        def __init__(self, action: Action) -> None:
            super().__init__()
            self.action = action

    def __init__(self, actions: Sequence[Action]) -> None:
        super().__init__()
        self._actions = tuple(actions)

    def offer(self, actions: Sequence[Action]) -> None:
        """Show other actions; redraws only when they are others."""
        if tuple(actions) != self._actions:
            self._actions = tuple(actions)
            self.refresh()

    def _shown(self, width: int) -> list[tuple[Action, str, str]]:
        """Return the actions for which there is room, each with its key and its label."""
        shown = [
            (each, each.shown_keys.split()[0], f"{each.label}   ")
            for each in self._actions
            if each.keys
        ]
        while len(shown) > 1:
            cells = sum(len(key) + 1 + len(label) for _, key, label in shown)
            if len(shown) <= _MAX_FOOTER_KEYS and cells <= width + 2:
                break
            del shown[-2]
        return shown

    def pieces(self, palette: Palette, width: int) -> list[Piece]:
        """Return keys and what they do."""
        pieces: list[Piece] = [(" ", palette.muted)]
        for _, key, label in self._shown(width):
            pieces += [(f"{key} ", palette.accent), (label, palette.muted)]
        return pieces

    def on_click(self, event: events.Click) -> None:
        """Tell which key was clicked."""
        at = 1
        for action, key, label in self._shown(self.size.width):
            begin, at = at, at + len(key) + 1 + len(label)
            if begin <= event.x < at:
                self.post_message(self.Pressed(action))
