"""Traces that are ruled out together are those that would be ruled out one by one."""

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from devtrace.model.steps import finish
from devtrace.model.trace import Trace
from devtrace.query import Filter, parse, tree
from devtrace.query.bundle import MAX_BUNDLE_TRACES, Bundles
from devtrace.query.query import Payloads, Query
from devtrace.query.subject import BLOCK_BYTES, WHOLE_SPANS, Block
from tests.builders import a_span, a_trace
from tests.query.mangled import mangled_traces
from tests.query.naive import selected
from tests.query.random_queries import EXPRESSIONS, traces


class Held:
    """Some traces by their number, as a store would have them."""

    def __init__(self, traces: Iterable[Trace]) -> None:
        self.by_id = {str(number): trace for number, trace in enumerate(traces)}
        self.asked = 0

    def payloads(self, trace_id: str) -> Payloads | None:
        """Return the spans of a trace."""
        self.asked += 1
        trace = self.by_id.get(trace_id)
        return None if trace is None else {span.payload: span.scope for span in trace.spans}


def bundles_of(text: str, held: Held) -> Bundles:
    """Return what rules out traces that do not match a query."""
    may_match = parse(text).may_match
    assert may_match is not None
    return Bundles(may_match, held)


def a_small_trace(number: int, name: str = "fine") -> Trace:
    """Return a trace of one span."""
    return a_trace(a_span(str(number), trace=str(number), name=name))


@settings(max_examples=60)
@given(expression=EXPRESSIONS, some=st.lists(traces(), min_size=1, max_size=6))
def test_a_filter_finds_what_the_naive_reading_finds(
    expression: tree.Expression, some: list[Trace]
) -> None:
    """Nothing is lost because it stood beside something else."""
    held = Held(some)
    traces = Filter(Query("", expression), held)
    traces.reconsider(held.by_id)

    while traces.pending:
        traces.step(10)

    expected = {key for key, trace in held.by_id.items() if selected(expression, trace)}
    assert set(traces.matching) == expected
    assert traces.considered == len(some)


def test_what_finds_nothing_for_very_long_goes_on_and_finds() -> None:
    """However many traces have matched nothing, the next is looked for as before."""
    held = Held([a_small_trace(number) for number in range(MAX_BUNDLE_TRACES)])
    bundles = bundles_of("nowhere", held)
    misses = list(held.by_id)

    for _ in range(100_000 // len(misses)):
        waiting = misses
        while waiting:
            ruled_out = bundles.ruled_out(waiting, ())
            assert ruled_out
            waiting = waiting[len(ruled_out) :]

    held.by_id["new"] = a_small_trace(1, name="nowhere")
    assert bundles.ruled_out(["new", *misses[1:]], ()) == misses[1:]
    assert bundles.suspect("new") is not None


def test_few_looks_rule_out_many_traces() -> None:
    """Bundles grow as long as nothing is found in them."""
    held = Held(a_small_trace(number) for number in range(1000))
    bundles = bundles_of("nowhere", held)
    waiting = list(held.by_id)

    while waiting:
        ruled_out = bundles.ruled_out(waiting, ())
        assert ruled_out == waiting[: len(ruled_out)]
        del waiting[: len(ruled_out)]

    assert bundles.probed <= 14
    assert held.asked <= 1000 + MAX_BUNDLE_TRACES


@settings(max_examples=150)
@given(
    text=st.sampled_from(
        [
            ".http.status_code>=500",
            "span.http.status_code=500",
            ".http.response.status_code=~5",
            ".http.status_code<500",
            "{.http.status_code>=500} | count() > 1",
        ]
    ),
    some=st.lists(mangled_traces(), min_size=1, max_size=8),
)
def test_an_attribute_is_found_however_it_is_written(text: str, some: list[Trace]) -> None:
    """The value before the key, keys twice, keys in texts: the short cuts see them all."""
    held = Held(some)
    query = parse(text)
    traces = Filter(query, held)
    traces.reconsider(held.by_id)
    while traces.pending:
        traces.step(10)

    expected = {key for key, trace in held.by_id.items() if selected(query.expression, trace)}
    assert set(traces.matching) == expected


def test_one_match_in_a_bundle_does_not_cost_a_look_at_each_of_the_others() -> None:
    """All but the one are ruled out at once, and what is known of it is known still."""
    held = Held(a_small_trace(number, "wanted" if number == 5 else "x") for number in range(8))
    bundles = bundles_of("wanted", held)

    assert bundles.ruled_out(list(held.by_id), ()) == ["0", "1", "2", "3", "4", "6", "7"]
    assert (bundles.probed, bundles.ruled_out(["5"], ())) == (1, [])
    suspect = bundles.suspect("5")
    assert suspect is not None
    assert suspect.payloads == tuple(held.by_id["5"].spans[0].payload for _ in range(1))
    assert bundles.suspect("5") is None


def test_what_a_bundle_knew_is_not_taken_for_a_trace_that_grew() -> None:
    """A span that came between two steps is looked at."""
    held = Held([a_small_trace(0)])
    old = Block(tuple(span.payload for span in held.by_id["0"].spans), ())
    held.by_id["0"] = a_trace(a_span("0", trace="0"), a_span("1", trace="0", name="wanted"))
    payloads = held.payloads("0")
    assert payloads is not None

    assert finish(parse("name=wanted").match_steps(payloads, old))


def test_where_much_matches_bundles_are_rare() -> None:
    """What was found lately says whether to look at traces together."""
    held = Held(a_small_trace(number, "nowhere") for number in range(1000))
    bundles = bundles_of("nowhere", held)

    for number in range(1000):
        assert bundles.ruled_out(list(held.by_id)[number:], ()) == []
        bundles.note(is_match=True)

    assert bundles.probed == 1


def test_a_bundle_ends_before_what_must_not_be_in_it() -> None:
    """A trace known to match, and one that is too large, are looked at alone."""
    held = Held(a_small_trace(number) for number in range(8))
    held.by_id["many"] = a_trace(*(a_span(str(n)) for n in range(WHOLE_SPANS + 1)))
    held.by_id["long"] = a_trace(a_span(attributes={"k": "x" * BLOCK_BYTES}))
    for last in ("7", "many", "long"):
        bundles = bundles_of("nowhere", held)

        assert bundles.ruled_out(["0", "1", "2", last], {"7"}) == ["0", "1", "2"]
        assert bundles.ruled_out([last], {"7"}) == []


def test_what_is_gone_is_ruled_out() -> None:
    """An id that is not held needs no look."""
    held = Held(())
    bundles = bundles_of("nowhere", held)

    assert bundles.ruled_out(["x", "y"], ()) == ["x", "y"]
    assert bundles.probed == 0
