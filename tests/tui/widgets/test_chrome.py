"""The frame says where one is, how much is held and what can be pressed, at any width."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from devtrace.tui.actions import Scope, actions_in
from devtrace.tui.screens.live import MODES
from devtrace.tui.text import Piece, width_of
from devtrace.tui.theme import DARK, palette_of
from devtrace.tui.widgets.chrome import HeaderLine, Held, KeyLine, StatusLine

PALETTE = palette_of(DARK.name)
MEBIBYTE = 2**20


def held(**figures: Any) -> Held:
    """Return the figures of a session that has received a little."""
    plain: dict[str, Any] = {
        "grpc": "127.0.0.1:4317",
        "http": "127.0.0.1:4318",
        "spans_per_second": 412.4,
        "traces": 1_208,
        "spans": 16_911,
        "byte_count": 8_808_038,
        "max_bytes": 256 * MEBIBYTE,
        "evicted": 0,
        "refused": 0,
        "malformed": 0,
        "duplicates": 2,
        "truncated": 0,
    }
    return Held(**(plain | figures))


def status(figures: Held, width: int) -> list[Piece]:
    """Return the status line for *figures*."""
    line = StatusLine()
    line._held = figures
    return line.pieces(PALETTE, width)


def text_of(pieces: list[Piece]) -> str:
    """Return what a line says."""
    return "".join(text for text, _ in pieces).rstrip()


def styles_of(pieces: list[Piece], text: str) -> object:
    """Return how *text* is drawn."""
    return next(style for piece, style in pieces if text in piece)


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (
            130,
            (
                " grpc :4317  http :4318 │ 412 spans/s │ 1 208 traces 16 911 spans  "
                "8.4 MiB of 256 MiB │ evicted 0 refused 0 duplicates 2"
            ),
        ),
        (
            119,
            (
                " grpc :4317  http :4318 │ 412 spans/s │ 1208 traces 17k spans  "
                "8.4 MiB of 256 MiB │ evicted 0 refused 0 duplicates 2"
            ),
        ),
        (80, " :4317 :4318 │ 412/s │ 1208 traces 17k spans 8.4 MiB/256 MiB │ ev 0 ref 0 dup 2"),
        (60, " :4317 :4318 412/s 1208 traces 17k spans 3% ev0 ref0 dup2"),
    ],
)
def test_the_status_line_has_every_figure_at_every_width(width: int, text: str) -> None:
    """Endpoints, rate, traces, spans, memory, all that was dropped: only words grow short."""
    assert text_of(status(held(), width)) == text


@given(
    st.integers(60, 200),
    st.floats(0, 9e6),
    st.fixed_dictionaries(
        dict.fromkeys(
            ("traces", "spans", "byte_count", "evicted", "malformed", "duplicates"),
            st.integers(0, 9 * 10**6),
        )
    ),
)
def test_the_status_line_fits_whatever_the_figures(
    width: int, rate: float, figures: dict[str, int]
) -> None:
    """From nothing to nine million of everything, from 60 columns on."""
    line = status(held(spans_per_second=rate, **figures), width)

    assert width_of(line) <= width


@pytest.mark.parametrize("what", ["refused", "malformed", "truncated"])
@pytest.mark.parametrize("width", [120, 80, 60])
def test_lost_spans_are_marked(what: str, width: int) -> None:
    """Whatever was not kept as it was sent must not be missed; evicting is daily business."""
    line = status(held(**{what: 3}), width)
    quiet = status(held(evicted=3, duplicates=3), width)

    assert "⚠" in text_of(line)
    assert styles_of(line, "ref") == PALETTE.warning
    assert "⚠" not in text_of(quiet)


def test_memory_that_is_nearly_full_is_marked() -> None:
    """Soon the oldest traces go."""
    full = status(held(byte_count=250 * MEBIBYTE), 120)

    assert styles_of(full, "250 MiB of 256 MiB") == PALETTE.warning
    assert styles_of(status(held(), 120), "of 256 MiB") == PALETTE.muted


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [("127.0.0.1:4317", "grpc :4317"), ("[::1]:4317", "grpc :4317"),
     ("0.0.0.0:4317", "grpc 0.0.0.0:4317"), ("[fe80::1]:4317", "grpc [fe80::1]:4317")],
)  # fmt: skip
def test_an_address_other_machines_reach_is_written_out(endpoint: str, said: str) -> None:
    """Listening on all interfaces is said on screen."""
    assert said in text_of(status(held(grpc=endpoint), 140))


def test_a_status_line_without_figures_is_blank() -> None:
    """Before the first look nothing is claimed."""
    assert StatusLine().pieces(PALETTE, 80) == []


def test_the_header_names_the_modes_and_the_state() -> None:
    """The current mode is the bright one."""
    header = HeaderLine(MODES, "Traces")
    header._state = ("● live", "success")

    line = header.pieces(PALETTE, 96)

    assert text_of(line) == (
        " devtrace   1 Traces  2 Services  3 Operations  4 Logs  5 Metrics  6 Scenarios"
        "           ● live"
    )
    assert width_of(line) == 96
    assert styles_of(line, "Traces") == PALETTE.strong
    assert styles_of(line, "Scenarios") == PALETTE.muted
    assert styles_of(line, "live") == PALETTE.success

    narrow = text_of(header.pieces(PALETTE, 60))
    assert narrow.startswith(" devtrace   1 Traces  2   3   4   5   6 ")
    assert narrow.endswith("● live")


@pytest.mark.parametrize("width", [40, 41, 60, 80, 120])
@pytest.mark.parametrize("scope", [Scope.TRACES, Scope.TRACE, Scope.LOGS, Scope.SCENARIOS])
def test_the_footer_fits_and_always_has_help(width: int, scope: Scope) -> None:
    """At most seven keys; what leaves is found behind the one that stays."""
    actions = actions_in(scope, Scope.APP)
    footer = KeyLine(tuple(action for action in actions if action.footer))

    line = footer.pieces(PALETTE, width)

    assert len(text_of(line)) <= width
    assert text_of(line).endswith("? help")
    assert sum(style == PALETTE.accent for _, style in line) <= 7


class Frame(App[None]):
    """A header and a footer; it notes what was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.clicked: list[str] = []

    def compose(self) -> ComposeResult:
        """Lay the two lines out."""
        header, footer = (
            HeaderLine(MODES, "Traces"),
            KeyLine([each for each in actions_in(Scope.TRACES, Scope.APP) if each.footer]),
        )
        header.styles.height = footer.styles.height = 1
        yield header
        yield footer

    def on_header_line_mode_clicked(self, event: HeaderLine.ModeClicked) -> None:
        """Note the mode."""
        self.clicked.append(event.title)

    def on_key_line_pressed(self, event: KeyLine.Pressed) -> None:
        """Note the action."""
        self.clicked.append(event.action.id)


