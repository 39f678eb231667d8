"""Log records and data points are counted in any JSON that may be a request."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.formats.counting import data_point_count, log_record_count


@pytest.mark.parametrize(
    "kind", ["gauge", "sum", "histogram", "exponentialHistogram", "summary"]
)
def test_points_of_every_kind_count(kind: str) -> None:
    """A metric is as many as it has points."""
    metrics = [{kind: {"dataPoints": [{}, {}]}}, {kind: None}, {}]

    request = {"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]}

    assert data_point_count(request) == 2


@pytest.mark.parametrize(
    ("resource_key", "scope_key", "key"),
    [
        ("resourceLogs", "scopeLogs", "logRecords"),
        ("resource_logs", "scope_logs", "log_records"),
        ("resourceLogs", "instrumentationLibraryLogs", "logRecords"),
    ],
)
def test_records_count_in_every_spelling(resource_key: str, scope_key: str, key: str) -> None:
    """What is taken as meant is counted as well."""
    assert log_record_count({resource_key: [{scope_key: [{key: [{}, {}, {}]}]}]}) == 3


_JSON = st.recursive(
    st.none() | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["scopeLogs", "logRecords", "scopeMetrics", "metrics", "sum"]),
            inner,
        )
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["resourceLogs", "resourceMetrics"]), _JSON))
def test_nonsense_counts_nothing(request_: dict[str, Any]) -> None:
    """Whatever stands where lists and objects belong."""
    assert log_record_count(request_) >= 0
    assert data_point_count(request_) == 0
