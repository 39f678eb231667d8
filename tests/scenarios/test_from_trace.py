"""A scenario made of a trace can be loaded, and its own trace keeps all it promises."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devtrace.errors import DevtraceError
from devtrace.model.trace import Trace
from devtrace.scenarios.from_trace import scenario_text
from devtrace.scenarios.scenario import Scenario, load_scenario
from devtrace.scenarios.verdict import judge
from tests.builders import a_span, a_trace

SERVER, CLIENT = 2, 3


def an_entry(span: str = "root", *, path: str = "/orders", **fields: Any) -> Any:
    """Return a span that a request from outside has made."""
    attributes = {
        "http.request.method": "POST",
        "url.path": path,
        "http.response.status_code": 201,
    }
    return a_span(
        span,
        **{"kind": SERVER, "name": "POST /orders", "attributes": attributes} | fields,
    )


def made(trace: Trace, folder: Path) -> Scenario:
    """Return the scenario of a trace, read from its file."""
    file = folder / "made.toml"
    file.write_text(scenario_text(trace), encoding="utf-8")
    return load_scenario(file)


def shape_of(scenario: Scenario) -> list[str]:
    """Return the first shape that a scenario promises."""
    return [
        f"{'  ' * line.depth}{line.service} {line.name}"
        for line in scenario.expectations[0].shape
    ]


def test_requests_from_outside_become_steps(tmp_path: Path) -> None:
    """The calls that services make of each other are none of them; pauses stay."""
    trace = a_trace(
        ("tests", a_span("all", kind=CLIENT, duration_ms=900)),
        ("gateway", an_entry("first", parent="all", path="/orders", duration_ms=100)),
        ("orders", an_entry("inner", parent="first", path="/inner", start_ms=10)),
        (
            "gateway",
            an_entry(
                "second",
                parent="all",
                start_ms=600,
                attributes={"http.method": "GET", "http.target": "/orders/7?full=1"},
            ),
        ),
    )

    first, second = made(trace, tmp_path).steps

    assert (first.method, first.path, first.expect_status) == ("POST", "/orders", (201,))
    assert (second.method, second.path) == ("GET", "/orders/7?full=1")
    assert second.expect_status == ()
    assert (first.pause_seconds, second.pause_seconds) == (0, 0.5)


@pytest.mark.parametrize(
    ("attributes", "path"),
    [
        ({"url.path": "/a", "url.query": "b=1"}, "/a?b=1"),
        ({"url.full": "http://x:1/a?b=1"}, "/a?b=1"),
        ({"http.url": "http://x/a"}, "/a"),
    ],
)
def test_the_path_is_read_as_any_library_writes_it(
    tmp_path: Path, attributes: dict[str, str], path: str
) -> None:
    """Old and new conventions."""
    trace = a_trace(an_entry(attributes={"http.method": "get"} | attributes))

    assert made(trace, tmp_path).steps[0].path == path


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": CLIENT},
        {"attributes": {"rpc.system": "grpc"}},
        {"attributes": {"http.request.method": "TRACE", "url.path": "/"}},
        {"attributes": {"http.url": "http://[", "http.method": "GET"}},
    ],
)
def test_a_trace_without_requests_is_refused(fields: dict[str, Any]) -> None:
    """With the attributes that would be needed."""
    with pytest.raises(DevtraceError, match="no span of it is an HTTP request") as caught:
        scenario_text(a_trace(an_entry(**fields)))
    assert "url.path" in caught.value.hint


def test_what_changes_from_request_to_request_is_a_star(tmp_path: Path) -> None:
    """Numbers and ids by themselves; not those that belong to a word."""
    trace = a_trace(
        an_entry(),
        a_span("a", parent="root", start_ms=1, name="GET /v2/users/42"),
        a_span("b", parent="root", start_ms=2, name="job 0b9a8f1e-1111-4222-8333-0123456789ab"),
        a_span("c", parent="root", start_ms=3, name="load deadbeef01 \n s3"),
        a_span("d", parent="root", start_ms=4, name="about ~ 5ms"),
    )

    assert shape_of(made(trace, tmp_path)) == [
        "shop POST /orders",
        "  shop GET /v2/users/*",
        "  shop job *",
        "  shop load *s3",
        "  shop about *",
    ]


def test_look_alikes_are_promised_once(tmp_path: Path) -> None:
    """Under one line and beneath each other; a service with blanks has no line."""
    trace = a_trace(
        an_entry(),
        *(a_span(f"q{n}", parent="root", name="SELECT", start_ms=n) for n in range(5)),
        a_span("again", parent="q0", name="SELECT", start_ms=1),
        a_span("under", parent="again", name="fetch", start_ms=2),
        ("two words", a_span("odd", parent="root", name="odd", start_ms=7)),
        a_span("below", parent="odd", name="below", start_ms=8),
    )

    assert shape_of(made(trace, tmp_path)) == [
        "shop POST /orders",
        "  shop SELECT",
        "    shop fetch",
        "  shop below",
    ]


def test_failures_are_counted(tmp_path: Path) -> None:
    """As many spans fail as did, or none."""
    failing = a_trace(an_entry(status=2), a_span("x", parent="root", status=2))
    fine = a_trace(an_entry())

    says = [made(trace, tmp_path).expectations[-1] for trace in (failing, fine)]

    assert [each.query for each in says] == ["status=error"] * 2
    assert [str(each.spans) for each in says] == ["2", "0"]


def test_parts_of_a_trace_are_promised_each(tmp_path: Path) -> None:
    """Where a parent has not arrived, there are several trees."""
    trace = a_trace(
        an_entry(), a_span("orphan", parent="lost", name="late", start_ms=5), a_span("o2")
    )
    scenario = made(trace, tmp_path)

    assert [len(each.shape) for each in scenario.expectations] == [1, 1, 1, 0]
    assert all(each.holds for each in judge(scenario.expectations, [trace]))


_names = st.text(max_size=12) | st.sampled_from(
    ["SELECT", "GET /1", "''' x", " a  b ", "~ 3ms"]
)
_services = st.sampled_from(["a", "b", "c d", "e'''", '"f"'])


@st.composite
def _traces(draw: st.DrawFn) -> Trace:
    spans = [("gateway", an_entry("s0", path=draw(st.text(max_size=8).map("/".__add__))))]
    for number in range(1, draw(st.integers(1, 12))):
        parent = draw(st.integers(-1, number - 1))
        span = a_span(
            f"s{number}",
            parent="missing" if parent < 0 else f"s{parent}",
            name=draw(_names),
            start_ms=draw(st.integers(0, 5)),
            status=draw(st.sampled_from([0, 2])),
        )
        spans.append((draw(_services), span))
    return a_trace(*spans)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(trace=_traces())
def test_a_trace_keeps_its_own_promises(tmp_path: Path, trace: Trace) -> None:
    """Whatever its names are, the file can be read and its own trace passes."""
    scenario = made(trace, tmp_path)

    verdicts = judge(scenario.expectations, [trace])

    assert [(each.expectation.says, each.seen) for each in verdicts if not each.holds] == []
