"""Lines and boxes as characters."""

from rich.style import Style

from devtrace.tui.graph_canvas import Canvas
from devtrace.tui.graph_layout import Point

PLAIN, LOUD = Style(), Style(bold=True)


def rows(canvas: Canvas) -> list[str]:
    """Return what is drawn, without styles."""
    return ["".join(text for text, _ in canvas.pieces(y)) for y in range(canvas.height)]


def test_lines_that_meet_become_one_character() -> None:
    """Whichever is drawn first."""
    first = [Point(2, 0), Point(2, 2)]
    second = [Point(0, 1), Point(4, 1)]
    for lines in ((first, second), (second, first)):
        canvas = Canvas(5, 3)
        for line in lines:
            canvas.line(line, PLAIN, 0)
        assert rows(canvas) == ["  ╷  ", "╶─┼─╴", "  ╵  "]


def test_a_corner_is_one() -> None:
    """A line turns."""
    canvas = Canvas(3, 3)
    canvas.line([Point(0, 0), Point(0, 1), Point(2, 1), Point(2, 2)], PLAIN, 0)

    assert rows(canvas) == ["╷  ", "└─┐", "  ╵"]


def test_the_higher_rank_stays_visible() -> None:
    """An error is not hidden by a line that crosses it."""
    canvas = Canvas(3, 1)
    canvas.line([Point(0, 0), Point(2, 0)], LOUD, 1)
    canvas.line([Point(0, 0), Point(2, 0)], PLAIN, 0)

    assert [style for _, style in canvas.pieces(0)] == [LOUD]


def test_what_lies_outside_is_cut_off() -> None:
    """Also half of a wide character."""
    canvas = Canvas(4, 1)
    canvas.put(-1, 0, [("ab", PLAIN)])
    canvas.put(1, 0, [("價格", PLAIN)])
    canvas.put(0, 5, [("x", PLAIN)])
    canvas.line([Point(3, -2), Point(3, 5)], PLAIN, 0)

    assert rows(canvas) == ["b價│"]


def test_room_is_free_where_nothing_is_drawn() -> None:
    """Labels go there."""
    canvas = Canvas(6, 1)
    canvas.put(3, 0, [("x", PLAIN)])

    assert canvas.is_free(0, 0, 3)
    assert not canvas.is_free(1, 0, 3)
    assert not canvas.is_free(4, 0, 3)
    assert not canvas.is_free(0, 1, 1)
