"""The menu of copies offers what there is, and each choice makes what it says."""

import json

import pytest

from devtrace.tui.screens.copy import CopyScreen
from devtrace.tui.waterfall import Waterfall
from tests.builders import a_span, a_trace, span_id_of, trace_id_of
from tests.tui.shop_trace import shop_trace


def a_menu(node: int | None, *, orphan: bool = False, is_settled: bool = True) -> CopyScreen:
    """Return the menu for a node of a checkout, or of a trace with a missing parent."""
    trace = a_trace(a_span("kid", parent="lost")) if orphan else a_trace(*shop_trace())
    return CopyScreen(Waterfall(trace), node, is_settled=is_settled)


@pytest.mark.parametrize(
    ("menu", "keys"),
    [
        (a_menu(None), ["t", "x"]),
        (a_menu(0), ["t", "s", "j", "x"]),
        (a_menu(0, orphan=True), ["t", "s", "x"]),
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
    (resource_spans,) = json.loads(texts["j"])["resourceSpans"]
    (scope_spans,) = resource_spans["scopeSpans"]
    (span,) = scope_spans["spans"]
    assert span["traceId"] == trace_id_of("checkout")
    assert span["name"] == "POST /checkout"
    assert {"key": "service.name", "value": {"stringValue": "gateway"}} in (
        resource_spans["resource"]["attributes"]
    )


def test_a_tree_that_still_grows_is_no_verdict() -> None:
    """What is missing may still come, and the text says so as the screen does."""
    arriving, settled = (
        a_menu(None, orphan=True, is_settled=is_settled)._choices["x"].text()
        for is_settled in (False, True)
    )

    assert "never arrived" in settled
    assert "never arrived" not in arriving