async def test_a_click_on_a_word_is_as_good_as_its_key() -> None:
    """Every mode of the header and every key of the footer, from its first to its last cell."""
    app = Frame()
    async with app.run_test(size=(110, 4)) as pilot:
        for y, kind in ((0, HeaderLine), (1, KeyLine)):
            line = app.query_one(kind).render_line(0).text
            app.clicked.clear()
            words = ["1 Traces", "4 Logs"] if y == 0 else ["⏎ open", "Space pause", "? help"]
            for word in words:
                begin = line.index(word)
                await pilot.click(offset=(begin, y))
                await pilot.click(offset=(begin + len(word) - 1, y))
            expected = (
                ["Traces", "Logs"] if y == 0 else ["open_trace", "toggle_pause", "show_help"]
            )
            assert app.clicked == [each for each in expected for _ in range(2)]

            app.clicked.clear()
            await pilot.click(offset=(0, y))
            await pilot.click(offset=(109, y))
            assert app.clicked == []


@pytest.mark.parametrize("width", [120, 80, 60])
def test_diagnostics_are_counted_beside_the_key_that_shows_them(width: int) -> None:
    """None is no news; what is evicted is never marked."""
    line = status(held(diagnostics=2), width)

    assert text_of(line).endswith(" ! 2")
    assert styles_of(line, " ! ") == PALETTE.accent
    assert "!" not in text_of(status(held(evicted=7), width))


@pytest.mark.parametrize(
    ("width", "end"),
    [(120, " ● live  ⚠ open to the network"), (62, " ● live  ⚠")],
)
def test_that_other_machines_can_send_is_said_as_far_as_there_is_room(
    width: int, end: str
) -> None:
    """The mark at least, before the modes go."""
    header = HeaderLine(MODES, "Traces", is_exposed=True)
    header._state = ("● live", "success")

    line = header.pieces(PALETTE, width)

    assert text_of(line).endswith(end)
    assert styles_of(line, "⚠") == PALETTE.warning
