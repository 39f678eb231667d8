"""A list draws what is in view, whatever its length, and its cursor is always there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from rich.style import Style
from textual.app import App, ComposeResult
from textual.events import MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot

from devtrace.tui.text import Piece
from devtrace.tui.widgets.lines import Lines
from tests.tui.rig import press, resize

INK = Style(color="#ffffff")


class Numbers(Lines):
    """Numbers under a head; it counts what it was told."""

    HEAD_ROWS = 1

    def __init__(self, count: int, *, has_cursor: bool = True) -> None:
        super().__init__()
        self.count = count
        self.has_cursor = has_cursor
        self.moves: list[int] = []
        self.activations = 0

    def row_count(self) -> int:
        """Return how many numbers there are."""
        return self.count

    def row_pieces(self, index: int, width: int) -> list[Piece]:
        """Show a number, and beyond it more than fits."""
        return [(f"row {index} ", INK), ("." * width, INK)]

    def head_pieces(self, line: int, width: int) -> list[Piece]:  # noqa: ARG002  # one short line
        """Show what the rows are."""
        return [("numbers", INK)]

    def cursor_moved(self) -> None:
        """Note where to."""
        self.moves.append(self.cursor)

    def row_activated(self) -> None:
        """Count it."""
        self.activations += 1


class Host(App[None]):
    """Shows one list and nothing else."""

    def __init__(self, numbers: Numbers) -> None:
        super().__init__()
        self._numbers = numbers

    def compose(self) -> ComposeResult:
        """Show the list."""
        yield self._numbers


@asynccontextmanager
async def shown(
    count: int, *, has_cursor: bool = True, size: tuple[int, int] = (30, 11)
) -> AsyncIterator[tuple[Numbers, Pilot[None]]]:
    """Run a host with a list of *count* numbers: ten rows below the head."""
    numbers = Numbers(count, has_cursor=has_cursor)
    async with Host(numbers).run_test(size=size) as pilot:
        numbers.focus()
        await pilot.pause(0)
        yield numbers, pilot


def text_of(numbers: Numbers) -> list[str]:
    """Return what the list shows, line by line."""
    return [numbers.render_line(y).text for y in range(numbers.size.height)]


async def test_a_hundred_thousand_rows_cost_one_screen() -> None:
    """Opening, jumping to the end and paging draw what comes into view and no more."""
    async with shown(100_000) as (numbers, pilot):
        assert numbers.lines_drawn <= 3 * 10

        before = numbers.lines_drawn
        await press(pilot, "end", "pageup", "home")
        assert numbers.lines_drawn - before <= 3 * 2 * 10


async def test_moving_within_the_view_draws_two_rows() -> None:
    """The row the cursor leaves and the one it comes to."""
    async with shown(100_000) as (numbers, pilot):
        before = numbers.lines_drawn

        await press(pilot, "down")

        assert numbers.cursor == 1
        assert numbers.lines_drawn - before == 2


@pytest.mark.parametrize(
    ("keys", "cursor", "top"),
    [
        (["down", "j"], 2, 0),
        (["down", "down", "up", "k", "k"], 0, 0),
        (["pagedown"], 9, 0),
        (["pagedown", "pagedown"], 18, 9),
        (["pagedown", "pagedown", "pageup"], 9, 9),
        (["end"], 49, 40),
        (["G", "up", "g"], 0, 0),
        (["end", "down", "pagedown"], 49, 40),
        (["end", "home"], 0, 0),
    ],
)
async def test_keys_move_the_cursor_and_the_view_follows(
    keys: list[str], cursor: int, top: int
) -> None:
    """Just far enough that the cursor is in view, and never beyond the ends."""
    async with shown(50) as (numbers, pilot):
        await press(pilot, *keys)

        assert (numbers.cursor, numbers.top) == (cursor, top)
        assert numbers.moves[-1] == cursor


@pytest.mark.parametrize(
    ("keys", "top"), [(["down"], 1), (["pagedown"], 9), (["end"], 40), (["end", "home"], 0)]
)
async def test_a_text_without_cursor_scrolls(keys: list[str], top: int) -> None:
    """The same keys move what is read."""
    async with shown(50, has_cursor=False) as (numbers, pilot):
        await press(pilot, *keys)

        assert numbers.top == top
        assert numbers.moves == []


async def test_the_wheel_moves_the_view_and_not_the_cursor() -> None:
    """Looking elsewhere chooses nothing; the next key goes on from the cursor."""
    async with shown(50) as (numbers, pilot):
        await press(pilot, "down")
        for _ in range(5):
            await pilot._post_mouse_events([MouseScrollDown], numbers, offset=(5, 5))
        assert (numbers.cursor, numbers.top) == (1, 15)

        await pilot._post_mouse_events([MouseScrollUp], numbers, offset=(5, 5))
        assert (numbers.cursor, numbers.top) == (1, 12)

        await press(pilot, "down")
        assert (numbers.cursor, numbers.top) == (2, 2)


async def test_the_wheel_stops_at_the_ends() -> None:
    """There is nothing beyond them."""
    async with shown(12) as (numbers, pilot):
        for _ in range(4):
            await pilot._post_mouse_events([MouseScrollDown], numbers, offset=(5, 5))
        assert numbers.top == 2

        for _ in range(4):
            await pilot._post_mouse_events([MouseScrollUp], numbers, offset=(5, 5))
        assert numbers.top == 0


async def test_a_click_puts_the_cursor_on_its_row() -> None:
    """A second click activates it; the head and the emptiness below are no rows."""
    async with shown(5) as (numbers, pilot):
        await pilot.click(numbers, offset=(3, 4))
        assert (numbers.cursor, numbers.activations) == (3, 0)

        await pilot.double_click(numbers, offset=(3, 2))
        assert (numbers.cursor, numbers.activations) == (1, 1)

        await pilot.click(numbers, offset=(3, 0))
        await pilot.click(numbers, offset=(3, 9))
        assert (numbers.cursor, numbers.activations) == (1, 1)


async def test_two_quick_clicks_on_different_rows_open_nothing() -> None:
    """Only the row under the cursor is activated."""
    async with shown(5) as (numbers, pilot):
        await pilot.click(numbers, offset=(3, 1))
        await pilot.click(numbers, offset=(3, 4))

        assert (numbers.cursor, numbers.activations) == (3, 0)


async def test_an_empty_list_takes_every_key() -> None:
    """Nothing to move to is no reason to fail."""
    async with shown(0) as (numbers, pilot):
        await press(pilot, "down", "up", "pagedown", "pageup", "end", "home")
        await pilot.click(numbers, offset=(3, 3))

        assert (numbers.cursor, numbers.top) == (0, 0)
        assert set(text_of(numbers)[1:]) == {" " * 30}


@pytest.mark.parametrize(
    ("count", "has_bar"), [(0, False), (10, False), (11, True), (5_000, True)]
)
async def test_every_line_is_as_wide_as_the_list(count: int, has_bar: bool) -> None:  # noqa: FBT001  # a parameter of pytest
    """With the scroll bar or without; the bar is there when not everything fits."""
    async with shown(count) as (numbers, _):
        lines = text_of(numbers)

        assert {cell_len(line) for line in lines} == {30}
        assert all(line.endswith("▐") for line in lines[1:]) is has_bar
        assert lines[0].startswith("numbers ")


async def test_the_scroll_bar_shows_where_the_view_is() -> None:
    """Its bright part is at the top at the beginning and at the bottom at the end."""

    def thumb(numbers: Numbers) -> list[int]:
        bright = numbers.palette.muted.color
        bars = [list(numbers.render_line(y))[-1].style for y in range(1, 11)]
        return [
            y for y, style in enumerate(bars) if style is not None and style.color == bright
        ]

    async with shown(30) as (numbers, pilot):
        assert thumb(numbers) == [0, 1, 2]
        await press(pilot, "end")
        assert thumb(numbers) == [7, 8, 9]


async def test_the_cursor_stays_in_view_when_the_terminal_changes() -> None:
    """Smaller, larger, and when rows go away below it."""
    async with shown(50) as (numbers, pilot):
        await press(pilot, "pagedown")
        await resize(pilot, 30, 5)
        assert (
            numbers.top <= numbers.cursor < numbers.top + numbers.page_rows == numbers.top + 4
        )

        numbers.count = 3
        numbers.place(cursor=numbers.cursor)
        assert (numbers.cursor, numbers.top) == (2, 0)

        await resize(pilot, 60, 20)
        assert (numbers.cursor, numbers.top) == (2, 0)
        assert {cell_len(line) for line in text_of(numbers)} == {60}


async def test_the_scroll_bar_is_drawn_to_any_place() -> None:
    """A press on it goes there, moving on goes on, letting go ends it; the cursor stays."""
    async with shown(1_000) as (numbers, pilot):
        numbers.action_move(3)
        await pilot.mouse_down(numbers, offset=(29, 10))
        assert numbers.top == 990
        await pilot.hover(numbers, offset=(5, 1))
        assert numbers.top == 0
        await pilot.mouse_up(numbers, offset=(29, 1))
        await pilot.hover(numbers, offset=(5, 8))
        assert numbers.top == 0
        assert (numbers.cursor, numbers.activations) == (3, 0)


async def test_a_click_beside_the_bar_of_a_short_list_is_a_click_on_its_row() -> None:
    """There is no bar."""
    async with shown(5) as (numbers, pilot):
        await pilot.click(numbers, offset=(29, 3))

        assert numbers.cursor == 2


async def test_a_click_on_the_head_tells_which_column() -> None:
    """Between columns there is none."""
    told: list[str] = []
    async with shown(5) as (numbers, pilot):
        numbers.head_clicked = told.append  # type: ignore[method-assign]
        await pilot.click(numbers, offset=(2, 0))
        await pilot.click(numbers, offset=(20, 0))

        assert told == ["numbers", ""]
