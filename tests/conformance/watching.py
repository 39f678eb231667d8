"""What a running session of devtrace stored and told, for comparison with a case."""

from collections import Counter
from typing import Any

from devtrace.otlp.encode import traces_json
from devtrace.otlp.encode_metrics import metric_json, metric_payload
from devtrace.session import Session


class SessionObserver:
    """Looks behind the receivers of *session*, which is entered."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._before: Counter[str] = Counter()

    def reset(self) -> None:
        """Forget traces and metrics, and count from here on."""
        self._session.store.clear()
        self._session.metrics.clear()
        self._before = self._counted()

    def stored(self) -> list[dict[str, Any]]:
        """Return the spans of all traces, by trace and in order of arrival, then the series."""
        spans: list[dict[str, Any]] = []
        for trace_id in self._session.store.changes_since(0).updated:
            trace = self._session.store.trace(trace_id)
            assert trace is not None
            for span in trace.spans:
                document = traces_json([(span.scope.wire, [span.payload])])
                (resource_spans,) = document["resourceSpans"]
                (scope_spans,) = resource_spans["scopeSpans"]
                spans.append(
                    scope_spans["spans"][0]
                    | {"resource": resource_spans.get("resource", {})}
                    | {"scope": scope_spans.get("scope", {})}
                    | {"notes": list(span.notes), "service": span.service_name}
                    | {"resourceSchemaUrl": resource_spans.get("schemaUrl")}
                    | {"scopeSchemaUrl": scope_spans.get("schemaUrl")}
                )
        return spans + self._series()

    def _series(self) -> list[dict[str, Any]]:
        """Return each series of data points as a metric."""
        found: list[dict[str, Any]] = []
        for key in self._session.metrics.changes_since(0).updated:
            series = self._session.metrics.series(key)
            assert series is not None
            metric = metric_json(metric_payload(series.metric, series.payloads))
            found.append(metric | {"service": series.service_name, "notes": list(series.notes)})
        return found

    def told(self) -> Counter[str]:
        """Return the sentences about senders since the last reset."""
        return self._counted() - self._before

    def _counted(self) -> Counter[str]:
        counters = self._session.counters
        return counters.problems.counts + counters.notes.counts
