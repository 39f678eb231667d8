// Sends what expected_*.py list, over the protocol that OTEL_EXPORTER_OTLP_PROTOCOL names.
import {
  context,
  diag,
  DiagConsoleLogger,
  DiagLogLevel,
  logs,
  metrics,
  SeverityNumber,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { AggregationType } from "@opentelemetry/sdk-metrics";

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN);
const sdk = new NodeSDK({
  serviceName: "interop",
  views: [
    { instrumentName: "order.weight", aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } },
  ],
});
sdk.start();
const tracer = trace.getTracer("interop", "1.0");
const logger = logs.getLogger("interop", "1.0");
const meter = metrics.getMeter("interop", "1.0");

logger.emit({ severityNumber: SeverityNumber.WARN, severityText: "WARN", body: "the shop opens late" });

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
logger.emit({
  severityNumber: SeverityNumber.INFO,
  severityText: "INFO",
  body: { order: 42, express: true, total: 42.5, skus: ["anvil", "rope"], customer: { name: "Zoë 注文" } },
  attributes: { "order.number": Number.MAX_SAFE_INTEGER, "order.total": 42.5, "order.express": true, "order.skus": ["anvil", "rope"] },
  context: inside,
});
logger.emit({
  eventName: "order.placed",
  severityNumber: SeverityNumber.INFO,
  attributes: { "order.customer": "Zoë 注文" },
  context: inside,
});

const price = tracer.startSpan("order.price", {}, inside);
price.setStatus({ code: SpanStatusCode.OK });
price.end();

const charge = tracer.startSpan("POST", { kind: SpanKind.CLIENT }, inside);
const declined = new Error("card declined");
charge.recordException(declined);
logger.emit({
  severityNumber: SeverityNumber.ERROR,
  severityText: "ERROR",
  body: "cannot charge",
  exception: declined,
  context: trace.setSpan(inside, charge),
});
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

const orders = meter.createCounter("orders", { unit: "{order}", description: "Orders placed" });
orders.add(2, { "order.express": true }, inside);
orders.add(1, { "order.express": false }, inside);
const open = meter.createUpDownCounter("orders.open", { unit: "{order}" });
open.add(5, {}, inside);
open.add(-2, {}, inside);
const temperature = meter.createGauge("oven.temperature", { unit: "Cel" });
temperature.record(180, {}, inside);
temperature.record(-21.5, {}, inside);
const duration = meter.createHistogram("order.duration", { unit: "ms" });
duration.record(4, {}, inside);
duration.record(120, {}, inside);
duration.record(20000, {}, inside);
const weight = meter.createHistogram("order.weight", { unit: "kg" });
weight.record(0, {}, inside);
weight.record(1.5, {}, inside);
weight.record(300, {}, inside);

root.end();
await sdk.shutdown();
