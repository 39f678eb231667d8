"""What the list of traces is narrowed to: a query, and what is muted.

Pure of Textual.  The query language takes a while to import, so nothing here does that
before something is asked for; `warm_up` does it ahead of time.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from devtrace.analysis.tree import assemble, main_root
from devtrace.tui.kept_state import KeptState, Shape
from devtrace.tui.view import TraceView

if TYPE_CHECKING:
    from devtrace.query import Query, QueryError
    from devtrace.query.tree import AllOf


def warm_up() -> None:
    """Import the query language and the engine of its patterns, and have its grammar read."""
    from devtrace.query import parse

    parse("status=error name=~x")


class TraceSearch:
    """Keeps a view narrowed to what was asked for.

    Args:
        view: What is narrowed.
        state: Where queries and mutes are kept.
    """

    def __init__(self, view: TraceView, state: KeptState) -> None:
        self.text = ""
        """The query as it was last typed, right or wrong."""
        self.error: QueryError | None = None
        """What is wrong with it; the one before then still holds."""
        self.state = state
        self._view = view
        self._query: Query | None = None

    @property
    def is_on(self) -> bool:
        """Whether there is a query, right or wrong."""
        return bool(self.text)

    @property
    def taken(self) -> str:
        """The query that holds; empty when none does."""
        return self._query.text if self._query is not None else ""

    def ask(self, text: str) -> None:
        """Narrow the view to what *text* asks for; one that is no query changes nothing."""
        text = text.strip()
        if text == self.text:
            return
        self.text, self.error = text, None
        if not text:
            self._take(None)
            return
        from devtrace.query import QueryError, parse

        try:
            query = parse(text)
        except QueryError as error:
            self.error = error
        else:
            self._take(query)

    def clear(self) -> None:
        """Show every trace that is not muted."""
        self.ask("")

    def keep(self) -> None:
        """Remember the query, if it is one."""
        if self.text and self.error is None:
            self.state.add_to_history(self.text)

    def require(
        self, key: str, value: str, *, prefix: str = ".", is_excluded: bool = False
    ) -> None:
        """Add to the query that an attribute has a value, or that no span has it there."""
        text = self.text if self.error is None else ""
        from devtrace.tui.condition_text import condition_on

        condition = condition_on(key, value, prefix=prefix)
        self.ask(_joined(text, condition, is_excluded=is_excluded))
        self.keep()

    # -- mutes ---------------------------------------------------------------------------

    def shape_of(self, trace_id: str) -> Shape | None:
        """Return how a held trace begins, as a query has it; None if it is gone."""
        trace = self._view.store.trace(trace_id)
        index = None if trace is None else main_root(nodes := assemble(trace.spans))
        root = None if index is None else nodes[index].span
        return None if root is None else (root.service_name, root.name)

    def mute(self, shape: Shape) -> bool:
        """Hide the traces of a shape from now on; False when too many are hidden."""
        is_hidden = self.state.mute(shape)
        self.narrow()
        return is_hidden

    def unmute(self, shape: Shape) -> None:
        """Show the traces of a shape again."""
        self.state.unmute(shape)
        self.narrow()

    # -- the view ------------------------------------------------------------------------

    def _take(self, query: "Query | None") -> None:
        if query is not None or self._query is not None:
            self._query = query
            self.narrow()

    def narrow(self) -> None:
        """Have the view look at its traces with the query and the mutes as they are now."""
        if self._query is None and not self.state.mutes:
            self._view.narrow(None)
            return
        from devtrace.query import Filter

        query = without_muted(self._query, self.state.mutes)
        self._view.narrow(Filter(query, self._view.store))


def without_muted(query: "Query | None", mutes: Sequence[Shape]) -> "Query":
    """Return a query for the traces that *query* matches and that have no muted shape.

    Args:
        query: None is every trace.
        mutes: How the traces begin that are hidden.
    """
    from devtrace.query.query import Query
    from devtrace.query.tree import EVERY_SPAN, Absent, AnyOf, Both, Expression, Spans

    asked = query.expression if query is not None else Expression(Spans(EVERY_SPAN))
    if mutes:
        hidden = Absent(Spans(AnyOf(tuple(map(_has_shape, mutes)))))
        asked = Expression(Both((asked.spanset, hidden)), asked.aggregates)
    return Query(query.text if query else "{}", asked)


def _has_shape(shape: Shape) -> "AllOf":
    """Return the condition that a trace begins with a service and a name."""
    from devtrace.query.literal import Literal
    from devtrace.query.names import Field, Scope
    from devtrace.query.tree import AllOf, Comparison, Operator

    return AllOf(
        tuple(
            Comparison(Field(Scope.INTRINSIC, field), Operator.EQUAL, Literal(text))
            for field, text in zip(("trace:rootService", "trace:rootName"), shape, strict=True)
        )
    )


def _joined(text: str, condition: str, *, is_excluded: bool) -> str:
    """Return a query for traces that match *text* and also have, or lack, a span like that.

    The condition is one on the trace, so the trace that it was taken from always matches.
    What does not go together with it, such as an aggregate, gives way to it.
    """
    from devtrace.query import QueryError, parse
    from devtrace.query.tree import Absent, Both, Spans

    braced = f"{'!' * is_excluded}{{{condition}}}"
    if not text:
        return braced if is_excluded else condition
    is_joinable = isinstance(parse(text).expression.spanset, Absent | Both | Spans)
    for left in (f"{{{text}}}", text if is_joinable else f"({text})"):
        try:
            parse(joined := f"{left} && {braced}")
        except QueryError:
            continue
        return joined
    return braced if is_excluded else condition
