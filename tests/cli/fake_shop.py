"""A shop of one process for tests: answers every request and sends one trace for each.

The path of a request decides what it does: `/status/503` answers 503, `/silent` sends
no trace, `/orphan` sends a span whose parent never comes.
"""

import contextlib
import json
import os
import secrets
import sys
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer


def send_span(trace_id: str, *, parent_id: str = "") -> None:
    """Send one span over OTLP/HTTP, as JSON."""
    span = {
        "traceId": trace_id,
        "spanId": secrets.token_hex(8),
        "parentSpanId": parent_id,
        "name": "serve",
        "startTimeUnixNano": "1760000000000000000",
        "endTimeUnixNano": "1760000000042000000",
    }
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "fake"}}]}
    body = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]}
    request = urllib.request.Request(  # noqa: S310  # the endpoint is the test's own
        os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] + "/v1/traces",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310  # the same


class Gateway(BaseHTTPRequestHandler):
    """Answers for the whole shop."""

    def do_GET(self) -> None:
        """Send a trace, then answer with its id."""
        self.rfile.read(int(self.headers.get("content-length") or 0))
        trace_id = secrets.token_hex(16)
        if self.path != "/silent":
            with contextlib.suppress(urllib.error.URLError):  # nothing may be received
                send_span(trace_id, parent_id="ab" * 8 if self.path == "/orphan" else "")
        status = int(self.path.rpartition("/")[2]) if "/status/" in self.path else 200
        self.send_response(status)
        self.send_header("traceresponse", f"00-{trace_id}-{secrets.token_hex(8)}-01")
        self.send_header("content-length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        """Do the same."""
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def say(**line: object) -> None:
    """Print one line of the shop's protocol."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{server.server_port}"
    say(event="starting", service="gateway")
    say(event="ready", service="gateway", address=address, seconds=1.84, pid=os.getpid())
    faults = ["slow", "failing"]
    say(event="shop_ready", gateway=f"http://{address}", seconds=1.9, faults=faults)
    sys.stdin.read()
