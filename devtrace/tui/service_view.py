"""What the map of services shows: its nodes and edges with their figures, and which is chosen.

Pure of Textual.  The nodes and edges stand in an order of their own, so the same calls
give the same picture whenever they were seen.
"""

from collections.abc import Collection

from devtrace.analysis.peers import Node
from devtrace.analysis.services import CLIENTS, Edge, received_by
from devtrace.analysis.tally import Tally
from devtrace.tui.across import AcrossReading

Choice = Node | Edge


class ServiceView:
    """Who calls whom, as far as it was read.

    Args:
        reading: Where the figures are.
    """

    def __init__(self, reading: AcrossReading[Edge]) -> None:
        self.reading = reading
        self.nodes: tuple[Node, ...] = ()
        self.edges: tuple[Edge, ...] = ()
        """Without work that a service began by itself."""
        self.selected: Choice | None = None
        self._centre = CLIENTS
        """The node whose edges are walked through."""
        self._revision = self._keys_revision = -1
        self._received: dict[Node, Tally] = {}

    @property
    def node(self) -> Node | None:
        """The node that is chosen, or the callee of the edge that is."""
        return self.selected.callee if isinstance(self.selected, Edge) else self.selected

    def refresh(self) -> bool:
        """Take in what was read since; return whether any figure may be different."""
        tallies = self.reading.tallies
        if tallies.revision == self._revision:
            return False
        self._revision = tallies.revision
        self._received.clear()
        if tallies.keys_revision == self._keys_revision:
            return True
        self._keys_revision = tallies.keys_revision
        self.edges = tuple(sorted(edge for edge in tallies.by_key if not edge.is_own))
        self.nodes = tuple(sorted({node for edge in tallies.by_key for node in edge}))
        if self.selected not in self.nodes and self.selected not in self.edges:
            self.selected = self._entry()
        return True

    def _entry(self) -> Node | None:
        """Return where one begins to read: what is called from outside, or the first node."""
        callees = {edge.callee for edge in self.edges}
        starts = [node for node in self.nodes if node not in callees]
        return next(iter(starts or self.nodes), None)

    def tally(self, choice: Choice) -> Tally:
        """Return the calls over an edge, or those that a node took; 0 for what has left."""
        by_key = self.reading.tallies.by_key
        if isinstance(choice, Edge):
            return by_key.get(choice) or Tally()
        if choice not in self._received:
            self._received[choice] = received_by(choice, by_key)
        return self._received[choice]

    def calls_of(self, choice: Choice) -> Tally:
        """Return the calls that are meant by a node or edge, as `edges_of` says."""
        total = Tally()
        for edge in self.edges_of(choice):
            total.merge(self.tally(edge))
        return total

    def edges_of(self, choice: Choice) -> Collection[Edge]:
        """Return whose calls are meant: of a node all that it took, or, if none, all it made."""
        if isinstance(choice, Edge):
            return (choice,)
        every = self.reading.tallies.by_key
        taken = [edge for edge in every if edge.callee == choice]
        return taken or [edge for edge in every if edge.caller == choice]

    def edges_at(self, node: Node) -> list[Edge]:
        """Return the edges at a node: those that leave it, then those that lead to it."""
        leaving = [edge for edge in self.edges if edge.caller == node]
        return leaving + [edge for edge in self.edges if edge.callee == node]

    def select_next_edge(self, step: int) -> None:
        """Choose the next of the edges at the node that was chosen, round and back to it."""
        if self.selected is None:
            return
        if not isinstance(self.selected, Edge):
            self._centre = self.selected
        elif self._centre not in self.selected:
            self._centre = self.selected.caller
        node = self._centre
        ring: list[Choice] = [node, *self.edges_at(node)]
        if self.selected in ring:
            self.selected = ring[(ring.index(self.selected) + step) % len(ring)]
