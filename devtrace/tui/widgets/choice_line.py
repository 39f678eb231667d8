"""What is chosen in the map of services, with all its figures."""

from devtrace.analysis.peers import Node
from devtrace.analysis.services import Edge
from devtrace.analysis.tally import Tally
from devtrace.tui.call_text import choice_text, full_figures, node_mark
from devtrace.tui.text import Piece, display, width_of
from devtrace.tui.theme import Palette, ServiceHues
from devtrace.tui.widgets.chrome import OneLine

_LEAST_NAME_CELLS = 16


class ChoiceLine(OneLine):
    """One line under the map.

    Args:
        hues: The hue of each service.
    """

    def __init__(self, hues: ServiceHues) -> None:
        super().__init__()
        self._hues = hues
        self._choice: Node | Edge | None = None
        self._tally = Tally()
        self._seconds = 1

    def show(self, choice: Node | Edge, tally: Tally, seconds: int) -> None:
        """Show a node or edge with its calls in so many seconds."""
        self._choice, self._tally, self._seconds = choice, tally, seconds
        self.refresh()

    def pieces(self, palette: Palette, width: int) -> list[Piece]:
        """Return name and figures; the last figures give way."""
        choice = self._choice
        if choice is None:
            return []
        node = choice.callee if isinstance(choice, Edge) else choice
        figures = full_figures(self._tally, self._seconds, palette)
        while len(figures) > 1 and width_of(figures) > width - _LEAST_NAME_CELLS - 5:
            figures.pop()
        name = display(choice_text(choice), width - width_of(figures) - 5)
        mark = node_mark(node, palette, self._hues)
        return [
            (" ", palette.text),
            mark,
            (f" {name}  ", palette.strong),
            *figures,
        ]
