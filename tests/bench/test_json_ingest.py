"""The benchmark of OTLP/JSON measures what it says it does."""

import json
import os

import pytest

from devtrace.model.resource import ScopeInterner
from devtrace.otlp.decode import decode_spans
from devtrace.otlp.decode_logs import decode_logs
from devtrace.otlp.json import translate_logs, translate_traces
from tests.bench.json_ingest import CASES, ITEMS_PER_REQUEST, Case, figures


@pytest.mark.parametrize(
    "case", [case for case in CASES if not case.is_gzipped], ids=lambda case: case.name
)
def test_requests_are_valid_and_distinct(case: Case) -> None:
    """Every item of every request is accepted, as a new one."""
    payloads = set()
    for number in (-1, 0, 1):
        body = json.dumps(case.document(number)).encode()
        if case.path == "/v1/traces":
            spans = decode_spans(translate_traces(body).payload, scope_of=ScopeInterner())
            assert not spans.refused
            payloads.update(payload for part in spans.slices for payload in part.payloads)
        elif case.path == "/v1/logs":
            logs = decode_logs(translate_logs(body).payload, scope_of=ScopeInterner())
            assert not logs.notes
            payloads.update(record.payload for record in logs.records)
        else:
            (metric, histogram) = json.loads(body)["resourceMetrics"][0]["scopeMetrics"][0][
                "metrics"
            ]
            points = metric["sum"]["dataPoints"] + histogram["histogram"]["dataPoints"]
            payloads.update(map(json.dumps, points))
    assert len(payloads) == 3 * ITEMS_PER_REQUEST


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores cannot be chosen here")
def test_a_figure_has_a_name_and_is_none_of_nothing() -> None:
    """A run against a real server ends, and its figures are positive."""
    measured = figures(requests=8, runs=1, cases=CASES[:1])

    assert all(value > 0 for value in measured.values())
    assert set(measured) == {
        "protobuf ParseFromString µs/span",
        f"{CASES[0].name} items/s",
        f"{CASES[0].name} items/CPU s",
        f"{CASES[0].name} × bare parse",
    }
