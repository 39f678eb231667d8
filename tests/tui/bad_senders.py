"""Senders that do what senders do wrong, at moments that stand still."""

from devtrace.otlp import mistakes
from devtrace.receivers.counters import ReceiverCounters
from devtrace.receivers.diagnoses import Diagnoses
from devtrace.receivers.sender import Sender
from tests.builders import T0

NODE = Sender("HTTP", "127.0.0.1", "OTel-OTLP-Exporter-JavaScript/0.57.0")
GO = Sender("HTTP", "127.0.0.1", "")
NOW = T0 + 60_000_000_000


def bad_senders() -> ReceiverCounters:
    """Return what is counted after two programs sent, one of them to the wrong port."""
    counters = ReceiverCounters(diagnoses=Diagnoses(clock=iter(range(T0, NOW, 10**9)).__next__))
    counters.requests["HTTP", "traces"] = 12
    traffic = counters.traffic_of(NODE)
    traffic.requests["traces"] = 12
    traffic.accepted["traces"] = counters.accepted_spans = 6_100
    traffic.refused["traces"] = 3
    traffic.recognize("checkout")
    counters.refused_spans.add("span_id is missing", 3)
    counters.problems.add("span_id is missing", 3)
    counters.diagnose(mistakes.INVALID_IDS.note("span_id is missing"), NODE, count=3)
    keys = mistakes.SNAKE_CASE_KEYS.note("snake_case key trace_id; OTLP/JSON wants traceId")
    for _ in range(12):
        counters.diagnose(keys, NODE, count=512)
    sentence = (
        "OTLP/gRPC sent to the HTTP port 4318: use 4317, "
        "or OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"
    )
    counters.refused_requests = 2
    for _ in range(2):
        counters.traffic_of(GO).turned_away += 1
        counters.count_problem(sentence, GO)
        counters.diagnose(mistakes.GRPC_ON_HTTP_PORT.note(sentence), GO)
    return counters
