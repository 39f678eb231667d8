"""What a running session of devtrace stored and told, for comparison with a case."""

from collections import Counter
from typing import Any

from devtrace.otlp.encode import traces_json
from devtrace.session import Session


class SessionObserver:
    """Looks behind the receivers of *session*, which is entered."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._before: Counter[str] = Counter()

    def reset(self) -> None:
        """Forget the traces and count from here on."""
        self._session.store.clear()
        self._before = self._counted()

    def stored(self) -> list[dict[str, Any]]:
        """Return the spans of all traces, by trace and in order of arrival."""
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
        return spans

    def told(self) -> Counter[str]:
        """Return the sentences about senders since the last reset."""
        return self._counted() - self._before

    def _counted(self) -> Counter[str]:
        counters = self._session.counters
        return counters.problems.counts + counters.notes.counts
