"""The menu of copies offers what there is, and each choice makes what it says."""

import json

import pytest

from devtrace.store.ring import TraceStore
from devtrace.tui.screens.copy import MAX_ROWS_AT_ONCE, CopyAttributeScreen, CopyScreen
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.span_tree import SpanTree
from tests.builders import a_batch, a_span, a_trace, span_id_of, trace_id_of
from tests.tui.rig import opened
from tests.tui.shop_trace import shop_trace


def a_menu(node: int | None, *, orphan: bool = False, is_settled: bool = True) -> CopyScreen:
    """Return the menu for a node of a checkout, or of a trace with a missing parent."""
    trace = a_trace(a_span("kid", parent="lost")) if orphan else a_trace(*shop_trace())
    return CopyScreen(Waterfall(trace), node, is_settled=is_settled)


@pytest.mark.parametrize(
    ("menu", "keys"),
    [
        (a_menu(None), [*"tJmxd"]),
        (a_menu(0), [*"tsajcJmxd"]),
        (a_menu(1), [*"tsajJmxd"]),
        (a_menu(0, orphan=True), [*"tsJmxd"]),
        (a_menu(1, orphan=True), [*"tsjJmxd"]),
    ],
)
def test_it_offers_what_there_is(menu: CopyScreen, keys: list[str]) -> None:
    """Of a list row the trace, of a span everything, of a placeholder its id."""
    assert list(menu._choices) == keys


def test_each_choice_makes_what_it_says() -> None:
    """Made when chosen, not when the menu opens."""
    texts = {key: choice.text() for key, choice in a_menu(0)._choices.items()}

    assert texts["t"] == trace_id_of("checkout")
    assert texts["s"] == span_id_of("checkout")
    assert texts["x"].splitlines()[0].split()[:3] == ["gateway", "POST", "/checkout"]
    assert texts["c"] == (
        "curl -X POST -H 'user-agent: python-httpx/0.28.1' --url http://127.0.0.1/checkout"
    )
    assert texts["m"].startswith("## `POST /checkout → 200`")
    assert texts["d"].startswith("sequenceDiagram")
    (resource_spans,) = json.loads(texts["j"])["resourceSpans"]
    (scope_spans,) = resource_spans["scopeSpans"]
    (span,) = scope_spans["spans"]
    assert span["traceId"] == trace_id_of("checkout")
    assert span["name"] == "POST /checkout"
    assert {"key": "service.name", "value": {"stringValue": "gateway"}} in (
        resource_spans["resource"]["attributes"]
    )


def test_of_a_span_the_subtree_is_offered() -> None:
    """As JSON with every resource once, and as Markdown; the diagram is of the whole trace."""
    texts = {key: choice.text() for key, choice in a_menu(4)._choices.items()}
    names = [
        span["name"]
        for resource_spans in json.loads(texts["J"])["resourceSpans"]
        for scope_spans in resource_spans["scopeSpans"]
        for span in scope_spans["spans"]
    ]

    assert sorted(names)[:2] == ["INSERT orders", "POST"]
    assert len(names) == 11
    assert texts["m"].startswith("## `POST /orders → 200`")
    assert "gateway" in texts["d"]


async def test_the_value_of_an_attribute_is_copied_whole() -> None:
    """Chosen by its number, or from the list; keys and values are shown, never as markup."""
    hostile = "[red]x[/"
    store = TraceStore()
    attributes = {"a": "x" * 1_000, hostile: hostile, "n": 42}
    store.consume(a_batch(a_span(attributes=attributes)))
    async with opened(store) as rig:
        await rig.press("enter", "y", "a")
        assert isinstance(rig.screen, CopyAttributeScreen)
        assert f"2  {hostile}  {hostile}" in rig.text
        await rig.press("1")
        assert rig.app.clipboard == "x" * 1_000
        assert rig.toasts[-1] == "copied a, 1000 B"
        await rig.press("y", "a", "down", "enter")
        assert rig.app.clipboard == hostile
        assert rig.toasts[-1] == f"copied {hostile}, 8 B"
        await rig.press("y", "a", "3")

        assert rig.app.clipboard == "42"


async def test_many_attributes_scroll() -> None:
    """And the menu stays within the terminal."""
    store = TraceStore()
    store.consume(a_batch(a_span(attributes={f"k{n:03}": n for n in range(150)})))
    async with opened(store, size=(60, 20)) as rig:
        await rig.press("enter", "y", "a", "end", "enter")

        assert rig.app.clipboard == "149"


def test_a_tree_that_still_grows_is_no_verdict() -> None:
    """What is missing may still come, and the text says so as the screen does."""
    arriving, settled = (
        a_menu(None, orphan=True, is_settled=is_settled)._choices["x"].text()
        for is_settled in (False, True)
    )

    assert "never arrived" in settled
    assert "never arrived" not in arriving


async def test_a_long_text_is_made_while_keys_go_on() -> None:
    """The menu closes at once; what is copied is the whole tree."""
    store = TraceStore()
    spans = (a_span(str(n), parent="root", start_ms=n) for n in range(MAX_ROWS_AT_ONCE))
    store.consume(a_batch(a_span("root", duration_ms=900), *spans))
    async with opened(store) as rig:
        await rig.press("enter")
        await rig.until(lambda: isinstance(rig.screen, TraceScreen))
        await rig.until(lambda: rig.one(SpanTree).row_count())
        await rig.press("y")
        await rig.until(lambda: isinstance(rig.screen, CopyScreen))
        await rig.press("x")
        await rig.until(lambda: isinstance(rig.screen, TraceScreen))
        await rig.until(lambda: any("copied tree as text" in toast for toast in rig.toasts))
        assert len(rig.app.clipboard.splitlines()) == MAX_ROWS_AT_ONCE + 1
