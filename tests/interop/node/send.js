// Sends the trace that expected.py lists, over the protocol that OTEL_EXPORTER_OTLP_PROTOCOL names.
import { context, diag, DiagConsoleLogger, DiagLogLevel, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN);
const sdk = new NodeSDK({ serviceName: "interop" });
sdk.start();
const tracer = trace.getTracer("interop", "1.0");

const root = tracer.startSpan("GET /orders/{id}", {
  kind: SpanKind.SERVER,
  attributes: {
    "order.customer": "Zoë 注文",
    "order.express": true,
    "order.number": Number.MAX_SAFE_INTEGER,
    "order.total": 42.5,
    "order.skus": ["anvil", "rope"],
    "order.quantities": [1, -20],
  },
});
root.addEvent("order.received", { attempt: 0 });
const inside = trace.setSpan(context.active(), root);

const price = tracer.startSpan("order.price", {}, inside);
price.setStatus({ code: SpanStatusCode.OK });
price.end();

const charge = tracer.startSpan("POST", { kind: SpanKind.CLIENT }, inside);
charge.recordException(new Error("card declined"));
charge.setStatus({ code: SpanStatusCode.ERROR, message: "card declined" });
charge.end();

const publish = tracer.startSpan(
  "orders publish",
  {
    kind: SpanKind.PRODUCER,
    links: [
      {
        context: { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 },
        attributes: { "link.reason": "previous order" },
      },
    ],
  },
  inside,
);
publish.end();

root.end();
await sdk.shutdown();
