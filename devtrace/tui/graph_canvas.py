"""A grid of characters on which boxes and lines of a graph are drawn.

Pure of Textual.  A line knows in each cell which ways it goes, so lines that meet
become the right box-drawing character whichever was drawn first.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from rich.style import Style

from devtrace.tui.graph_layout import Point
from devtrace.tui.text import Piece, fit, width_of

_UP, _RIGHT, _DOWN, _LEFT = 1, 2, 4, 8
_LINES = " ╵╶└╷│┌├╴┘─┴┐┤┬┼"
"""By the sum of the ways."""


class Canvas:
    """Rows of cells, each a character with its style and a rank.

    What has a higher rank stays visible when lines meet.

    Args:
        width: Cells.
        height: Rows.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        blank = Style.null()
        self._texts = [[" "] * width for _ in range(height)]
        self._styles = [[blank] * width for _ in range(height)]
        self._ways = [[0] * width for _ in range(height)]
        self._ranks = [[-1] * width for _ in range(height)]

    def line(self, points: Sequence[Point], style: Style, rank: int) -> None:
        """Draw a line through its corners; each piece is level or upright."""
        for begin, end in pairwise(points):
            if begin.x == end.x:
                ys = range(min(begin.y, end.y), max(begin.y, end.y))
                for y in ys:
                    self._way(begin.x, y, _DOWN, style, rank)
                    self._way(begin.x, y + 1, _UP, style, rank)
            else:
                for x in range(min(begin.x, end.x), max(begin.x, end.x)):
                    self._way(x, begin.y, _RIGHT, style, rank)
                    self._way(x + 1, begin.y, _LEFT, style, rank)

    def _way(self, x: int, y: int, way: int, style: Style, rank: int) -> None:
        if not (0 <= x < self.width and 0 <= y < self.height):
            return
        self._ways[y][x] |= way
        self._texts[y][x] = _LINES[self._ways[y][x]]
        if rank >= self._ranks[y][x]:
            self._styles[y][x], self._ranks[y][x] = style, rank

    def put(self, x: int, y: int, pieces: Sequence[Piece]) -> None:
        """Write *pieces* over whatever is there; what lies outside is cut off.

        A character of two cells fills the first and leaves the second empty.
        """
        for text, style in pieces:
            for character in text:
                cells = width_of([(character, style)])
                if 0 <= y < self.height and x >= 0 and x + cells <= self.width and cells:
                    self._texts[y][x], self._styles[y][x] = character, style
                    for after in range(x + 1, x + cells):
                        self._texts[y][after] = ""
                x += cells

    def is_free(self, x: int, y: int, cells: int) -> bool:
        """Return whether nothing is drawn in *cells* cells of a row."""
        if not (0 <= y < self.height and x >= 0 and x + cells <= self.width):
            return False
        return all(text == " " for text in self._texts[y][x : x + cells])

    def box(self, at: Point, rows: int, cells: int, style: Style) -> None:
        """Draw an empty box."""
        inner = cells - 2
        self.put(at.x, at.y, [(f"╭{'─' * inner}╮", style)])
        for y in range(at.y + 1, at.y + rows - 1):
            self.put(at.x, y, [(f"│{fit('', inner)}│", style)])
        self.put(at.x, at.y + rows - 1, [(f"╰{'─' * inner}╯", style)])

    def pieces(self, y: int) -> Iterator[Piece]:
        """Yield a row as runs of one style."""
        cells = zip(self._styles[y], self._texts[y], strict=True)
        for style, run in groupby(cells, key=lambda cell: cell[0]):
            yield "".join(text for _, text in run), style
