"""What it costs to take OTLP/JSON, against a bare parse of the same spans as protobuf."""

import time
from collections.abc import Iterator
from itertools import islice, pairwise
from statistics import median

import orjson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from devtrace.load.requests import RequestSource
from devtrace.load.shape import Shape
from devtrace.otlp.json import translate_traces
from tests.bench.row import Row
from tests.bench.store import Road, collecting_as_in_a_session

_BATCH = 512


def json_rows(requests: int, repetitions: int) -> Iterator[Row]:
    """Translate, decode and store requests of JSON; processor time, medians."""
    told: dict[str, list[float]] = {"bare parse of protobuf": [], "bare parse of the JSON": []}
    taken = []
    documents = RequestSource(Shape(), batch=_BATCH, seed=1, is_json=True).requests()
    messages = RequestSource(Shape(), batch=_BATCH, seed=1).requests()
    with collecting_as_in_a_session():
        for _ in range(repetitions):
            texts = [each.body for each in islice(documents, requests)]
            bodies = [each.body for each in islice(messages, requests)]
            road = Road(max_spans=requests * _BATCH)
            moments = [time.process_time()]
            for body in bodies:
                ExportTraceServiceRequest.FromString(body)
            moments.append(time.process_time())
            for text in texts:
                orjson.loads(text)
            moments.append(time.process_time())
            road.take(translate_traces(text).payload for text in texts)
            moments.append(time.process_time())
            bare, loaded, spent = (after - before for before, after in pairwise(moments))
            told["bare parse of protobuf"].append(bare)
            told["bare parse of the JSON"].append(loaded)
            taken.append(spent)
    spans = requests * _BATCH
    for baseline, seconds in told.items():
        yield Row(
            name=f"OTLP/JSON, translate, decode and store, to a {baseline}",
            value=1e6 * median(taken) / spans,
            unit="µs/span",
            baseline=baseline,
            baseline_value=1e6 * median(seconds) / spans,
            samples=repetitions,
        )
