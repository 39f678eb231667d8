import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.List;
import java.util.Map;

/** Sends the trace that expected.py lists, over the protocol that OTEL_EXPORTER_OTLP_PROTOCOL names. */
public final class Send {
  public static void main(String[] arguments) {
    var sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .addPropertiesSupplier(() -> Map.of("otel.service.name", "interop"))
            .build()
            .getOpenTelemetrySdk();
    send(sdk); // flushed by the shutdown hook that the SDK registers
  }

  private static void send(OpenTelemetry openTelemetry) {
    Tracer tracer = openTelemetry.tracerBuilder("interop").setInstrumentationVersion("1.0").build();
    Span root =
        tracer
            .spanBuilder("GET /orders/{id}")
            .setSpanKind(SpanKind.SERVER)
            .setAttribute("order.customer", "Zoë 注文")
            .setAttribute("order.express", true)
            .setAttribute("order.number", (1L << 53) - 1)
            .setAttribute("order.total", 42.5)
            .setAttribute(AttributeKey.stringArrayKey("order.skus"), List.of("anvil", "rope"))
            .setAttribute(AttributeKey.longArrayKey("order.quantities"), List.of(1L, -20L))
            .startSpan();
    root.addEvent("order.received", Attributes.of(AttributeKey.longKey("attempt"), 0L));
    Context inside = Context.current().with(root);

    Span price = tracer.spanBuilder("order.price").setParent(inside).startSpan();
    price.setStatus(StatusCode.OK);
    price.end();

    Span charge =
        tracer.spanBuilder("POST").setSpanKind(SpanKind.CLIENT).setParent(inside).startSpan();
    charge.recordException(new IllegalStateException("card declined"));
    charge.setStatus(StatusCode.ERROR, "card declined");
    charge.end();

    SpanContext earlier =
        SpanContext.create(
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331",
            TraceFlags.getSampled(),
            TraceState.getDefault());
    tracer
        .spanBuilder("orders publish")
        .setSpanKind(SpanKind.PRODUCER)
        .addLink(earlier, Attributes.of(AttributeKey.stringKey("link.reason"), "previous order"))
        .setParent(inside)
        .startSpan()
        .end();

    root.end();
  }
}
