"""A trace on one line has the facts a person or a program looks for first."""

from devtrace.cli.trace_row import json_fields, live_line, total_line, trace_row
from devtrace.model.trace import Trace
from tests.builders import T0, a_span, a_trace, trace_id_of

ERROR = 2


def failing_checkout() -> Trace:
    """Return a trace over two services in which the second fails."""
    return a_trace(
        ("gateway", a_span("checkout", duration_ms=171)),
        ("pay", a_span("charge", parent="checkout", start_ms=5, status=ERROR)),
        ("mail", a_span("send", parent="lost", start_ms=9)),
    )


def test_the_json_form_has_the_documented_keys() -> None:
    """A script may rely on names and meanings."""
    assert json_fields(trace_row(failing_checkout())) == {
        "trace_id": trace_id_of("trace"),
        "service_name": "gateway",
        "name": "checkout",
        "start_time_unix_nano": T0,
        "duration_nano": 171_000_000,
        "span_count": 3,
        "error_count": 1,
        "orphan_count": 1,
        "services": ["gateway", "pay", "mail"],
        "kinds": {"INTERNAL": 3},
        "partial": False,
    }


def test_the_line_for_people_ends_with_what_can_be_long() -> None:
    """Figures stand in columns; error, orphans and missing spans have marks."""
    line = live_line(trace_row(failing_checkout()))

    assert line[12:] == "  ✘  171ms  3 spans     gateway  checkout  ◌1"


def test_the_heading_of_a_tree_counts_what_is_in_it() -> None:
    """One is one, and nothing is not mentioned."""
    whole = total_line(trace_row(failing_checkout()))
    single = total_line(trace_row(a_trace(a_span(duration_ms=10))))

    assert whole == f"trace {trace_id_of('trace')}  171ms  3 services  3 spans  1 error  ◌1"
    assert single == f"trace {trace_id_of('trace')}  10ms  1 service  1 span"
