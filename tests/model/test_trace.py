"""A trace is a value: what its spans were at one moment."""

import dataclasses

import pytest

from devtrace.model.trace import Trace
from tests.builders import a_span, a_trace, trace_id_of


def test_a_trace_never_changes() -> None:
    """Whoever holds one may keep it while the store goes on."""
    trace = a_trace(a_span())

    with pytest.raises(dataclasses.FrozenInstanceError):
        trace.spans = ()  # type: ignore[misc]


def test_a_trace_of_a_file_is_whole_and_was_never_received() -> None:
    """Marks and times of arrival are the ring's; without one there are none."""
    trace = Trace(trace_id=trace_id_of("t"), spans=a_trace(a_span()).spans)

    assert [trace.is_partial, trace.is_truncated, trace.is_pinned] == [False] * 3
    assert trace.first_received_unix_nano == trace.last_received_unix_nano == 0
